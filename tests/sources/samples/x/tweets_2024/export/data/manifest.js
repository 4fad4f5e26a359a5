window.__THAR_CONFIG = {
  "userInfo": {
    "accountId": "4242",
    "userName": "invented_ada",
    "displayName": "Ada Invented"
  },
  "archiveInfo": {
    "sizeBytes": "1234",
    "generationDate": "2024-05-01T00:00:00.000Z",
    "isPartialArchive": false,
    "maxPartSizeBytes": "53687091200"
  },
  "dataTypes": {
    "tweets": {
      "files": [
        {
          "fileName": "data/tweets.js",
          "globalName": "YTD.tweets.part0",
          "count": "9"
        }
      ]
    }
  }
}