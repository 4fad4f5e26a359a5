"""What each reader leaves out on purpose, refuses, and makes of the words that networks use."""

from __future__ import annotations

import json
from typing import Any

import pytest

from riskcheck.coverage import Coverage
from riskcheck.errors import ArchiveError
from riskcheck.post import Post, Skipped
from riskcheck.sources import _files, all_sources, detect
from tests.sources.kit import MemoryArchive

SOURCES = {source.name: source for source in all_sources()}


def read(source: str, files: dict[str, object], *, single: bool = False) -> list[Any]:
    """Read files, given as text or as values of JSON, with one source."""
    packed = {name: (value if isinstance(value, str) else json.dumps(value)).encode() for name, value in files.items()}
    return list(SOURCES[source].read(MemoryArchive(packed, single=single)))


def words(items: list[Any]) -> list[str]:
    return [item.text for item in items if isinstance(item, Post)]


LEFT = {
    "discord": {"messages/index.json": "names of channels", "activity/a/b.json": "analytics"},
    "facebook": {"messages/inbox/a/b.json": "private messages", "inbox/a/b.json": "private messages"},
    "instagram": {
        "messages/inbox/a/b.json": "private messages", "inbox/a/b.json": "private messages",
        "likes/a.json": "words of others", "threads/a.json": "no words of yours",
    },
    "linkedin": {"messages.csv": "private messages", "Recommendations_Given.csv": "not a post"},
    "mastodon": {"likes.json": "words of others", "bookmarks.json": "words of others"},
    "reddit": {
        "comment_headers.csv": "repeats another file without text", "messages_archive.csv": "private messages",
        "chat_history.csv": "private messages",
    },
    "threads": {"threads/a.json": "no words of yours"},
    "tumblr": {"posts_index.html": "repeats the posts", "messages/a": "private messages"},
    "x": {
        "data/manifest.js": "lists the files of the archive", "Your archive.html": "shows the archive in a browser",
        "data/tweet-headers.js": "repeats tweets.js without text",
        "data/deleted-tweet-headers.js": "repeats deleted-tweets.js without text", "data/like.js": "words of others",
        "data/direct-messages-group.js": "private messages", "data/grok-chat-item.js": "private chat",
        "data/article.js": "holds posts but is not understood yet",
        "data/periscope-comments-made-by-user.js": "holds posts but is not understood yet",
    },
    "youtube": {
        "history/a.html": "watched and searched, not written", "history/a.json": "watched and searched, not written",
    },
}  # fmt: skip


@pytest.mark.parametrize("source", SOURCES)
def test_what_is_left_out_is_named_with_its_reason(source: str) -> None:
    wanted = {**LEFT.get(source, {}), "odd/what.xyz": "no reader for it", "a.jpg": "picture, film, sound or layout"}
    archive = MemoryArchive(dict.fromkeys(wanted, b"x"))
    coverage = Coverage()
    _files(archive, SOURCES[source], coverage, "label: ")
    found = {name: reason for reason, tally in coverage.left.items() for name in tally.examples}
    assert found == {f"label: {name}": reason for name, reason in wanted.items()}
    assert len(SOURCES[source].unread) == len(LEFT.get(source, {}))


def test_pictures_films_and_archives_are_told_by_their_names() -> None:
    media = "jpg jpeg png gif webp heic bmp svg ico mp4 m4v m4a mov webm avi mp3 ogg wav aac srt vtt woff woff2 ttf css"
    nested = "zip 7z rar tar tgz tbz2 txz gz bz2 xz"
    archive = MemoryArchive({f"a.{end.upper()}": b"x" for end in f"{media} {nested} js".split()})
    assert archive.names == ("a.JS",)
    assert len(archive.members) == len(media.split()) + 1
    assert {problem.where for problem in archive.problems} == {f"a.{end.upper()}" for end in nested.split()}
    noise = ("__MACOSX/a.js", "a/.DS_Store", "Thumbs.db", "desktop.ini")
    assert not MemoryArchive(dict.fromkeys(noise, b"x")).members


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("comments_and_reactions/comments.html", "HTML export of Facebook"),
        ("your_facebook_activity/groups/a.html", "HTML export of Facebook"),
        ("media/posts_1.html", "HTML export of Instagram"),
        ("comments/post_comments_1.html", "HTML export of Instagram"),
        ("your_instagram_activity/a/b.html", "HTML export of Instagram"),
        ("threads/threads_and_replies.html", "HTML export of Threads"),
        ("my-comments/my-comments.html", "old Google Takeout"),
        ("my-live-chat-messages/a.html", "old Google Takeout"),
        ("Comments/Comments.txt", "text export of TikTok"),
        ("Your Activity/a.txt", "text export of TikTok"),
        ("Activity/a.txt", "text export of TikTok"),
        ("tweet-headers.js", "part of an archive of X"),
    ],
)
def test_forms_that_are_not_read_are_named(name: str, said: str) -> None:
    with pytest.raises(ArchiveError, match=rf"^memory: this .*{said}"):
        detect(MemoryArchive({name: b"x", "other.xyz": b"x"}))


