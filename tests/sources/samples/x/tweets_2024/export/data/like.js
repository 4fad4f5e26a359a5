window.YTD.like.part0 = [
  {
    "like" : {
      "tweetId" : "5",
      "fullText" : "words of others",
      "expandedUrl" : "https://twitter.com/i/web/status/5"
    }
  }
]