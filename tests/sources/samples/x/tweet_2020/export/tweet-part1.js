window.YTD.tweet.part1 = [
  {
    "edit_info" : {
      "initial" : {
        "editTweetIds" : [
          "3003"
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
      "34"
    ],
    "favorite_count" : "3",
    "id_str" : "3003",
    "truncated" : false,
    "retweet_count" : "0",
    "id" : "3003",
    "possibly_sensitive" : false,
    "created_at" : "Mon Feb 17 12:33:11 +0000 2020",
    "favorited" : false,
    "full_text" : "Unwrapped, as some exports have it",
    "lang" : "en"
  },
  {
    "edit_info" : {
      "initial" : {
        "editTweetIds" : [
          "3002"
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
      "18"
    ],
    "favorite_count" : "3",
    "id_str" : "3002",
    "truncated" : false,
    "retweet_count" : "0",
    "id" : "3002",
    "possibly_sensitive" : false,
    "created_at" : "Sun Feb 16 12:33:11 -0500 2020",
    "favorited" : false,
    "full_text" : "Second one, café ☕",
    "lang" : "en"
  }
]