SHARE = "Date,ShareLink,ShareCommentary,Visibility\n"


@pytest.mark.parametrize(
    ("word", "visibility"),
    [("MEMBER_NETWORK", "public"), ("public", "public"), ("ANYONE", "public"), ("CONNECTIONS", "followers"),
     ("odd", "unknown")],
)  # fmt: skip
def test_who_reads_a_share(word: str, visibility: str) -> None:
    (post,) = read("linkedin", {"Shares.csv": SHARE + f"2024-01-01 10:00:00,https://example.org,hello,{word}\n"})
    assert (post.visibility, post.kind, post.url) == (visibility, "post", "https://example.org")


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("one line", "one line"),
        ('"one ""\n""two"', "one \ntwo"),
        ('"""one""\n""two"""', '"one\ntwo"'),
        ('"a ""word"" here"', 'a "word" here'),
        ('"""lost at the start"', "lost at the start"),
        ('"lost at the end"""', "lost at the end"),
        ('"Tom &amp; I"', "Tom & I"),
    ],
)
def test_quotation_marks_of_shares(cell: str, text: str) -> None:
    assert words(read("linkedin", {"Shares.csv": SHARE + f"2024-01-01,,{cell},\n"})) == [text]


def test_profile_and_articles_of_linkedin() -> None:
    profile = "First Name,Last Name,Headline,Summary\nAda,Invented,Engineer &amp; more,\n"
    found = read("linkedin", {"Profile.csv": profile, "Articles/a.html": "<p>Long words</p>", "Articles/b/c.html": ""})
    assert [(post.text, post.kind) for post in found[:2]] == [("Engineer & more", "bio"), ("Long words", "post")]
    assert isinstance(found[2], Skipped)
    assert isinstance(read("linkedin", {"Profile.csv": profile.replace("Engineer &amp; more", "")})[0], Skipped)


LINKEDIN_TABLES = {
    "Shares_1.csv": SHARE, "Comments.csv": "Date,Link,Message\n", "Profile.csv": "First Name,Last Name,Headline\n",
    "Positions.csv": "Company Name,Title,Started On,Finished On\n",
}  # fmt: skip


@pytest.mark.parametrize("name", LINKEDIN_TABLES)
def test_any_table_of_linkedin_makes_it_one(name: str) -> None:
    assert detect(MemoryArchive({name: LINKEDIN_TABLES[name].encode(), "other.xyz": b"x"})).name == "linkedin"


@pytest.mark.parametrize(
    ("word", "visibility"),
    [("Public", "public"), ("everyone", "public"), ("Friends", "followers"), ("followers", "followers"),
     ("Private", "private"), ("Only me", "private"), ("odd", "unknown")],
)  # fmt: skip
def test_who_reads_a_video(word: str, visibility: str) -> None:
    video = {"Date": "2024-01-01 10:00:00", "Title": "hello", "Link": "https://example.org", "WhoCanView": word}
    (post,) = read("tiktok", {"user_data_tiktok.json": {"Post": {"Posts": {"VideoList": [video]}}}})
    assert (post.visibility, post.kind, post.url) == (visibility, "caption", "https://example.org")


def test_profile_and_comments_of_tiktok() -> None:
    profile = {"Profile": {"Profile Information": {"ProfileMap": {"userName": "ada", "bioDescription": "tired"}}}}
    handle, bio = read("tiktok", {"user_data.json": profile})
    assert [(p.text, p.kind, p.url) for p in (handle, bio)] == [
        ("ada", "handle", "https://www.tiktok.com/@ada"), ("tired", "bio", "https://www.tiktok.com/@ada"),
    ]  # fmt: skip
    empty = {"Profile": {"Profile Information": {"ProfileMap": {"userName": "N/A", "bioDescription": "none"}}}}
    assert [type(item) for item in read("tiktok", {"user_data.json": empty})] == [Skipped]
    comments = {"Comment": {"Comments": {"CommentsList": [{"DATE": "2024-01-01", "COMMENT": "hi"}, 5, {}]}}}
    found = read("tiktok", {"user_data.json": comments})
    assert [type(item) for item in found] == [Post, Skipped, Skipped]
    assert (found[0].kind, found[0].visibility, found[0].url) == ("comment", "unknown", "")


