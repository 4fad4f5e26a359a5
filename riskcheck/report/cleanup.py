"""``cleanup.csv`` and the forms that deletion tools read. riskcheck itself never deletes.

``cleanup.csv`` lists everything to do. The other files are made for tools that delete for good and ask nothing, so
they hold only posts that the user marked ``delete``, unless all were asked for:

- ``cleanup-x-ids.txt``: one id a line, as read by many scripts and by TweetDeleter.
- ``cleanup-x.csv``: one column under ``tweet_id``, the first column of X's own ``tweets.csv`` of the 2010s.
- ``cleanup-x-tweet.js``: the shape of X's own ``tweet.js``, read by TweetXer and by koenrh/delete-tweets, which cuts
  off exactly 25 characters before the JSON begins.
- ``cleanup-reddit/comments.csv`` and ``posts.csv``: the columns of Reddit's own export, read by shreddit, which stops
  with a fault where one of the two is missing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from riskcheck.assessment import BANDS
from riskcheck.report.base import Item, Report, Result, whole, write_lines
from riskcheck.report.csv import table
from riskcheck.report.markdown import title
from riskcheck.report.safe import cell, dumps, link

COLUMNS = ("id", "link", "reason", "platform", "kind", "created_at", "band", "decision")
TWEET_JS = "window.YTD.tweet.part0 = "
REDDIT_COMMENTS = ("id", "permalink", "date", "ip", "subreddit", "gildings", "link", "parent", "body", "media")
REDDIT_POSTS = ("id", "permalink", "date", "ip", "subreddit", "gildings", "title", "url", "body")
_REDDIT = re.compile(r"https?://(?:[a-z]+\.)?reddit\.com/r/(\w+)/comments/(\w+)(?:/[^/]*/(\w+))?")
_NOT_POSTS = ("bio", "handle", "draft")


@dataclass(frozen=True, slots=True)
class Target:
    """A live post that a tool can delete."""

    id: str
    created: str
    url: str = ""
    subreddit: str = ""
    comment: bool = False


def candidates(result: Result) -> Iterator[Item]:
    """Yield what belongs on the clean-up list, worst first: to do, or marked ``delete``, and still online."""
    least = BANDS.index(result.threshold)
    for item in result.items(worst=True):
        wanted = item.decision == "delete" or (item.assessment.level >= least and not item.settled)
        if wanted and item.post.visibility != "deleted":
            yield item


def for_tools(item: Item, *, marked_only: bool) -> bool:
    """Tell whether a tool may delete it: a post, and meant to go."""
    meant = item.decision == "delete" or (not marked_only and item.decision != "fix")
    return meant and item.post.kind not in _NOT_POSTS


def row(item: Item) -> list[str]:
    """Return the cells of one post, in the order of ``COLUMNS``."""
    post, found = item.post, item.assessment
    reason = "; ".join(dict.fromkeys(title(finding.category) for finding in found.findings))
    created = post.created.isoformat() if post.created else ""
    values = (post.id, link(post.url), reason, post.platform, post.kind, created, found.band, item.decision)
    return [cell(value) for value in values]


def tweet(item: Item) -> Target | None:
    """Return the post of X that an item belongs to; None where the export names none."""
    post = item.post
    named = re.search(r"/status(?:es)?/(\d+)", post.url)
    number = named[1] if named else post.id
    if post.platform != "x" or not re.fullmatch(r"[1-9]\d{0,19}", number):
        return None
    return Target(number, f"{post.created:%a %b %d %H:%M:%S %z %Y}" if post.created else "")


def reddit(item: Item) -> Target | None:
    """Return the Reddit post or comment that an item is; None where its link does not tell."""
    post = item.post
    named = _REDDIT.match(post.url)
    if post.platform != "reddit" or not named:
        return None
    date = f"{post.created:%Y-%m-%d %H:%M:%S} UTC" if post.created else "1970-01-01 00:00:00 UTC"
    return Target(named[3] or named[2], date, named[0] + "/", named[1], bool(named[3]))


def tweet_js(targets: list[Target]) -> str:
    """Return posts of X in the shape of its own ``tweet.js``."""
    entries = [{"tweet": {"id_str": t.id, "tweet_id": t.id, "created_at": t.created, "full_text": ""}} for t in targets]
    return TWEET_JS + dumps(entries)


def _csv(path: Path, columns: tuple[str, ...], rows: list[dict[str, str]]) -> Path:
    with whole(path) as stream:
        writer = table(stream)
        writer.writerow(columns)
        writer.writerows([cell(row.get(column, "")) for column in columns] for row in rows)
    return path


class CleanupReport(Report):
    """The list of what to clean up, for people and for deletion tools."""

    files = (
        "cleanup.csv", "cleanup-x-ids.txt", "cleanup-x.csv", "cleanup-x-tweet.js",
        "cleanup-reddit/comments.csv", "cleanup-reddit/posts.csv",
    )  # fmt: skip

    def write(self, result: Result, folder: Path) -> list[Path]:
        """Write ``cleanup.csv``, and each form for tools that has something in it."""
        # A list left by an earlier run could delete what the user has since decided to keep.
        for name in self.files[1:]:
            (folder / name).unlink(missing_ok=True)
        tweets: dict[str, Target] = {}
        threads: dict[str, Target] = {}
        path = folder / self.files[0]
        with whole(path) as stream:
            writer = table(stream)
            writer.writerow(COLUMNS)
            for item in candidates(result):
                writer.writerow(row(item))
                if for_tools(item, marked_only=result.marked_only):
                    for target, into in ((tweet(item), tweets), (reddit(item), threads)):
                        if target:
                            into.setdefault(target.id, target)
        return [path, *_for_x(folder, list(tweets.values())), *_for_reddit(folder, list(threads.values()))]


def _for_x(folder: Path, targets: list[Target]) -> list[Path]:
    if not targets:
        return []
    return [
        write_lines(folder / "cleanup-x-ids.txt", (target.id for target in targets)),
        _csv(folder / "cleanup-x.csv", ("tweet_id",), [{"tweet_id": target.id} for target in targets]),
        write_lines(folder / "cleanup-x-tweet.js", [tweet_js(targets)]),
    ]


def _for_reddit(folder: Path, targets: list[Target]) -> list[Path]:
    written: list[Path] = []
    if not targets:
        return written
    (folder / "cleanup-reddit").mkdir(exist_ok=True)
    for name, columns, comment in (("comments", REDDIT_COMMENTS, True), ("posts", REDDIT_POSTS, False)):
        rows = [
            {"id": target.id, "permalink": target.url, "date": target.created, "subreddit": target.subreddit}
            for target in targets
            if target.comment is comment
        ]
        written.append(_csv(folder / "cleanup-reddit" / f"{name}.csv", columns, rows))
    return written
