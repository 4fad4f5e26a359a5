Grailbird.data.tweets_2012_06 = 
 [
  {
    "source": "web",
    "entities": {
      "user_mentions": [],
      "media": [],
      "hashtags": [],
      "urls": []
    },
    "geo": {},
    "id_str": "211",
    "text": "Old times &amp; old tweets",
    "id": 211,
    "created_at": "2012-06-20 18:33:33 +0000",
    "user": {
      "name": "Ada",
      "screen_name": "invented_ada",
      "protected": false,
      "id_str": "4242",
      "id": 4242
    }
  },
  {
    "source": "web",
    "entities": {
      "user_mentions": [],
      "media": [],
      "hashtags": [],
      "urls": []
    },
    "geo": {},
    "id_str": "212",
    "text": "RT @band: new record out",
    "id": 212,
    "created_at": "2012-06-20 19:33:33 +0000",
    "user": {
      "name": "Ada",
      "screen_name": "invented_ada",
      "protected": false,
      "id_str": "4242",
      "id": 4242
    },
    "retweeted_status": {
      "id_str": "5",
      "text": "new record out"
    }
  }
]