@pytest.mark.parametrize(
    ("state", "visibility"),
    [("published", "public"), ("private", "private"), ("draft", "private"), ("queued", "private"), ("", "unknown")],
)
def test_who_reads_a_blog(state: str, visibility: str) -> None:
    record = {"post_url": "https://example.org/1", "blog_name": "ada", "id": 1, "body": "<p>hello</p>", "state": state}
    (post,) = read("tumblr", {"posts.json": record})
    assert (post.visibility, post.text, post.id) == (visibility, "hello", "1")


@pytest.mark.parametrize("key", ["title", "body", "caption", "text", "question", "answer", "description"])
def test_every_field_with_words_of_a_blog_is_read(key: str) -> None:
    record = {"post_url": "https://example.org/1", "blog_name": "ada", "id_string": "9", key: "hello &amp; bye"}
    (post,) = read("tumblr", {"json/a.json": record})
    assert (post.text, post.id, post.kind, post.others_words) == ("hello & bye", "9", "post", False)


def test_reblogs_with_and_without_words_of_ones_own() -> None:
    record = {"post_url": "u", "blog_name": "ada", "id": 1, "reblogged_from_id": "5", "body": "<p>theirs</p>"}
    trail = [{"blog": {"name": "bob"}, "content": "theirs"}, {"blog": {"name": "ada"}, "content_raw": "mine"}]
    bare, quote = read("tumblr", {"json/a.json": record, "json/b.json": {**record, "trail": trail}})
    assert (bare.text, bare.kind, bare.others_words) == ("theirs", "repost", True)
    assert (quote.text, quote.kind, quote.others_words) == ("mine", "quote", False)
    (summary,) = read("tumblr", {"posts.json": {**record, "body": "", "summary": "told"}})
    (caption,) = read("tumblr", {"posts.json": {**record, "body": "", "caption": "shown"}})
    assert (summary.text, caption.text) == ("told", "shown")


PUBLIC = "https://www.w3.org/ns/activitystreams#Public"


@pytest.mark.parametrize("shape", ["alone", "list", "posts", "response"])
def test_tumblr_posts_are_found_where_a_tool_puts_them(shape: str) -> None:
    record = {"blog_name": "ina", "post_url": "https://ina.tumblr.com/1", "id_string": "1", "timestamp": 1676723591}
    record["body"] = "hello"
    two = [record, {**record, "id_string": "2"}]
    whole = {"alone": record, "list": two, "posts": {"posts": two}, "response": {"response": {"posts": two}}}[shape]
    found = [post.id for post in read("tumblr", {"ina/posts.json": whole})]
    assert found == (["1"] if shape == "alone" else ["1", "2"])


@pytest.mark.parametrize(
    ("to", "cc", "visibility"),
    [
        ([PUBLIC], [], "public"),
        ("as:Public", None, "public"),
        (["Public"], ["https://example.org/followers"], "public"),
        (["https://example.org/followers"], [PUBLIC], "unlisted"),
        (["https://example.org/followers/"], [], "followers"),
        ([], ["https://example.org/followers"], "followers"),
        (["https://example.org/bob"], [], "direct"),
        ([], ["https://example.org/bob"], "direct"),
        ([], [5], "unknown"),
    ],
)
def test_who_reads_a_toot(to: object, cc: object, visibility: str) -> None:
    note = {"id": "https://example.org/1", "content": "<p>hello</p>", "to": to, "cc": cc}
    (post,) = read("mastodon", {"outbox.json": {"orderedItems": [{"type": "Create", "object": note}]}})
    assert (post.visibility, post.url, post.kind) == (visibility, "https://example.org/1", "post")


def test_activities_that_are_no_posts_are_named() -> None:
    items: list[object] = [{"type": "Announce"}, {"type": "Like"}, {}, {"type": "Create", "object": "x"}, 5]
    found = read("mastodon", {"outbox.json": {"orderedItems": items}})
    wrong = "record has fields of an unexpected type"
    assert [item.reason for item in found] == [
        "repost: the export holds only its address", "activity that is no post", wrong, wrong, wrong,
    ]  # fmt: skip


