window.YTD.profile.part0 = [
  {
    "profile" : {
      "description" : {
        "bio" : "Testing things & breaking them. Opinions are mine.",
        "website" : "https://t.co/abc",
        "location" : "Nowhere"
      },
      "avatarMediaUrl" : "https://pbs.example.org/x.jpg"
    }
  }
]