window.YTD.account.part0 = [
  {
    "account" : {
      "email" : "nobody@example.org",
      "createdVia" : "web",
      "username" : "invented_ada",
      "accountId" : "4242",
      "createdAt" : "2011-05-01T10:00:00.000Z",
      "accountDisplayName" : "Ada Invented ☕"
    }
  }
]