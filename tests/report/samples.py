"""An invented audit, small and hostile enough to try every report on."""

from __future__ import annotations

import datetime as dt
import json
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from riskcheck.assessment import BANDS, Assessment, Finding, Note, Span
from riskcheck.categories import BY_NAME, NAMES
from riskcheck.coverage import Coverage
from riskcheck.post import Post, Skipped
from riskcheck.report.base import Counts, Item, Result

HOSTILE = (
    '<script>document.title="owned"</script><img src=x onerror="document.title=\'owned\'"> '
    "<b onclick=alert(1)>boss</b></script><!-- {{7*7}} ]]>"
)
TERMINAL = "\x1b[31mred\x1b[0m \x1b]8;;https://evil.example\x07click\x1b]8;;\x07 \x9b2J \u202egnp.exe\u202c \x07 idiot"
FORMULA = '=HYPERLINK("https://evil.example";"my boss is an idiot")'
MARKDOWN = "# boss ![x](https://evil.example/p.png) [a](javascript:alert(1)) <u>`idiot`</u> | www.evil.example\n- *x*"


def finding(category: str, severity: int, text: str, *words: str, probability: float = 0.9) -> Finding:
    entry = BY_NAME[category]
    spans = tuple(Span(text.index(word), text.index(word) + len(word), word) for word in words)
    return Finding(
        category=category, severity=severity, probability=probability, spans=spans, why=entry.why, advice=entry.advice
    )


def assessment(post: Post, *findings: Finding, notes: tuple[Note, ...] = ()) -> Assessment:
    level = max((found.severity for found in findings), default=0)
    scores = dict.fromkeys(NAMES, 0.01) | {found.category: found.probability for found in findings}
    return Assessment(
        id=post.id, band=BANDS[level], severity=level * 0.9, score=level * 0.3, findings=findings, notes=notes,
        scores=scores, model="1.0.0",
    )  # fmt: skip


def _post(number: int, text: str, year: int, **facts: object) -> Post:
    values: dict[str, object] = {
        "platform": "x", "kind": "post", "visibility": "public", "language": "en", "where": f"data/tweets.js#{number}",
        "created": dt.datetime(year, 3, number, 12, 30, tzinfo=dt.UTC), "id": str(1000000000000000000 + number),
        "url": f"https://x.com/i/web/status/{1000000000000000000 + number}",
    } | facts  # fmt: skip
    return Post(text=text, **values)  # type: ignore[arg-type]


def items() -> list[Item]:
    """Return posts of every band, decision and danger, in reading order."""
    cisco = (
        "Cisco just offered me a job! Now I have to weigh the utility of a fatty paycheck against the daily commute"
        " to San Jose and hating the work."
    )
    rows = [
        (_post(1, cisco, 2009), [("offer_bragging", 3, ("fatty paycheck", "hating the work"))], ""),
        (_post(2, "\U0001f600 my boss is an idiot", 2022), [("job_complaint", 2, ("boss is an idiot",))], ""),
        (_post(3, HOSTILE, 2023, url="javascript:alert(1)"), [("hostility", 2, ("boss",))], ""),
        (_post(4, TERMINAL, 2023), [("hostility", 2, ("idiot",))], "fix"),
        (_post(5, FORMULA, 2024), [("job_complaint", 3, ("boss is an idiot",))], "delete"),
        (_post(6, MARKDOWN, 2024, kind="reply"), [("crude_language", 2, ("idiot",))], ""),
        (_post(7, "Texas tea again", 2024), [("substance_use", 2, ("Texas tea",))], "false_alarm"),
        (_post(8, "damn bus", 2024, platform="mastodon", url="", id="m8"), [("crude_language", 1, ("damn",))], ""),
        (_post(9, "Great first day!", 2025), [], ""),
        (
            _post(
                10, "blackout drunk again", 2021, platform="reddit", id="abc123", kind="comment",
                url="https://www.reddit.com/r/london/comments/zz9/a_title/abc123/",
            ),
            [("substance_use", 3, ("blackout drunk",))],
            "delete",
        ),
        (
            _post(11, "I hate my job", 2020, platform="facebook", url="", created=None),
            [("job_complaint", 2, ("hate",))],
            "keep",
        ),
    ]  # fmt: skip
    return [
        Item(post, assessment(post, *(finding(c, s, post.text, *words) for c, s, words in found)), decision)
        for post, found, decision in rows
    ]


def result(given: list[Item] | None = None, *, marked_only: bool = True) -> Result:
    """Return a result over items that are in memory."""
    all_items = items() if given is None else given
    coverage, counts = Coverage(), Counts()
    coverage.add_archive("x.zip", "X (Twitter)")
    for item in all_items:
        coverage.add(item.post)
        coverage.assessed += 1
        counts.add(item, "medium")
    coverage.skip(Skipped(where="data/tweets.js#99", reason="record is not valid JSON"))

    def each(*, worst: bool = False) -> Iterator[Item]:
        if not worst:
            return iter(all_items)
        risky = [item for item in all_items if item.assessment.level]
        return iter(sorted(risky, key=lambda item: (-item.assessment.level, -(item.assessment.severity or 0))))

    return Result(
        items=each, counts=counts, coverage=coverage.to_dict(), sentences=tuple(coverage.sentences()), day="2026-01-31",
        model="1.0.0", threshold="medium", marked_only=marked_only,
    )  # fmt: skip


WORDS = (("paycheck", "offer_bragging", 3), ("idiot", "job_complaint", 2), ("damn", "crude_language", 1))


class FakeAssessor:
    """Assess by a few words, so that tests need no model."""

    version = "1.0.0"
    identity = "1.0.0+stub"
    today: dt.date | None = None

    def __init__(self) -> None:
        self.assessed = 0

    def check(self, post: Post) -> Assessment:
        self.assessed += 1
        if "privet" in post.text:
            return Assessment(
                id=post.id, band="none", severity=None, score=None, findings=(), scores={}, model=self.version,
                notes=(Note("not_english", "Not English."),),
            )  # fmt: skip
        found = [
            finding(category, severity, post.text, word)
            for word, category, severity in WORDS
            if word in post.text
        ]  # fmt: skip
        return assessment(post, *found)

    def check_many(self, posts: Iterable[Post]) -> Iterator[tuple[Post, Assessment]]:
        for post in posts:
            yield post, self.check(post)


def x_archive(path: Path, texts: Iterable[str], *, first: int = 1, year: int = 2024) -> Path:
    """Write an invented X archive with these posts, one a day."""
    day = dt.datetime(year, 1, 1, 12, tzinfo=dt.UTC)
    entries = [
        {
            "tweet": {
                "id_str": str(10**18 + first + number), "full_text": text, "lang": "en",
                "created_at": f"{day + dt.timedelta(hours=number):%a %b %d %H:%M:%S %z %Y}", "entities": {},
            }
        }
        for number, text in enumerate(texts)
    ]  # fmt: skip
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("data/tweets.js", "window.YTD.tweets.part0 = " + json.dumps(entries))
    return path
