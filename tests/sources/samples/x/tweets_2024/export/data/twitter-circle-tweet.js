window.YTD.twitter_circle_tweet.part0 = [
  {
    "tweet" : {
      "edit_info" : {
        "initial" : {
          "editTweetIds" : [
            "2002"
          ],
          "editableUntil" : "2023-02-18T13:33:11.000Z",
          "editsRemaining" : "5",
          "isEditEligible" : true
        }
      },
      "retweeted" : false,
      "source" : "<a href=\"https://mobile.twitter.com\" rel=\"nofollow\">Twitter Web App</a>",
      "entities" : {
        "hashtags" : [],
        "symbols" : [],
        "user_mentions" : [],
        "urls" : []
      },
      "display_text_range" : [
        "0",
        "47"
      ],
      "favorite_count" : "3",
      "id_str" : "2002",
      "truncated" : false,
      "retweet_count" : "0",
      "id" : "2002",
      "possibly_sensitive" : false,
      "created_at" : "Fri Mar 03 11:00:00 +0000 2023",
      "favorited" : false,
      "full_text" : "Only for the circle: I am looking for a new job",
      "lang" : "en"
    }
  }
]