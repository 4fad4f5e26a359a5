window.YTD.deleted_tweets.part0 = [
  {
    "tweet" : {
      "edit_info" : {
        "initial" : {
          "editTweetIds" : [
            "2003"
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
        "44"
      ],
      "favorite_count" : "3",
      "id_str" : "2003",
      "truncated" : false,
      "retweet_count" : "0",
      "id" : "2003",
      "possibly_sensitive" : false,
      "created_at" : "Fri Mar 03 12:00:00 +0000 2023",
      "favorited" : false,
      "full_text" : "I should not have said that about the client",
      "lang" : "en",
      "deleted_at" : "Sat Mar 04 00:00:00 +0000 2023"
    }
  }
]