"""What the user asks of an audit: which posts count, and from which band on they are something to do."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import asdict, dataclass, replace
from typing import Any

from riskcheck.assessment import BANDS, Assessment, Band
from riskcheck.post import Post


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the user asked for.

    Parameters
    ----------
    since, until : datetime.date, optional
        First and last day (UTC) of the posts that count. Posts of unknown time are kept.
    kinds, visibilities, platforms, categories : tuple of str
        What to keep; empty keeps everything. Categories limit the findings, not the posts.
    threshold : str
        Band from which an undecided post is something to do.
    new : bool
        True to assess only posts that no earlier audit has seen.
    marked_only : bool
        True if lists for deletion tools hold only posts that the user marked ``delete``.
    """

    since: dt.date | None = None
    until: dt.date | None = None
    kinds: tuple[str, ...] = ()
    visibilities: tuple[str, ...] = ()
    platforms: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    threshold: Band = "medium"
    new: bool = False
    marked_only: bool = True

    def refuses(self, post: Post) -> str:
        """Return why a post is left out, fit for counting, or an empty string."""
        day = post.created.astimezone(dt.UTC).date() if post.created else None
        if day and self.since and day < self.since:
            return f"before {self.since}"
        if day and self.until and day > self.until:
            return f"after {self.until}"
        for name, wanted in (
            (post.kind, self.kinds),
            (post.visibility, self.visibilities),
            (post.platform, self.platforms),
        ):
            if wanted and name not in wanted:
                return name
        return ""

    def narrowed(self, found: Assessment) -> Assessment:
        """Return an assessment with only the categories that were asked for; the band follows."""
        if not self.categories:
            return found
        kept = tuple(finding for finding in found.findings if finding.category in self.categories)
        level = min(found.level, max((finding.severity for finding in kept), default=0))
        return replace(found, findings=kept, band=BANDS[level])

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return json.loads(json.dumps(asdict(self), default=str))  # type: ignore[no-any-return]