@pytest.mark.parametrize(
    "key", ["Comment", "Opmerking", "Kommentar", "Commentaire", "Comentario", "Commento", "Comentário", "Any other"]
)
def test_comments_of_instagram_in_any_language(key: str) -> None:
    fields = {"Media Owner": {"value": "bob"}, key: {"value": "hello"}, "Time": {"timestamp": 1676723591}}
    fields = fields if key != "Any other" else {key: fields[key], **fields}
    (post,) = read("instagram", {"comments/post_comments_1.json": [{"string_map_data": fields}]})
    assert (post.text, post.kind, post.created.year) == ("hello", "comment", 2023)


@pytest.mark.parametrize(
    ("name", "bio"),
    [("Username", "Bio"), ("Gebruikersnaam", "Biografie"), ("Benutzername", "Steckbrief"),
     ("Nom d’utilisateur", "Biographie"), ("Nombre de usuario", "Biografía"), ("Nome utente", "Biografia")],
)  # fmt: skip
def test_profiles_of_instagram_in_any_language(name: str, bio: str) -> None:
    fields = {name: {"value": "ada"}, bio: {"value": "tired"}}
    path = "personal_information/personal_information.json"
    found = read("instagram", {path: {"profile_user": [{"string_map_data": fields}]}})
    assert [(post.text, post.kind, post.url) for post in found] == [
        ("ada", "handle", "https://www.instagram.com/ada/"), ("tired", "bio", ""),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "name", ["posts_1", "stories", "reels", "igtv_videos", "archived_posts", "recently_deleted_content"]
)
@pytest.mark.parametrize("folder", ["content", "media"])
def test_captions_of_instagram_stand_in_many_files(folder: str, name: str) -> None:
    record = {"title": "hello", "creation_timestamp": 1676723591, "media": [{"title": "hello"}, {"title": "more"}]}
    assert words(read("instagram", {f"{folder}/{name}.json": [record]})) == ["hello", "more"]


@pytest.mark.parametrize("kind", ["1", 1, "3", "DM", "GROUP_DM"])
def test_direct_messages_of_discord(kind: object) -> None:
    message = [{"ID": 7, "Timestamp": "2024-01-01 10:00:00", "Contents": "hello"}, {"ID": 8, "Contents": 5}]
    place = {"messages/c5/messages.json": message, "messages/c5/channel.json": {"id": "5", "type": kind}}
    post, skipped = read("discord", place)
    assert (post.visibility, post.url, post.id) == ("direct", "https://discord.com/channels/@me/5/7", "7")
    assert isinstance(skipped, Skipped)
    place["messages/c5/channel.json"] = {"type": 0, "guild": {"id": "9"}}
    post, _ = read("discord", place)
    assert (post.visibility, post.url) == ("unknown", "https://discord.com/channels/9/5/7")


@pytest.mark.parametrize("head", [b"\x7fELF", b"MZ", b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"SQLite format 3"])
def test_a_file_of_another_kind_is_no_text(head: bytes) -> None:
    for name in ("a.txt", "a"):
        with pytest.raises(ArchiveError):
            detect(MemoryArchive({name: head + b" text\n"}, single=True))


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.csv", "text\nhello\n"), ("a.tsv", "id\ttext\n1\thello\n"), ("a.txt", "hello\n"), ("a.md", "hello"),
     ("a.text", "hello"), ("a.jsonl", '{"text": "hello"}\n'), ("a.ndjson", '"hello"\n'),
     ("a.json", '[{"text": "hello"}]'),
     ("a.json", '["hello"]'), ("a.json", ' {"posts": [{"text": "hello"}]}'), ("a", '[{"text": "hello"}]'),
     ("a", '{"text": "hello"}')],
)  # fmt: skip
def test_plain_files_by_name_and_content(name: str, content: str) -> None:
    assert detect(MemoryArchive({name: content.encode()}, single=True)).name == "plain"
    assert words(read("plain", {name: content}, single=True)) == ["hello"]


@pytest.mark.parametrize("key", ["posts", "items", "data", "records", "comments", "messages", "tweets"])
def test_lists_within_an_object(key: str) -> None:
    assert words(read("plain", {"a.json": {"about": 1, key: [{"text": "hello"}]}}, single=True)) == ["hello"]


