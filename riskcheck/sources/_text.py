"""Text as exports write it: encodings, mojibake, HTML."""

from __future__ import annotations

import codecs
import html
import io
import re
from typing import Any, BinaryIO, TypeAlias, cast

import ftfy
from selectolax.lexbor import LexborHTMLParser

Json: TypeAlias = Any  # a value of a decoded JSON document
_LAST_LATIN = "\xff"
# Deeply nested markup takes a parser time with the square of its depth; a post has a few hundred tags.
_MOST_TAGS = 5000
_TAG = re.compile(r"<[^<>]*>")
_BLOCKS = ("p", "div", "li", "blockquote", "h1", "h2", "h3", "h4", "pre", "tr")


def encoding(head: bytes) -> str:
    """Guess the encoding of a file from its first bytes."""
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF32_LE, "utf-32"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if head.startswith(mark):
            return name
    if len(head) > 3 and head[1::2].count(0) > len(head) // 4:
        return "utf-16-le"
    if len(head) > 3 and head[::2].count(0) > len(head) // 4:
        return "utf-16-be"
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError as error:
        # A few broken bytes are damage; many are another encoding.
        broken = head.decode("utf-8", "replace").count("\ufffd")
        foreign = sum(byte > 0x7F for byte in head)
        return "cp1252" if error.start < len(head) - 4 and broken * 2 > foreign else "utf-8"
    return "utf-8"


def as_utf8(stream: io.BufferedReader) -> BinaryIO:
    """Return the stream as UTF-8 without byte order mark, for JSON that an editor saved."""
    name = encoding(stream.peek(64)[:64])
    if name == "utf-8-sig":
        stream.read(len(codecs.BOM_UTF8))
    if name in ("utf-8", "utf-8-sig", "cp1252"):
        return cast(BinaryIO, stream)
    return cast(BinaryIO, codecs.EncodedFile(stream, "utf-8", name, errors="replace"))


def text_lines(stream: io.BufferedReader) -> io.TextIOWrapper:
    """Return the stream as text, its encoding guessed; bytes that do not fit become U+FFFD."""
    return io.TextIOWrapper(stream, encoding=encoding(stream.peek(65536)), errors="replace", newline="")


def clean(text: str) -> str:
    """Return text that every later stage can write: no lone surrogates, no NUL."""
    if "\0" in text:
        text = text.replace("\0", "")
    try:
        text.encode()
    except UnicodeEncodeError:
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text.strip()


def unmangle(value: object) -> Json:
    r"""Repair Meta's strings, keys too: UTF-8 bytes written one by one as ``\u00XX``.

    >>> unmangle({"naam": "caf\u00c3\u00a9"})
    {'naam': 'café'}
    """
    if isinstance(value, str):
        # Only where no character can come from elsewhere; ftfy then heals what decodes in part.
        if value.isascii() or max(value) > _LAST_LATIN:
            return value
        try:
            return value.encode("latin-1").decode("utf-8")
        except UnicodeDecodeError:
            return ftfy.fix_encoding(value)
    if isinstance(value, list):
        return [unmangle(item) for item in value]
    if isinstance(value, dict):
        return {unmangle(key): unmangle(item) for key, item in value.items()}
    return value


def html_text(markup: str, *, drop: str = ".invisible, script, style") -> str:
    r"""Return what a reader sees of HTML, with line breaks where the page shows them.

    >>> html_text("<p>one<br>two</p><p>three &amp; four</p>")
    'one\ntwo\n\nthree & four'
    """
    if "<" not in markup and "&" not in markup:
        return clean(markup)
    if markup.count("<") > _MOST_TAGS:
        return clean(html.unescape(_TAG.sub(" ", markup)))
    tree = LexborHTMLParser(markup)
    for node in tree.css(drop):
        node.decompose()
    for node in tree.css("br"):
        node.replace_with("\n")
    for name in _BLOCKS:
        for node in tree.css(name):
            node.insert_after("\n\n" if name != "li" else "\n")
    body = tree.body
    lines = (body.text() if body else "").replace("\xa0", " ").split("\n")
    joined = "\n".join(" ".join(line.split()) for line in lines)
    while "\n\n\n" in joined:
        joined = joined.replace("\n\n\n", "\n\n")
    return clean(joined)
