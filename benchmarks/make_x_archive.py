"""Write an invented X archive of any size: ``python benchmarks/make_x_archive.py 100000 x.zip``.

``--read`` then reads it and prints posts a second and the peak of memory. The records carry the fields and
the layout of a real ``data/tweets.js`` (about 1.7 kB each); the words are drawn from a short list with a fixed
seed, so that the same size gives the same file.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import random
import resource
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

from riskcheck.coverage import Coverage
from riskcheck.sources import read

_WORDS = (
    *("coffee", "meeting", "project", "deadline", "weekend", "garden", "train", "office", "release", "boss", "lunch"),
    *("team", "idea", "marathon", "recipe", "interview", "offer", "rain", "bicycle", "keyboard", "concert", "river"),
)
_START = dt.datetime(2012, 1, 1, tzinfo=dt.UTC)
_BATCH = 200


def _tweet(number: int, dice: random.Random) -> dict[str, object]:
    created = _START + dt.timedelta(minutes=number * 7)
    identifier = str(10**17 + number * 4_194_304)
    words = " ".join(dice.choices(_WORDS, k=dice.randint(6, 28)))
    link = f"https://t.co/{number:010x}"
    reply = dice.random() < 0.3
    record: dict[str, object] = {
        "edit_info": {
            "initial": {
                "editTweetIds": [identifier],
                "editableUntil": (created + dt.timedelta(minutes=30)).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
                "editsRemaining": "5",
                "isEditEligible": not reply,
            }
        },
        "retweeted": False,
        "source": '<a href="https://mobile.twitter.com" rel="nofollow">Twitter Web App</a>',
        "entities": {
            "hashtags": [{"text": dice.choice(_WORDS), "indices": ["3", "12"]}],
            "symbols": [],
            "user_mentions": [
                {"name": "Invented Person", "screen_name": "invented", "indices": ["0", "9"], "id": "42"}
            ],
            "urls": [
                {
                    "url": link,
                    "expanded_url": f"https://example.org/{number}",
                    "display_url": f"example.org/{number}",
                    "indices": ["0", "23"],
                }
            ],
        },
        "display_text_range": ["0", str(len(words))],
        "favorite_count": str(dice.randint(0, 50)),
        "id_str": identifier,
        "truncated": False,
        "retweet_count": str(dice.randint(0, 9)),
        "id": identifier,
        "possibly_sensitive": False,
        "created_at": created.strftime("%a %b %d %H:%M:%S +0000 %Y"),
        "favorited": False,
        "full_text": f"{words} &amp; more {link}",
        "lang": "en",
    }
    if reply:
        record |= {"in_reply_to_status_id_str": str(int(identifier) - 1), "in_reply_to_user_id_str": "42"}
        record |= {"in_reply_to_screen_name": "invented"}
    return {"tweet": record}


def lines(count: int) -> Iterator[bytes]:
    """Yield ``tweets.js`` piece by piece, laid out as X lays it out."""
    dice = random.Random(count)
    yield b"window.YTD.tweets.part0 = ["
    for start in range(0, count, _BATCH):
        batch = [_tweet(number, dice) for number in range(start, min(start + _BATCH, count))]
        text = json.dumps(batch, indent=2, ensure_ascii=False)[1:-2]
        yield ("," if start else "").encode() + text.encode()
    yield b"\n]"


def write(count: int, path: Path) -> int:
    """Write the archive and return the size of ``tweets.js`` in bytes."""
    account = [{"account": {"username": "invented", "accountId": "1", "accountDisplayName": "Invented"}}]
    size = 0
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as target:
        target.writestr("data/account.js", "window.YTD.account.part0 = " + json.dumps(account, indent=2))
        with target.open("data/tweets.js", "w", force_zip64=True) as member:
            for piece in lines(count):
                size += member.write(piece)
    return size


def measure(path: Path) -> str:
    """Read an archive and say how fast and with how much memory."""
    coverage = Coverage()
    begun = time.perf_counter()
    count = sum(1 for _ in read([path], coverage))
    seconds = time.perf_counter() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return f"{path}: {count} posts in {seconds:.1f} s, {count / seconds:,.0f} posts/s, peak {peak:.0f} MB"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int)
    parser.add_argument("path", type=Path)
    parser.add_argument("--read", action="store_true")
    given = parser.parse_args()
    if not given.path.exists():
        print(f"{given.path}: {given.count} posts, tweets.js {write(given.count, given.path) / 1e6:.0f} MB")
    if given.read:
        print(measure(given.path))