FACEBOOK = {
    "posts/your_posts_1.json": "timestamp", "posts/profile_posts_1.json": "timestamp",
    "comments_and_reactions/comments.json": "comments_v2", "comments/comments.json": "comments_v2",
    "groups/group_posts_and_comments.json": "group_posts_v2",
    "groups/your_comments_in_groups.json": "group_comments_v2",
    "groups/your_posts_and_comments_in_groups.json": "group_posts_v2",
}  # fmt: skip


@pytest.mark.parametrize("name", FACEBOOK)
def test_any_list_of_facebook_makes_it_one(name: str) -> None:
    record = {"timestamp": 1676723591, "data": [{"post": "mine"}, {"comment": {"comment": "said"}}]}
    mark, comment = FACEBOOK[name], "comments" in name.rpartition("/")[2] and "posts" not in name
    value = [record] if mark == "timestamp" else {mark: [record]}
    assert detect(MemoryArchive({name: json.dumps(value).encode(), "other.xyz": b"x"})).name == "facebook"
    found = read("facebook", {name: value})
    assert [(p.text, p.kind) for p in found] == [("mine", "comment" if comment else "post"), ("said", "comment")]
    assert all(post.created.year == 2023 for post in found)


def test_captions_of_facebook() -> None:
    pictures = [{"data": [{"media": {"description": "mine"}}, {"media": {"description": "shown"}}, {}]}, 5]
    record = {"timestamp": 1676723591, "data": [{"post": "mine"}], "attachments": pictures}
    found = read("facebook", {"posts/your_posts_1.json": [record, {"title": "Ada shared a link."}]})
    assert [(p.text, p.kind) for p in found[:2]] == [("mine", "post"), ("shown", "caption")]
    assert isinstance(found[2], Skipped)
    film = {"description": "filmed", "creation_timestamp": 1676723591}
    for name, value in (
        ("posts/your_uncategorized_photos.json", {"other_photos_v2": [film]}), ("posts/your_videos.json", [film]),
        ("posts/album/0.json", {"name": "a", "photos": [film, {}]}),
    ):  # fmt: skip
        first, *others = read("facebook", {name: value})
        assert (first.text, first.kind, first.created.year) == ("filmed", "caption", 2023)
        assert all(isinstance(item, Skipped) for item in others)


@pytest.mark.parametrize("folder", ["profile_information", "personal_information/profile_information"])
def test_whose_export_of_facebook_it_is(folder: str) -> None:
    profile = {"profile_v2": {"name": {"full_name": "Ada Invented"}}}
    archive = MemoryArchive({f"{folder}/profile_information.json": json.dumps(profile).encode()})
    owner = SOURCES["facebook"].owner(archive)
    assert owner is not None
    assert owner.display_name == "Ada Invented"


TABLE = "tweet_id,in_reply_to_status_id,in_reply_to_user_id,timestamp,text,retweeted_status_id,expanded_urls\n"


@pytest.mark.parametrize(
    ("row", "wanted"),
    [
        ("1,,,2012-06-01 10:00:00 +0000,hello,,", ("hello", "post", False)),
        ("1,5,,2012-06-01 10:00:00 +0000,hello,,", ("hello", "reply", False)),
        ("1,,5,2012-06-01 10:00:00 +0000,hello,,", ("hello", "reply", False)),
        ("1,,,2012-06-01 10:00:00 +0000,hello,5,", ("hello", "repost", True)),
        ('1,,,2012-06-01 10:00:00 +0000,hello,,"https://a.example,https://twitter.com/a/status/1"',
         ("hello", "quote", False)),
    ],
)  # fmt: skip
def test_the_old_table_of_x(row: str, wanted: tuple[str, str, bool]) -> None:
    (post,) = read("x", {"tweets.csv": TABLE + row + "\n"})
    assert (post.text, post.kind, post.others_words) == wanted
    assert (post.id, post.created.year, post.visibility) == ("1", 2012, "public")
    assert detect(MemoryArchive({"tweets.csv": TABLE.encode()})).name == "x"


@pytest.mark.parametrize(
    ("name", "visibility"),
    [("tweets", "public"), ("tweets-part1", "public"), ("tweet", "public"), ("tweet-part1", "public"),
     ("community-tweet", "public"), ("community-tweet-part1", "public"), ("twitter-circle-tweet", "followers"),
     ("twitter-circle-tweet-part1", "followers"), ("deleted-tweets", "deleted"), ("deleted-tweets-part1", "deleted")],
)  # fmt: skip
def test_who_reads_a_tweet(name: str, visibility: str) -> None:
    content = 'window.YTD.tweets.part0 = [{"tweet": {"id_str": "1", "full_text": "hi"}}, {"tweet": {"id_str": "2"}}]'
    found = read("x", {f"data/{name}.js": content})
    assert [type(item) for item in found] == [Post, Skipped]
    assert found[0].visibility == visibility
    assert detect(MemoryArchive({f"data/{name}.js": content.encode()})).name == "x"


