window.YTD.tweet.part0 = [{"tweet":{"id_str":"1000000000000000005","tweet_id":"1000000000000000005","created_at":"Tue Mar 05 12:30:00 +0000 2024","full_text":""}}]
