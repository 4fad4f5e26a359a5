window.YTD.community_tweet.part0 = [
  {
    "tweet" : {
      "edit_info" : {
        "initial" : {
          "editTweetIds" : [
            "2001"
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
        "29"
      ],
      "favorite_count" : "3",
      "id_str" : "2001",
      "truncated" : false,
      "retweet_count" : "0",
      "id" : "2001",
      "possibly_sensitive" : false,
      "created_at" : "Fri Mar 03 10:00:00 +0000 2023",
      "favorited" : false,
      "full_text" : "Our community meets on Friday",
      "lang" : "en",
      "community_id_str" : "5"
    }
  }
]