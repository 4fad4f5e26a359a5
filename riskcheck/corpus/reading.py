"""Read the corpus: invented posts with their texts, labels of public posts by id, and hydrated texts."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from riskcheck.categories import NAMES
from riskcheck.errors import CorpusError

AUTHORED = "authored"


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One labelled post.

    Parameters
    ----------
    id : str
        First 12 hex digits of SHA-256 over collection, NUL and text.
    text : str
        The post.
    labels : dict of str to int
        Category to severity (1 to 3); empty for a safe post.
    collection : str
        ``authored`` for the project's own posts, else the name of the public collection.
    group : str
        Examples of one group stay on one side of every split: an author's voice, or a near-duplicate group.
    pair : str
        For invented twins, the id of the first of them; else empty.
    kind : str
        For invented safe posts, which kind of hard negative it is; else empty.
    """

    id: str
    text: str
    labels: dict[str, int]
    collection: str = AUTHORED
    group: str = ""
    pair: str = ""
    kind: str = ""

    @property
    def severity(self) -> int:
        """Overall severity, 0 to 3."""
        return max(self.labels.values(), default=0)


def post_id(collection: str, text: str) -> str:
    """Compute the id of a corpus post.

    >>> len(post_id("authored", "hello"))
    12
    """
    return hashlib.sha256(f"{collection}\0{text}".encode()).hexdigest()[:12]


def read_jsonl(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the objects of a JSON Lines file, gzipped or not."""
    import gzip

    opener: Any = gzip.open if path.suffix == ".gz" else open
    try:
        with opener(path, "rb") as stream:
            for number, line in enumerate(stream, 1):
                if not line.strip():
                    continue
                try:
                    row = msgspec.json.decode(line)
                except msgspec.DecodeError as error:
                    raise CorpusError(f"{path}:{number}: not JSON ({error}); mend or remove the line") from error
                if not isinstance(row, dict):
                    raise CorpusError(f"{path}:{number}: an object is expected on every line")
                yield row
    except (OSError, EOFError, zlib.error) as error:
        raise CorpusError(f"{path}: cannot be read ({error}); get a fresh copy") from error


def _labels(row: dict[str, Any], where: str) -> dict[str, int]:
    labels = row.get("labels")
    if not isinstance(labels, dict) or any(k not in NAMES or v not in (1, 2, 3) for k, v in labels.items()):
        raise CorpusError(f"{where}: labels must map the known categories to 1, 2 or 3")
    return labels


def read_authored(data: Path) -> list[Example]:
    """Read the invented posts of ``data/posts``.

    Raises
    ------
    CorpusError
        If the folder is missing or a line breaks the schema.
    """
    files = sorted((data / "posts").glob("*.jsonl"))
    if not files:
        raise CorpusError(f"{data / 'posts'}: no invented posts here; point --data at the project's data folder")
    examples = []
    for file in files:
        for row in read_jsonl(file):
            where = f"{file.name}: post {row.get('id')}"
            if not all(isinstance(row.get(key), str) for key in ("id", "text", "voice")):
                raise CorpusError(f"{where}: id, text and voice must be strings")
            examples.append(
                Example(
                    id=row["id"], text=row["text"], labels=_labels(row, where), group=row["voice"],
                    pair=row.get("pair", ""), kind=row.get("kind", ""),
                )
            )  # fmt: skip
    return examples


def read_labelled(file: Path) -> list[Example]:
    """Read a user's own labelled posts: JSON Lines with ``text`` and ``labels``, and ``dataset`` and ``pair`` if known.

    Raises
    ------
    CorpusError
        If a line lacks them or the file holds none.
    """
    examples = []
    for number, row in enumerate(read_jsonl(file), 1):
        where = f"{file}:{number}"
        if not isinstance(row.get("text"), str):
            raise CorpusError(f"{where}: no text; every line needs text and labels")
        collection, pair = str(row.get("dataset", file.stem)), str(row.get("pair", ""))
        examples.append(
            Example(
                id=post_id(collection, row["text"]), text=row["text"], labels=_labels(row, where),
                collection=collection, group=pair, pair=pair, kind=str(row.get("kind", "")),
            )
        )  # fmt: skip
    if not examples:
        raise CorpusError(f"{file}: no labelled post in it; every line needs text and labels")
    return examples


def read_challenge(data: Path) -> list[Example]:
    """Read the challenge set: invented posts of other makers, which nothing is fitted on and no choice rests on."""
    file = data / "checks" / "challenge.jsonl"
    return read_labelled(file) if file.exists() else []


def label_files(data: Path) -> list[Path]:
    """List the files with labels of public posts, in a fixed order."""
    return sorted((data / "labels").glob("*.jsonl"))


def read_labels(file: Path) -> Iterator[tuple[str, dict[str, int]]]:
    """Yield id and labels of the public posts of one file."""
    for row in read_jsonl(file):
        yield row["id"], _labels(row, f"{file.name}: {row.get('id')}")


def read_label_files(data: Path) -> dict[str, dict[str, dict[str, int]]]:
    """Read the labels of public posts: file stem to id to labels."""
    return {file.stem: dict(read_labels(file)) for file in label_files(data)}


@dataclass(frozen=True, slots=True)
class Hydration:
    """What hydrating found: examples by label file, and how many ids stayed without text."""

    examples: dict[str, list[Example]]
    missing: dict[str, int]


def hydrate(data: Path, texts: Iterable[Path]) -> Hydration:
    """Join the labels of public posts with their texts.

    Parameters
    ----------
    data : Path
        The project's ``data`` folder.
    texts : iterable of Path
        JSON Lines files (``.jsonl``, ``.jsonl.gz``) with ``dataset`` and ``text``.

    Returns
    -------
    Hydration
        A text counts only where its hash gives the id; nothing is taken on trust.
    """
    wanted = read_label_files(data)
    found: dict[str, tuple[str, str]] = {}
    ids = {key for labels in wanted.values() for key in labels}
    for file in texts:
        for row in read_jsonl(file):
            text, collection = row.get("text"), row.get("dataset")
            if isinstance(text, str) and isinstance(collection, str):
                key = post_id(collection, text)
                if key in ids:
                    found[key] = (collection, text)
    examples = {
        name: [
            Example(id=key, text=found[key][1], labels=value, collection=found[key][0])
            for key, value in sorted(labels.items())
            if key in found
        ]
        for name, labels in wanted.items()
    }
    return Hydration(examples, {name: len(labels) - len(examples[name]) for name, labels in wanted.items()})


def hydrated_files(folder: Path) -> list[Path]:
    """List the text files of a folder, in a fixed order.

    Raises
    ------
    CorpusError
        If there is none.
    """
    files = sorted([*folder.glob("*.jsonl"), *folder.glob("*.jsonl.gz")])
    if not files:
        raise CorpusError(f"{folder}: no .jsonl or .jsonl.gz file here; point at the folder that holds the texts")
    return files
