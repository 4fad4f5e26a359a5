window.YTD.tweets.part0 = [
  {
    "tweet" : {
      "edit_info" : {
        "initial" : {
          "editTweetIds" : [
            "1001"
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
        "urls" : [],
        "media" : [
          {
            "url" : "https://t.co/pic1",
            "expanded_url" : "https://x.com/invented_ada/status/1001/photo/1",
            "media_alt" : "A desk buried in unpaid invoices",
            "id_str" : "9",
            "type" : "photo",
            "indices" : [
              "30",
              "53"
            ]
          }
        ]
      },
      "display_text_range" : [
        "0",
        "53"
      ],
      "favorite_count" : "3",
      "id_str" : "1001",
      "truncated" : false,
      "retweet_count" : "0",
      "id" : "1001",
      "possibly_sensitive" : false,
      "created_at" : "Sat Feb 18 12:33:11 +0000 2023",
      "favorited" : false,
      "full_text" : "My manager &amp; I had words today. https://t.co/pic1",
      "lang" : "en",
      "extended_entities" : {
        "media" : [
          {
            "url" : "https://t.co/pic1",
            "expanded_url" : "https://x.com/invented_ada/status/1001/photo/1",
            "media_alt" : "A desk buried in unpaid invoices",
            "id_str" : "9",
            "type" : "photo",
            "indices" : [
              "30",
              "53"
            ]
          }
        ]
      }
    }
  },
  {
    "tweet" : {
      "edit_info" : {
        "initial" : {
          "editTweetIds" : [
            "1002"
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
        "16",
        "45"
      ],
      "favorite_count" : "3",
      "id_str" : "1002",
      "truncated" : false,
      "retweet_count" : "0",
      "id" : "1002",
      "possibly_sensitive" : false,
      "created_at" : "Sun Feb 19 08:00:00 +0000 2023",
      "favorited" : false,
      "full_text" : "@someone @other no, the office coffee is fine",
      "lang" : "en",
      "in_reply_to_status_id_str" : "900",
      "in_reply_to_user_id_str" : "77",
      "in_reply_to_screen_name" : "someone"
    }
  },
  {
    "tweet" : {
      "edit_info" : {
        "initial" : {
          "editTweetIds" : [
            "1003"
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
        "70"
      ],
      "favorite_count" : "3",
      "id_str" : "1003",
      "truncated" : false,
      "retweet_count" : "0",
      "id" : "1003",
      "possibly_sensitive" : false,
      "created_at" : "Mon Feb 20 09:10:11 +0000 2023",
      "favorited" : false,
      "full_text" : "RT @newsbot: Ten companies that pay too late and what you can do abou…",
      "lang" : "en"
    }
  },
  {
    "tweet" : {
      "edit_info" : {
        "initial" : {
          "editTweetIds" : [
            "1004"
          ],
          "editableUntil" : "2023-02-18T13:33:11.000Z",
          "editsRemaining" : "5",
          "isEditEligible" : true
        }
      },
      "retweeted" : false,
      "source" : "<a href=\"https://mobile.twitter.com\" rel=\"nofollow\">Twitter Web App</a>",
      "entities" : {
        "urls" : [
          {
            "url" : "https://t.co/q1",
            "expanded_url" : "https://twitter.com/someone/status/999",
            "display_url" : "twitter.com/someone/st",
            "indices" : [
              "10",
              "33"
            ]
          }
        ],
        "hashtags" : []
      },
      "display_text_range" : [
        "0",
        "58"
      ],
      "favorite_count" : "3",
      "id_str" : "1004",
      "truncated" : false,
      "retweet_count" : "0",
      "id" : "1004",
      "possibly_sensitive" : false,
      "created_at" : "Tue Feb 21 22:22:22 +0000 2023",
      "favorited" : false,
      "full_text" : "This is exactly how my last interview went https://t.co/q1",
      "lang" : "en"
    }
  },
  {
    "tweet" : {
      "edit_info" : {
        "initial" : {
          "editTweetIds" : [
            "1005"
          ],
          "editableUntil" : "2023-02-18T13:33:11.000Z",
          "editsRemaining" : "5",
          "isEditEligible" : true
        }
      },
      "retweeted" : false,
      "source" : "<a href=\"https://mobile.twitter.com\" rel=\"nofollow\">Twitter Web App</a>",
      "entities" : {
        "urls" : [
          {
            "url" : "https://t.co/u1",
            "expanded_url" : "https://example.org/a?b=1&c=2",
            "display_url" : "example.org/a?b=1&c=2",
            "indices" : [
              "10",
              "33"
            ]
          }
        ],
        "hashtags" : []
      },
      "display_text_range" : [
        "0",
        "32"
      ],
      "favorite_count" : "3",
      "id_str" : "1005",
      "truncated" : false,
      "retweet_count" : "0",
      "id" : "1005",
      "possibly_sensitive" : false,
      "created_at" : "Wed Feb 22 01:02:03 +0000 2023",
      "favorited" : false,
      "full_text" : "Read this: https://t.co/u1 &lt;3",
      "lang" : "en"
    }
  },
  {
    "tweet" : {
      "edit_info" : {
        "initial" : {
          "editTweetIds" : [
            "1006"
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
        "289"
      ],
      "favorite_count" : "3",
      "id_str" : "1006",
      "truncated" : false,
      "retweet_count" : "0",
      "id" : "1006",
      "possibly_sensitive" : false,
      "created_at" : "Wed Jun 04 10:00:00 +0000 2025",
      "favorited" : false,
      "full_text" : "Long thoughts about the sprint we just finished, and why I think that planning meetings should never be longer than an hour. Long thoughts about the sprint we just finished, and why I think that planning meetings should never be longer than an hour. Long thoughts about … https://t.co/note",
      "lang" : "en"
    }
  },
  {
    "tweet" : {
      "edit_info" : {
        "initial" : {
          "editTweetIds" : [
            "1007"
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
      "id_str" : "1007",
      "truncated" : false,
      "retweet_count" : "0",
      "id" : "1007",
      "possibly_sensitive" : false,
      "created_at" : "Thu Feb 23 01:02:03 +0000 2023",
      "favorited" : false,
      "full_text" : "Ein Büro ohne Fenster, großartig 🙃",
      "lang" : "de"
    }
  },
  {
    "tweet" : {
      "edit_info" : {
        "initial" : {
          "editTweetIds" : [
            "1008"
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
      "id_str" : "1008",
      "truncated" : false,
      "retweet_count" : "0",
      "id" : "1008",
      "possibly_sensitive" : false,
      "created_at" : "Wed Jan 01 00:00:00 +0000 1997",
      "favorited" : false,
      "full_text" : "A tweet from a year that cannot be",
      "lang" : "en"
    }
  },
  {
    "tweet" : {
      "edit_info" : {
        "initial" : {
          "editTweetIds" : [
            "1009"
          ],
          "editableUntil" : "2023-02-18T13:33:11.000Z",
          "editsRemaining" : "5",
          "isEditEligible" : true
        }
      },
      "retweeted" : false,
      "source" : "<a href=\"https://mobile.twitter.com\" rel=\"nofollow\">Twitter Web App</a>",
      "entities" : {
        "media" : [
          {
            "url" : "https://t.co/pic2"
          }
        ],
        "urls" : []
      },
      "display_text_range" : [
        "0",
        "17"
      ],
      "favorite_count" : "3",
      "id_str" : "1009",
      "truncated" : false,
      "retweet_count" : "0",
      "id" : "1009",
      "possibly_sensitive" : false,
      "created_at" : "Fri Feb 24 01:02:03 +0000 2023",
      "favorited" : false,
      "full_text" : "https://t.co/pic2",
      "lang" : "zxx"
    }
  },
  {
    "tweet" : {
      "id_str" : 1010,
      "favorite_count" : "0"
    }
  }
]