def tweet(**facts: object) -> list[Any]:
    return read("x", {"tweets.js": "x = " + json.dumps([{"tweet": {"id_str": "7", "full_text": "hello", **facts}}])})


def test_what_is_known_of_a_tweet() -> None:
    for key in ("in_reply_to_status_id_str", "in_reply_to_user_id_str", "in_reply_to_status_id", "in_reply_to_user_id",
                "in_reply_to_screen_name"):  # fmt: skip
        assert tweet(**{key: "5"})[0].kind == "reply"
    assert tweet(retweeted_status={})[0].kind == tweet(full_text="RT @a: b")[0].kind == "repost"
    assert [tweet(lang=word)[0].language for word in ("en", "und", "zxx", 5)] == ["en", "", "", ""]
    (post,) = tweet(full_text=None, text="old &amp; short", id_str=None, id=9)
    assert (post.text, post.id, post.url, post.created) == ("old & short", "9", "https://x.com/i/web/status/9", None)
    assert tweet(full_text="@a @b hi", in_reply_to_user_id="1", display_text_range=["6", "8"])[0].text == "hi"
    assert tweet(full_text="@a so hi", in_reply_to_user_id="1", display_text_range=["6", "8"])[0].text == "@a so hi"
    assert tweet(full_text="@a @b hi", display_text_range=["6", "8"])[0].text == "@a @b hi"


def test_links_and_pictures_of_a_tweet() -> None:
    urls = [{"url": "t.co/a", "expanded_url": "https://example.org/a"}, {"url": "t.co/q", "expanded_url":
            "https://x.com/a/status/12?s=20"}, {"url": "t.co/z"}]  # fmt: skip
    media = [{"url": "t.co/p", "ext_alt_text": "a &lt;cat&gt;"}, {"url": "t.co/p", "media_alt": "a dog"}, {}]
    found = tweet(full_text="see t.co/a t.co/q t.co/z t.co/p", entities={"urls": urls, "media": media})
    assert [(post.text, post.id, post.kind) for post in found] == [
        ("see https://example.org/a  t.co/z", "7", "quote"), ("a <cat>", "7#alt1", "alt"), ("a dog", "7#alt2", "alt"),
    ]  # fmt: skip
    bare = tweet(full_text="t.co/p", extended_entities={"media": media})
    assert [type(item) for item in bare] == [Skipped, Post, Post]


def test_whose_archive_of_x_it_is() -> None:
    account = [{"account": {"username": "ada", "accountId": "4", "accountDisplayName": "Ada"}}]
    profile = [{"profile": {"description": {"bio": "tired"}}}, {"profile": {}}]
    found = read("x", {"account.js": "x = " + json.dumps(account), "profile.js": "x = " + json.dumps(profile)})
    assert [(p.text, p.id, p.kind, p.url) for p in found[:3]] == [
        ("ada", "4#handle", "handle", "https://x.com/ada"), ("Ada", "4#name", "handle", "https://x.com/ada"),
        ("tired", "4#bio", "bio", "https://x.com/ada"),
    ]  # fmt: skip
    assert [type(item) for item in found[3:]] == [Skipped]


@pytest.mark.parametrize("folder", ["", "a/", "a/b/", "a/b/c/d/"])
def test_tables_of_youtube_by_their_columns(folder: str) -> None:
    table = "Comment ID,Comment Create Timestamp,Comment Text,Video ID\n1,2024-01-01T10:00:00+00:00,hello,v\n"
    chat = "Live Chat ID,Live Chat Create Timestamp,Live Chat Text,Video ID\n,2024-01-01T10:00:00+00:00,hi,v\n"
    comment, live = read("youtube", {f"{folder}a.csv": table, f"{folder}b.csv": chat})
    assert (comment.text, comment.id, comment.url) == ("hello", "1", "https://www.youtube.com/watch?v=v&lc=1")
    assert (live.text, live.kind, live.url) == ("hi", "comment", "https://www.youtube.com/watch?v=v")
    assert live.id
