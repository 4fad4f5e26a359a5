"""``manifest.js``: what X says its archive holds, and so what is missing from it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from typing import Any

from riskcheck.sources._fields import decode
from riskcheck.sources._json import dig
from riskcheck.sources.archive import Archive, MemberError, listed

PART = (
    "X says that this is only a part of the archive; download the other parts too, name all of them,"
    " or the posts in them are not audited."
)
# Both names have been seen.
_FLAGS = (("archiveInfo", "isPartialArchive"), ("archiveInfo", "isArchivePartial"))


def gaps(archive: Archive, patterns: Sequence[str]) -> Iterator[str]:
    """Yield a sentence where the archive is a part, and one where it lacks files with posts.

    Parameters
    ----------
    archive : Archive
        An archive of X.
    patterns : sequence of str
        Names of the files that hold posts.
    """
    for name in archive.match("manifest.js"):
        manifest = _load(archive, name)
        if any(dig(manifest, *flag) in (True, "true") for flag in _FLAGS):
            yield PART
        missing = [
            named
            for named in _named(manifest)
            if any(fnmatchcase(named.rpartition("/")[2], pattern) for pattern in patterns)
            and not archive.match(named.rpartition("/")[2])
        ]
        if missing:
            yield f"Missing from the archive: {listed(missing)}; the posts in there are not audited."


def _load(archive: Archive, name: str) -> Any:
    """Return what the manifest assigns, or None where it cannot be read."""
    try:
        text = archive.load(name).decode("utf-8", "replace")
    except MemberError:
        return None
    return decode(text[text.find("{") :]) if "{" in text else None


def _named(manifest: object) -> Iterator[str]:
    """Yield the name of every file that the manifest lists."""
    kinds = dig(manifest, "dataTypes")
    for kind in kinds.values() if isinstance(kinds, dict) else ():
        files = dig(kind, "files")
        for entry in files if isinstance(files, list) else ():
            name = dig(entry, "fileName")
            if isinstance(name, str) and name:
                yield name
