"""What all readers are made of: times, encodings, HTML, ids, fields, tables, nested JSON."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from riskcheck.errors import ArchiveError
from riskcheck.post import Post, Skipped
from riskcheck.sources import _car, _csv, _fields, base, detect, open_archive
from riskcheck.sources._bounds import clean_name
from riskcheck.sources._ids import Seen, Twins, made_id
from riskcheck.sources._json import dig, records, text_at, whole
from riskcheck.sources._text import as_utf8, clean, encoding, html_text, unmangle
from riskcheck.sources._time import from_any, from_epoch, from_iso, from_words, from_x
from riskcheck.sources.archive import Limits, MemberError, listed
from tests.sources.binary_samples import cbor, linked, varint
from tests.sources.kit import MemoryArchive, pack_zip

NOON = dt.datetime(2023, 2, 18, 12, 33, 11, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        (1676723591, NOON),
        (1676723591.0, NOON),
        ("1676723591", NOON),
        (1676723591000, NOON),
        ("1676723591000", NOON),
        (True, None),
        (None, None),
        ([], None),
        ("soon", None),
        ("nan", None),
        (1e300, None),
        (0, None),  # 1970
        (631152000, dt.datetime(1990, 1, 1, tzinfo=dt.UTC)),
        (631151999, None),
        (4133980799, dt.datetime(2100, 12, 31, 23, 59, 59, tzinfo=dt.UTC)),
        (4133980800, None),
        (99_999_999_999, None),  # seconds to the last, in the year 5138
        (1e12, dt.datetime(2001, 9, 9, 1, 46, 40, tzinfo=dt.UTC)),
        ("0" * 90 + "1676723591", NOON),
        ("0" * 91 + "1676723591", None),
    ],
)
def test_seconds_and_milliseconds(value: object, wanted: dt.datetime | None) -> None:
    assert from_epoch(value) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "2023-02-18T12:33:11Z", "2023-02-18T12:33:11", "2023-02-18 12:33:11 UTC", " 2023-02-18 12:33:11 GMT ",
        "2023-02-18 13:33:11 +0100", "2023-02-18 13:33:11 +01:00", "2023-02-18T07:33:11-0500",
        "2023-02-18T12:33:11+00:00",
    ],
)  # fmt: skip
def test_iso_times_are_utc_where_they_name_no_zone(text: str) -> None:
    assert from_iso(text) == from_any(text) == NOON
    assert from_iso(text, earliest=2023) == NOON
    assert from_iso(text, earliest=2024) is None


@pytest.mark.parametrize("value", [None, 5, "", "2023-13-01", "noon", "2023-02-18T12:33:11+99:00", "1989-12-31"])
def test_what_is_no_iso_time_is_none(value: object) -> None:
    assert from_iso(value) is None


def test_times_of_the_first_and_last_second_there_is() -> None:
    assert from_iso("0001-01-01T00:00:00+05:00") is None
    assert from_iso("9999-12-31T23:59:59-05:00") is None
    assert from_iso("2023-02-18" + " " * 91) is None
    assert from_iso("2023-02-18" + " " * 90) == NOON.replace(hour=0, minute=0, second=0)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Sat Feb 18 12:33:11 +0000 2023", NOON),
        ("Sat Feb 18 14:03:11 +0130 2023", NOON),
        ("Sat Feb 18 07:33:11 -0500 2023", NOON),
        ("Sat Fee 18 12:33:11 +0000 2023", None),
        ("Sat Feb 31 12:33:11 +0000 2023", None),
        ("Sat Feb 18 12:33:11 +0000 2005", None),
        ("Mon Dec 31 23:59:59 +0000 2006", dt.datetime(2006, 12, 31, 23, 59, 59, tzinfo=dt.UTC)),
        ("2023-02-18T12:33:11.000Z", NOON),
        (None, None),
    ],
)
def test_times_of_x(text: object, wanted: dt.datetime | None) -> None:
    assert from_x(text) == wanted


MONTHS = ("Jan", "Feb", "March", "April", "May", "June", "July", "Aug.", "Sept", "October", "Nov", "Dec")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        *((f"{name} 2021", (2021, number, 1)) for number, name in enumerate(MONTHS, 1)),
        ("3 March 2021", (2021, 3, 3)),
        ("3rd March 2021", (2021, 3, 3)),
        ("March 3rd, 2021", (2021, 3, 3)),
        ("March 3rd, 2021 10:12am", (2021, 3, 3, 10, 12)),
        ("March 3, 2021 12:12 am", (2021, 3, 3, 0, 12)),
        ("March 3, 2021, 12:12 PM", (2021, 3, 3, 12, 12)),
        ("March 3, 2021 1:02:03 pm", (2021, 3, 3, 13, 2, 3)),
        ("March 3, 2021 23:02", (2021, 3, 3, 23, 2)),
        ("posted on March 3, 2021", (2021, 3, 3)),
        ("March 32, 2021", None),
        ("Marx 2021", (2021, 3, 1)),
        ("Foo 2021", None),
        ("2021", None),
        ("May 1989", None),
        ("May 2101", None),
        (5, None),
        ("x" * 92 + " May 2021", None),
        ("x" * 91 + " May 2021", (2021, 5, 1)),
    ],
)
def test_dates_with_names_of_months(text: object, wanted: tuple[int, ...] | None) -> None:
    assert from_words(text) == (dt.datetime(*wanted, tzinfo=dt.UTC) if wanted else None)  # type: ignore[misc, arg-type]


@pytest.mark.parametrize(
    "value",
    [NOON, NOON.replace(tzinfo=None), 1676723591, 1676723591.0, " 1676723591 ", "1676723591.0", "1676723591000",
     "Sat Feb 18 12:33:11 +0000 2023", "18 Feb 2023 12:33:11", "2023-02-18T13:33:11+01:00"],
)  # fmt: skip
def test_times_of_unknown_form(value: object) -> None:
    assert from_any(value) == NOON
    assert from_any(value, earliest=2024) is None


@pytest.mark.parametrize("value", [None, [], "", "20230218x", "12345678", "1" * 101, "x" * 101])
def test_what_is_no_time_at_all(value: object) -> None:
    assert from_any(value) is None


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"", "utf-8"),
        (b"plain", "utf-8"),
        ("caf\u00e9 in \u6771\u4eac".encode(), "utf-8"),
        (b"\xef\xbb\xbfa", "utf-8-sig"),
        (b"\xff\xfe\0\0a\0\0\0", "utf-32"),
        (b"\xff\xfea\0", "utf-16"),
        (b"\xfe\xff\0a", "utf-16"),
        ("plain".encode("utf-16-le"), "utf-16-le"),
        ("plain".encode("utf-16-be"), "utf-16-be"),
        ("caf\u00e9 ol\u00e9, d\u00e9j\u00e0 vu and more".encode("cp1252"), "cp1252"),
        ("caf\u00e9 na\u00efve \u2615 ol\u00e9 \u2615".encode() + b" \xff and more", "utf-8"),  # a byte that broke
        ("cut in a letter \u6771".encode()[:-1], "utf-8"),
    ],
)
def test_encodings_are_known_by_the_first_bytes(head: bytes, name: str) -> None:
    assert encoding(head) == name


@pytest.mark.parametrize("name", ["utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_json_is_read_in_any_of_them(name: str) -> None:
    text = json.dumps([{"text": "caf\u00e9"}], ensure_ascii=False)
    archive = MemoryArchive({"a.json": text.encode(name)})
    assert [item[2] for item in records(archive, "a.json", "item") if not isinstance(item, Skipped)] == [
        {"text": "caf\u00e9"}
    ]
    with archive.open("a.json") as stream:
        assert as_utf8(stream).read().decode() == text


def test_clean_text_can_be_written() -> None:
    assert clean(" a\0b \n") == "ab"
    assert clean("\ud83d\ude02 half \ud83d") == "\U0001f602 half \ufffd"
    assert clean("") == ""


def test_mangled_text_is_healed_and_sound_text_left() -> None:
    mangled = "caf\u00e9 \u2615".encode().decode("latin-1")
    value = {
        mangled: [mangled, 5, None, {"a": mangled}],
        "b": "caf\u00e9 \u2615",
        "c": "plain",
        "d": "r\u00e9sum\u00e9",
    }
    healed = "caf\u00e9 \u2615"
    assert unmangle(value) == {
        healed: [healed, 5, None, {"a": healed}], "b": healed, "c": "plain", "d": "r\u00e9sum\u00e9",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("plain", "plain"),
        ("a &lt; b", "a < b"),
        ("<p>one<br>two</p><p>three &amp; four</p>", "one\ntwo\n\nthree & four"),
        ("<ul><li>a</li><li>b</li></ul>", "a\nb"),
        ("<h1>t</h1><h2>u</h2>x<div>y</div><blockquote>z</blockquote>", "t\n\nu\n\nxy\n\nz"),
        ("a<script>no()</script><style>no</style><span class='invisible'>no</span>b", "ab"),
        ("a&nbsp;  b<p></p><p></p><p></p>c", "a b\n\nc"),
        ("<i>a</i> " * 2000, " ".join("a" * 2000)),
        ("<p>a &amp; b</p>" * 2501, " ".join(["a & b"] * 2501).replace(" a", "  a")),
    ],
)
def test_html_reads_as_a_page_shows_it(markup: str, text: str) -> None:
    assert html_text(markup) == text
    assert html_text("<p>a<b>no</b></p>", drop="b") == "a"


def test_ids_are_made_of_all_parts() -> None:
    assert made_id("a", None, NOON) == made_id("a", "", NOON.isoformat())
    assert len(made_id("a")) == 16
    assert len({made_id("a", "b"), made_id("ab"), made_id("b", "a"), made_id("a", "b", NOON), made_id("\ud800")}) == 5


def test_a_set_of_keys_grows_and_forgets_none() -> None:
    seen = Seen()
    keys = [f"key {number}" for number in range(9000)]
    assert all(seen.add(key) for key in keys)
    assert not any(seen.add(key) for key in keys)
    assert len(seen) == 9000
    assert all(key in seen for key in keys)
    assert not any(f"other {number}" in seen for number in range(2000))


def post(text: str = "hi", **facts: Any) -> Post:
    return Post(**{"text": text, "id": "1", "platform": "x", **facts})


def test_which_posts_are_one() -> None:
    twins = Twins(texts=False)
    assert twins.add(post(), own=True)
    for same in (post("other words"), post(kind="reply"), post(kind="quote"), post(kind="repost")):
        assert not twins.add(same, own=True)
    for other in (
        post(id="2"),
        post(platform="reddit"),
        post(kind="comment"),
        post(kind="bio"),
        post("ho", kind="bio"),
    ):
        assert twins.add(other, own=True)
    assert not twins.add(post(kind="bio"), own=True)
    assert twins.add(post(kind="handle"), own=True)
    assert twins.add(post("ho", kind="handle"), own=True)


@pytest.mark.parametrize(
    ("record", "wanted"),
    [
        ("words", {"text": "words"}),
        ({"TEXT": " words ", "Id": 5}, {"text": "words", "id": "5"}),
        ({"text": "a", "uuid": "u", "id": ""}, {"text": "a", "id": "u"}),
        ({"text": "a", "id": True}, {"text": "a", "id": made_id("plain", "a", None)}),
        ({"text": "a", "id": 1.5}, {"text": "a", "id": made_id("plain", "a", None)}),
        ({"full_text": "a", "created_at": "2023-02-18T12:33:11Z"}, {"text": "a", "created": NOON}),
        ({"body": "a", "timestamp": 1676723591}, {"text": "a", "created": NOON}),
        ({"text": "a", "kind": "comment", "visibility": "followers"}, {"kind": "comment", "visibility": "followers"}),
        ({"text": "a", "type": "repost"}, {"kind": "repost", "others_words": True}),
        ({"text": "a", "kind": "odd", "visibility": "odd"}, {"kind": "post", "visibility": "unknown"}),
        ({"text": "a", "lang": "en", "permalink": "https://example.org"}, {"language": "en", "url": "https://example.org"}),
        ({"text": "a", 5: "b"}, {"text": "a", "others_words": False, "platform": "plain", "where": "here"}),
    ],
)  # fmt: skip
def test_fields_of_plain_records(record: object, wanted: dict[str, object]) -> None:
    found = _fields.post("here", record)
    assert isinstance(found, Post)
    assert {name: getattr(found, name) for name in wanted} == wanted


def test_every_known_column_is_read() -> None:
    for name in ("text", "full_text", "content", "contents", "body", "message", "post", "post_text", "tweet", "comment",
                 "caption", "status", "description"):  # fmt: skip
        assert _fields.post("here", {name: "words"}).text == "words"  # type: ignore[union-attr]
        assert _fields.has_text(frozenset({"x", name}))
    for name in ("id", "id_str", "post_id", "tweet_id", "status_id", "uuid"):
        assert _fields.post("here", {"text": "a", name: "77"}).id == "77"  # type: ignore[union-attr]
    for name in ("created_at", "created", "createdat", "date", "datetime", "time", "timestamp", "published",
                 "posted_at"):  # fmt: skip
        assert _fields.post("here", {"text": "a", name: "2023-02-18 12:33:11"}).created == NOON  # type: ignore[union-attr]
    for name in ("url", "link", "permalink", "uri"):
        assert _fields.post("here", {"text": "a", name: "https://example.org"}).url  # type: ignore[union-attr]
    for name in ("language", "lang"):
        assert _fields.post("here", {"text": "a", name: "de"}).language == "de"  # type: ignore[union-attr]
    assert not _fields.has_text(frozenset({"x", "texts"}))


NO_TEXT = "no text of its own (a picture, a link or a repost)"
WRONG_TYPE = "record has fields of an unexpected type"


@pytest.mark.parametrize(
    ("record", "reason"),
    [(5, WRONG_TYPE), ({"a": 1}, WRONG_TYPE), ({"text": 5}, WRONG_TYPE), ({"text": None}, NO_TEXT), (" ", NO_TEXT)],
)
def test_records_without_words_are_named(record: object, reason: str) -> None:
    assert _fields.post("here", record) == Skipped(where="here", reason=reason)


def test_lines_of_json_may_carry_marks() -> None:
    assert _fields.decode('\ufeff{"a": "b\tc"}\0\r\n') == {"a": "b\tc"}
    assert _fields.decode("{") is None
    assert _fields.decode("[" * 100_000) is None


def table(text: str, *columns: str, **options: Any) -> list[Any]:
    archive = MemoryArchive({"t.csv": text.encode()})
    return [(item.where, item.reason) if isinstance(item, Skipped) else (item.where, item.cells)
            for item in _csv.rows(archive, "t.csv", _csv.needs(*columns), **options)]  # fmt: skip


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_tables_by_any_delimiter_below_any_preamble(delimiter: str) -> None:
    lines = [delimiter.join(cells) for cells in (("\ufeffID ", "Text"), ("1", "a"), ("", ""), ("2", "b"))]
    text = "Notes:\nnone\n\n" + "\n".join(lines)
    assert table(text, "id", "text") == [("t.csv#1", {"id": "1", "text": "a"}), ("t.csv#2", {"id": "2", "text": "b"})]
    assert table("x\n" * 19 + "id,text\n1,a\n", "id") == [("t.csv#1", {"id": "1", "text": "a"})]
    assert table("x\n" * 20 + "id,text\n1,a\n", "id") == [
        ("t.csv", "file should hold posts but its structure is not understood")
    ]


def test_rows_that_do_not_fit_are_named_and_the_rest_read() -> None:
    assert table('id,text\n1,a,b\n2\n3,"a"b\n4,"c\nd"\n', "id", "text") == [
        ("t.csv#1", "row has more columns than the header"),
        ("t.csv#2", {"id": "2"}),
        ("t.csv#3", "row cannot be read (quotation marks do not match)"),
        ("t.csv#4", {"id": "4", "text": "c\nd"}),
    ]
    assert table('id,text\n1,"say \\"hi\\""\n', "id", backslash=True) == [("t.csv#1", {"id": "1", "text": 'say "hi"'})]
    row = _csv.Row("here", {"a": " ", "b": " x "})
    assert (row.get("a", "b"), row.get("a"), row.get("c")) == ("x", "", "")


def nested(content: bytes, wanted: str = r"posts\.item") -> list[Any]:
    archive = MemoryArchive({"a.json": content})
    found = records(archive, "a.json", wanted)
    return [(item.where, item.reason) if isinstance(item, Skipped) else item for item in found]


def test_nested_records_by_their_path() -> None:
    content = b'{"other": [{"posts": [1]}], "Posts": [{"a": [{"b": 1}]}, "c", 2.5]}'
    assert nested(content) == [
        ("a.json#1", "Posts.item", {"a": [{"b": 1}]}), ("a.json#2", "Posts.item", "c"), ("a.json#3", "Posts.item", 2.5),
    ]  # fmt: skip
    assert nested(b'{"posts": []}') == []
    assert nested(b'{"x": 1}') == [("a.json", "file should hold posts but its structure is not understood")]
    assert nested(b'{"posts": [1, "2') == [
        ("a.json#1", "posts.item", 1), ("a.json#2", "file ends in the middle of a record"),
    ]  # fmt: skip
    reason = "file is not valid JSON from here on: the rest of it was not read"
    assert nested(b'{"posts": [1, }')[-1] == ("a.json#2", reason)
    assert nested(b"")[-1] == ("a.json#1", "file ends in the middle of a record")


def test_depth_has_a_bound() -> None:
    assert len(nested(b'{"posts": [' + b"[" * 198 + b"]" * 198 + b"]}")) == 1
    assert isinstance(nested(b'{"posts": [' + b"[" * 198 + b"]" * 198 + b"]}")[0][2], list)
    assert nested(b'{"posts": [' + b"[" * 199 + b"]" * 199 + b"]}") == [("a.json#1", "record is nested too deeply")]


def test_values_are_dug_out_or_none() -> None:
    value = {"a": [{"b": "c"}, 1], "d": None}
    assert dig(value) is value
    assert (dig(value, "a", 0, "b"), dig(value, "a", -1), dig(value, "a", -2, "b")) == ("c", 1, "c")
    for path in (("x",), ("a", 2), ("a", -3), ("a", "b"), (0,), ("d", "e"), ("a", 1, 0)):
        assert dig(value, *path) is None
    assert (text_at(value, "a", 0, "b"), text_at(value, "a", 1), text_at(value, "x")) == ("c", "", "")


def test_small_files_as_a_whole() -> None:
    archive = MemoryArchive({"a": b'\xef\xbb\xbf{"a": "b\tc"}', "b": b"{", "c": b"[" * 100_000})
    assert [whole(archive, name) for name in "abc"] == [{"a": "b\tc"}, None, None]


def test_names_are_listed_up_to_five() -> None:
    assert listed([]) == ""
    assert listed("abcde") == "a, b, c, d, e"
    assert listed("abcdef") == "a, b, c, d, e and 1 more"
    assert listed("abc", most=1) == "a and 2 more"


def test_reasons_have_the_same_words_for_good() -> None:
    """They are counted by their words, in reports that are kept and compared."""
    assert (base.NO_TEXT, base.WRONG_TYPE) == (NO_TEXT, WRONG_TYPE)
    assert base.NOT_UNDERSTOOD == "file should hold posts but its structure is not understood"
    assert base.DAMAGED == "file is damaged: the rest of it was not read"
    assert base.CUT_SHORT == "file ends in the middle of a record"
    assert (base.NOT_VALID, base.TOO_LARGE) == ("record is not valid JSON", "record is too large")
    assert (base.TOO_DEEP, base.REMOVED) == ("record is nested too deeply", "text was removed by the network")


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("/a", "absolute path in the archive, not read"),
        ("c:a", "absolute path in the archive, not read"),
        ("a/../b", "path that points outside the archive, not read"),
        ("a\x07", "file name that cannot be used, not read"),
        ("./", "file name that cannot be used, not read"),
    ],
)
def test_names_that_are_refused(name: str, reason: str) -> None:
    with pytest.raises(ValueError, match=f"^{reason}$"):
        clean_name(name)
    assert [(p.where, p.reason) for p in MemoryArchive({name: b""}).problems] == [(name.replace("\x07", "?"), reason)]


@pytest.mark.parametrize(
    ("files", "said"),
    [
        (["a.zip"], "memory: holds only other archives (a.zip); name these on their own"),
        ([], "memory: holds no file that can be read; download the export again"),
        (["a.png"], "memory: holds only pictures, films or sound (a.png);"
         " name the part of the export that holds the posts"),
        (["a.xyz", "b.xyz"], "memory: no reader understands this archive. It holds a.xyz, b.xyz."
         " These are understood:\n  Bluesky: Settings, Account, Export my data, "),
    ],
)  # fmt: skip
def test_what_is_said_of_an_archive_that_is_not_known(files: list[str], said: str) -> None:
    with pytest.raises(ArchiveError) as caught:
        detect(MemoryArchive(dict.fromkeys(files, b"x")))
    assert str(caught.value).startswith(said)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "e.zip: the file is empty; download the export again"),
        (b"7z\xbc\xaf\x27\x1c", "e.zip: 7z archives are not read; unpack it and name the folder instead"),
        (b"Rar!", "e.zip: RAR archives are not read; unpack it and name the folder instead"),
        (b"<html>", "e.zip: this is not a zip but perhaps a web page; download the export again"),
        (b"PK\x03\x04", "e.zip: the zip is cut short or damaged; download it again and do not open it in between"),
        (b"PK\x05\x06", "e.zip: the zip is cut short or damaged; download it again and do not open it in between"),
        (b"\x1f\x8bx", "e.zip: the archive is cut short or damaged; download it again"),
        (b"BZhx", "e.zip: the archive is cut short or damaged; download it again"),
        (b"\xfd7zXZ\x00x", "e.zip: the archive is cut short or damaged; download it again"),
    ],
)
def test_what_is_said_of_a_file_that_is_no_archive(content: bytes, said: str, tmp_path: Path) -> None:
    (tmp_path / "e.zip").write_bytes(content)
    with pytest.raises(ArchiveError) as caught:
        open_archive(tmp_path / "e.zip")
    assert str(caught.value) == said
    with pytest.raises(ArchiveError, match=r"none: no such file or folder; check the path$"):
        open_archive(tmp_path / "none")


def test_bytes_are_counted_to_the_last() -> None:
    archive = MemoryArchive({"a": bytes(100)}, limits=Limits(floor=10, ratio=1, member_bytes=100))
    assert archive.load("a", 100) == bytes(100)
    assert archive.bytes_read == 100
    with pytest.raises(MemberError, match=r"^memory: a is larger than expected and was not read$"):
        archive.load("a", 99)
    assert not archive.opened
    archive.open("a").close()
    assert list(archive.opened) == ["a"]
    with pytest.raises(ArchiveError, match=r"^memory: a swells to more than 0 MB; this looks like a zip bomb and was"):
        MemoryArchive({"a": bytes(100)}, limits=Limits(member_bytes=99)).load("a")


def test_all_members_together_are_bounded() -> None:
    # Eight floors, or four times the ratio of all that is packed.
    archive = MemoryArchive({"a": bytes(10)}, limits=Limits(floor=10, ratio=1))
    for _ in range(8):
        archive.load("a")
    with pytest.raises(ArchiveError, match="zip bomb"):
        archive.load("a")
    archive = MemoryArchive({"a": bytes(50), "b": bytes(50)}, limits=Limits(floor=1, ratio=1))
    for name in "abababab":
        archive.load(name)
    with pytest.raises(ArchiveError, match="zip bomb"):
        archive.load("a")


def test_the_first_bytes_are_kept_for_the_next_who_asks() -> None:
    archive = MemoryArchive({f"{n}": bytes(70_000) for n in range(70)})
    for _ in range(3):
        assert len(archive.head("1")) == 8192
        assert len(archive.head("1", 10)) == 10
    assert archive.bytes_read == 65536
    assert len(archive.head("1", 70_000)) == 70_000
    before = archive.bytes_read
    for n in range(70):
        archive.head(f"{n}")
    archive.head("69")
    assert archive.bytes_read - before == 69 * 65536
    assert archive.head("1") == bytes(8192)


def car(*found: tuple[bytes, bytes], roots: int = 1) -> bytes:
    header = cbor({"roots": [b"x" * 30] * roots, "version": 1})
    content = varint(len(header)) + header
    for cid, data in found:
        content += varint(len(cid) + len(data)) + cid + data
    return content


def blocks(content: bytes) -> list[Any]:
    items = _car.blocks(MemoryArchive({"a.car": content}), "a.car")
    return [(i.where, i.reason) if isinstance(i, Skipped) else (i[0], i[2]) for i in items]


def test_blocks_of_a_repository() -> None:
    short, long = {"a": "b"}, {"text": "x" * 300}
    whole = car(linked(short), linked(long))
    assert blocks(whole) == [("a.car#1", short), ("a.car#2", long)]
    exact = {"t": "x" * (128 - 36 - 5)}  # the first length that takes two bytes
    assert len(linked(exact)[1]) == 128 - 36
    assert blocks(car(linked(exact), linked(short))) == [("a.car#1", exact), ("a.car#2", short)]
    assert blocks(whole[:-1]) == [("a.car#1", short), ("a.car#3", "file ends in the middle of a record")]
    assert blocks(car((b"\x01\x55\x12\x20" + bytes(32), b"raw"), linked(short))) == [
        ("a.car#1", "block is not valid DAG-CBOR"), ("a.car#2", short),
    ]  # fmt: skip
    assert blocks(car((linked(short)[0], b"\xff"), linked(short)))[0] == ("a.car#1", "block is not valid DAG-CBOR")
    large = car(linked(short)) + varint((4 << 20) + 1)
    assert blocks(large) == [("a.car#1", short), ("a.car#2", "record is too large")]
    assert blocks(car() + b"\x80" * 10) == [("a.car#1", "file is damaged: the rest of it was not read")]
    for wrong in (b"", b"\x05abcde", car()[1:]):
        assert blocks(wrong) == [("a.car", "file should hold posts but its structure is not understood")]


def test_keys_of_a_node_share_their_beginnings() -> None:
    entries = [{"p": 0, "k": b"a/1", "v": b"x"}, {"p": 2, "k": b"2", "v": b"y"}, 5, {"p": -1, "k": b"b", "v": b"z"}]
    entries += [{"p": "0", "k": b"c", "v": b"c"}, {"p": 0, "k": "c", "v": b"c"}, {"p": 0, "k": b"c", "v": "c"}]
    assert list(_car.node_keys({"e": entries})) == [(b"x", "a/1"), (b"y", "a/2"), (b"z", "b")]
    assert list(_car.node_keys({"e": 5})) == []
    assert [len(key) for _, key in _car.node_keys({"e": [{"p": 0, "k": b"k" * 1025, "v": b"x"}]})] == [1024]


def test_what_the_manifest_of_x_misses_is_said_in_full(tmp_path: Path) -> None:
    files = [{"fileName": name} for name in ("data/tweets.js", "data/tweets-part1.js", "data/tweets-part2.js")]
    manifest = {"archiveInfo": {"isPartialArchive": True}, "dataTypes": {"tweets": {"files": files}}}
    tweets = b'window.YTD.tweets.part0 = [{"tweet": {"id_str": "1", "full_text": "hi"}}]'
    content = b"window.__THAR_CONFIG = " + json.dumps(manifest).encode()
    path = pack_zip(tmp_path / "x.zip", {"data/tweets.js": tweets, "data/manifest.js": content})
    with open_archive(path) as archive:
        part, missing = detect(archive).gaps(archive)
    assert part.startswith("X says that this is only a part of the archive; download the other parts too")
    assert missing == (
        "Missing from the archive: data/tweets-part1.js, data/tweets-part2.js; the posts in there are not audited."
    )


def test_nested_json_with_a_byte_order_mark_is_read() -> None:
    archive = MemoryArchive({"a.json": b'\xef\xbb\xbf{"posts": [{"n": 1}, {"n": 2}]}'})
    assert [value for _, _, value in records(archive, "a.json", r"posts\.item")] == [{"n": 1}, {"n": 2}]
