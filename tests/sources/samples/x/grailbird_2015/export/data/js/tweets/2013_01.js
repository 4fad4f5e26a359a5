Grailbird.data.tweets_2013_01 = 
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
    "id_str": "213",
    "text": "@friend see you at nine",
    "id": 213,
    "created_at": "Tue Jan 01 10:00:00 +0000 2013",
    "user": {
      "name": "Ada",
      "screen_name": "invented_ada",
      "protected": false,
      "id_str": "4242",
      "id": 4242
    },
    "in_reply_to_user_id": 8,
    "in_reply_to_screen_name": "friend"
  }
]