"""What fuzzing found, and what else is hostile: no fault but the package's own errors, and no hang, ever again."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from fuzz import archive, settings, sources, text, writers
from fuzz.kit import bounded
from riskcheck import artefact, profile
from riskcheck.assess import Assessor
from riskcheck.errors import ModelError, ProfileError
from tests.sources.binary_samples import varint
from tests.sources.kit import samples

CASES = Path(__file__).parent / "cases"
BY_NAME = {str(sample): sample for sample in samples()}
CAR = varint(24) + b"xxeroots xxxxxx gversion"


def block(data: bytes) -> bytes:
    return varint(36 + len(data)) + b"\x01\x71\x12\x20" + bytes(32) + data


def tweets(*records: bytes) -> bytes:
    return b"window.YTD.tweet.part0 = [" + b",".join(records) + b"]"


RECORDS: dict[str, tuple[str, str, bytes]] = {
    "car header of a terabyte": ("bluesky-repo_car", "export.car", b"\xff\xff\xff\xff\xff\x7feroots gversion"),
    "cbor nested deeply": ("bluesky-repo_car", "export.car", CAR + block(b"\x81" * 1_000_000 + b"\x01")),
    "cbor list of 2^63": ("bluesky-repo_car", "export.car", CAR + block(b"\x9b\x7f" + b"\xff" * 7)),
    "cbor text of 2^63": ("bluesky-repo_car", "export.car", CAR + block(b"\x7b\x7f" + b"\xff" * 7)),
    "json records that never end": ("x-tweet_2020", "tweet.js", tweets(b'{"a":1}', b'{"a":1}', b'{"a":' * 10_000)),
    "json quotes that do not match": ("x-tweet_2020", "tweet.js", tweets(b'{"a":1}', b'{"a":1}', b'{"a":"' * 10_000)),
    "json nested deeply": ("x-tweet_2020", "tweet.js", tweets(b'{"a":' * 100_000)),
    "number of a million digits": ("x-tweet_2020", "tweet.js", tweets(b'{"id":' + b"9" * 1_000_000 + b',"text":"a"}')),
    "links that double the text": (
        "x-tweet_2020",
        "tweet.js",
        tweets(
            b'{"id":1,"text":"aaaa","entities":{"urls":['
            + b",".join([b'{"url":"a","expanded_url":"aa"}'] * 64)
            + b"]}}"
        ),
    ),
    "date of blanks": ("plain-json_lines", "", b'{"text":"a","date":"1' + b" " * 300_000 + b'1"}'),
    "date of letters": ("plain-json_lines", "", b'{"text":"a","date":"' + b"a" * 300_000 + b'"}'),
    "list nested deeply": ("facebook-json_2019", "posts/your_posts_1.json", b'{"a":' + b"[" * 300_000),
    "path of a long key": (
        "facebook-json_2019",
        "posts/your_posts_1.json",
        b'{"' + b"k" * 300_000 + b'":[' + b"1," * 30_000 + b"1]}",
    ),
    "markup nested deeply": (
        "mastodon-archive_2024",
        "outbox.json",
        b'{"orderedItems":[{"type":"Create","object":{"id":"1","content":"' + b"<div>" * 100_000 + b'"}}]}',
    ),
}


@pytest.mark.parametrize("case", RECORDS)
def test_records(case: str) -> None:
    sample, name, content = RECORDS[case]
    found = BY_NAME.get(sample) or next(s for s in samples() if s.source == sample.partition("-")[0])
    files = found.files()
    with bounded(20):
        sources.survive(found, {**files, name if name in files else next(iter(files)): content})


@pytest.mark.parametrize("case", sorted(CASES.glob("text/*")), ids=lambda path: path.stem)
def test_texts(case: Path) -> None:
    for kind in sorted({text._KINDS.index(kind) for kind in text._KINDS}):
        with bounded(20):
            text.one(bytes([kind, 0, 9]) + case.read_bytes())


@pytest.mark.parametrize("case", sorted(CASES.glob("archive/*")), ids=lambda path: path.stem)
def test_archives(case: Path) -> None:
    with bounded(20):
        archive.survive(case)


PROFILES = {
    "nested deeply": b"present = " + b"[" * 100_000,
    "huge number": b"stage = " + b"9" * 10_000,
    "too large": b"#" * (2 << 20),
    "not UTF-8": b"stage = '\xff'",
    "long entry": b'keywords = ["' + b"!" * 10_000 + b'"]',
    "NUL": b'stage = "\0"',
}


@pytest.mark.parametrize("case", PROFILES)
def test_profiles(tmp_path: Path, case: str) -> None:
    (tmp_path / "profile.toml").write_bytes(PROFILES[case])
    with bounded(20), pytest.raises(ProfileError, match=r"profile\.toml"):
        profile.load(tmp_path / "profile.toml")


Arrays = dict[str, np.ndarray]
MODELS: dict[str, Callable[[Arrays], object]] = {
    "numbers that overflow": lambda a: a["encoder_conv0"].fill(1e38),
    "half numbers that are none": lambda a: a.update(ngram_coef=np.full((3, 17), np.nan, np.float16)),
    "infinite threshold": lambda a: a["stack_bias"].fill(np.inf),
    "another shape": lambda a: a.update(encoder_conv1=np.ones((5, 4), np.float32)),
    "no shape": lambda a: a.update(encoder_word_keys=np.array(1, np.uint32)),
    "another kind": lambda a: a.update(encoder_output=np.ones((3, 45), np.int32)),
    "one missing": lambda a: a.pop("severity_bias"),
}


@pytest.mark.parametrize("case", MODELS)
def test_models(tmp_path: Path, case: str) -> None:
    arrays = settings.small_arrays()
    MODELS[case](arrays)
    artefact.write(tmp_path / "some.riskmodel", artefact.Artefact(settings.small_manifest(), arrays))
    with pytest.raises(ModelError):
        Assessor.from_file(tmp_path / "some.riskmodel")


@pytest.mark.parametrize(
    ("target", "step"),
    [(text, 9), (sources, 5), (archive, 2), (settings, 1), (writers, 3)],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_targets_run(target: object, step: int) -> None:
    """The targets themselves still fit the package: some of the inputs that a campaign starts from."""
    for seed in itertools.islice(target.seeds(), 0, None, step):  # type: ignore[attr-defined]
        with bounded(20):
            target.one(seed)  # type: ignore[attr-defined]
