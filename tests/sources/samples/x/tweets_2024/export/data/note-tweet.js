window.YTD.note_tweet.part0 = [
  {
    "noteTweet" : {
      "noteTweetId" : "7001",
      "updatedAt" : "2025-06-04T10:00:00.000Z",
      "lifecycle" : {
        "value" : "0",
        "name" : "Active",
        "originalName" : "Active",
        "annotations" : {}
      },
      "createdAt" : "2025-06-04T10:00:00.000Z",
      "core" : {
        "styletags" : [],
        "urls" : [],
        "text" : "Long thoughts about the sprint we just finished, and why I think that planning meetings should never be longer than an hour. Long thoughts about the sprint we just finished, and why I think that planning meetings should never be longer than an hour. Long thoughts about the sprint we just finished, and why I think that planning meetings should never be longer than an hour. That is all.",
        "mentions" : [],
        "cashtags" : [],
        "hashtags" : []
      }
    }
  },
  {
    "noteTweet" : {
      "noteTweetId" : "7002",
      "createdAt" : "2025-07-04T10:00:00.000Z",
      "core" : {
        "text" : "A long form whose short form is not in the archive."
      }
    }
  }
]