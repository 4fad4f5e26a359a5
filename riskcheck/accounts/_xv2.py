"""One post as version 2 of X's interface gives it, and the posts it holds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from riskcheck.post import Post, Skipped, Visibility
from riskcheck.sources import _xpost
from riskcheck.sources._time import from_iso
from riskcheck.sources._xnotes import Notes
from riskcheck.sources.base import WRONG_TYPE

# Without these X gives id, text and edit history, and cuts long posts.
TWEET_FIELDS = (
    "attachments", "created_at", "entities", "in_reply_to_user_id", "lang", "note_tweet", "referenced_tweets",
)  # fmt: skip
EXPANSIONS = ("attachments.media_keys", "referenced_tweets.id")
MEDIA_FIELDS = ("alt_text", "type")
USER_FIELDS = ("description", "entities", "name", "protected", "public_metrics", "username")
NOT_SHOWN = "post that this one refers to, which X does not show"
_PICTURE = re.compile(r"/(?:photo|video)/\d+/?$")
_REPOST = re.compile(r"RT @\w+: ")


def index(items: object, key: str) -> dict[str, Mapping[str, Any]]:
    """Return the expanded objects of an answer by their key."""
    found = items if isinstance(items, list) else []
    return {str(item[key]): item for item in found if isinstance(item, Mapping) and key in item}


def _dicts(value: object) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _text_and_links(tweet: Mapping[str, Any]) -> tuple[str | None, list[dict[str, Any]]]:
    """Return the full text and its links; of a long post ``text`` is only the beginning."""
    note = tweet.get("note_tweet")
    whole = note if isinstance(note, dict) and isinstance(note.get("text"), str) else tweet
    text = whole.get("text")
    entities = whole.get("entities")
    links = _dicts(entities.get("urls")) if isinstance(entities, dict) else []
    return (text if isinstance(text, str) else None), links


def refused(answer: Mapping[str, Any]) -> str | None:
    """Return what X says in place of what was asked for: refusals may come as an answer of success; None for none."""
    if "data" in answer:
        return None
    for error in _dicts(answer.get("errors")):
        if error.get("resource_type") != "tweet":
            return str(error.get("detail") or error.get("title") or "")
    return None


def posts(
    where: str,
    tweet: Mapping[str, Any],
    handle: str,
    visibility: Visibility,
    tweets: Mapping[str, Mapping[str, Any]],
    media: Mapping[str, Mapping[str, Any]],
) -> Iterator[Post | Skipped]:
    """Yield a tweet and the descriptions of its pictures, as the reader of the export would.

    Parameters
    ----------
    where : str
        For messages.
    tweet : mapping
        One element of ``data``.
    handle : str
        Whose it is.
    visibility : str
        What the account as a whole is.
    tweets, media : mapping
        ``includes``, by id and by media key.
    """
    text, links = _text_and_links(tweet)
    if text is None or not isinstance(tweet.get("id"), str):
        yield Skipped(where=where, reason=WRONG_TYPE)
        return
    relations = {str(entry.get("type")): str(entry.get("id")) for entry in _dicts(tweet.get("referenced_tweets"))}
    if "retweeted" in relations and (original := tweets.get(relations["retweeted"])):
        # X cuts the text of a repost; the post itself came along.
        full, more = _text_and_links(original)
        head = _REPOST.match(text)
        if full and head:
            text, links = head[0] + full, links + more
    attachments = tweet.get("attachments")
    keys = attachments.get("media_keys") if isinstance(attachments, dict) else None
    pictures = [media[key] for key in keys if key in media] if isinstance(keys, list) else []
    shown = [link for link in links if _PICTURE.search(str(link.get("expanded_url")))]
    entities = _xpost.Entities(
        urls=[_xpost.Link(link.get("url"), link.get("expanded_url")) for link in links if link not in shown],
        media=[_xpost.Picture(url=link.get("url")) for link in shown]
        + [_xpost.Picture(media_alt=picture.get("alt_text")) for picture in pictures],
    )
    reply = "replied_to" in relations or bool(tweet.get("in_reply_to_user_id"))
    record = _xpost.Tweet(
        id_str=tweet["id"],
        full_text=text,
        lang=tweet.get("lang"),
        in_reply_to_user_id_str=str(tweet.get("in_reply_to_user_id") or "0") if reply else None,
        retweeted_status={} if "retweeted" in relations else None,
        display_text_range=[_mentions(text)] if reply else None,
        entities=entities,
    )
    created = from_iso(tweet.get("created_at"), earliest=2006)
    for item in _xpost.posts(where, record, visibility, handle, Notes(), created=created):
        if isinstance(item, Post) and item.kind == "post" and "quoted" in relations:
            item = replace(item, kind="quote")
        yield item


def _mentions(text: str) -> int:
    """Return where a reply's own words begin: this interface does not say which names X hides."""
    found = re.match(r"(?:@\w{1,15}\s+)+(?=\S)", text)
    return found.end() if found else 0
