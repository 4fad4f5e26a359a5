from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path

import pytest

from riskcheck.corpus.reading import hydrate, hydrated_files, post_id, read_authored, read_jsonl, read_labelled
from riskcheck.errors import CorpusError

POSTS = {
    "i hate folding boxes for a living": {"job_complaint": 2},
    "the lighthouse café reopens on Friday": {},
    "third email, dear recruiter. answer.": {"pushy_followup": 2},
}


def write(path: Path, rows: list[dict[str, object]]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    content = "".join(json.dumps(row) + "\n" for row in rows).encode()
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return path


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with labels for two collections of invented 'public' posts."""
    rows = [{"id": post_id("tiny", text), "labels": labels} for text, labels in POSTS.items()]
    write(tmp_path / "data/labels/train.jsonl", rows[:2])
    write(tmp_path / "data/labels/dev.jsonl", rows[2:])
    return tmp_path / "data"


def texts(tmp_path: Path, rows: list[dict[str, object]], name: str = "texts.jsonl") -> list[Path]:
    write(tmp_path / "texts" / name, rows)
    return hydrated_files(tmp_path / "texts")


@pytest.mark.parametrize("name", ["texts.jsonl", "texts.jsonl.gz"])
def test_texts_join_the_labels_of_their_hash(tmp_path: Path, data: Path, name: str) -> None:
    found = hydrate(data, texts(tmp_path, [{"dataset": "tiny", "text": text} for text in POSTS], name))
    assert found.missing == {"train": 0, "dev": 0}
    assert {e.text: e.labels for e in (*found.examples["train"], *found.examples["dev"])} == POSTS
    assert [e.text for e in found.examples["dev"]] == ["third email, dear recruiter. answer."]
    assert {e.collection for e in found.examples["train"]} == {"tiny"}


@pytest.mark.parametrize(
    "row",
    [
        {"dataset": "tiny", "text": "i hate folding boxes for a living!"},
        {"dataset": "Tiny", "text": "i hate folding boxes for a living"},
        {"dataset": "tiny", "text": "i hate folding boxes for a living", "id": "taken on trust"},
        {"text": "i hate folding boxes for a living"},
        {"dataset": "tiny", "text": None},
        {"dataset": "tiny", "id": post_id("tiny", "i hate folding boxes for a living"), "text": "another text"},
    ],
    ids=["one character more", "other collection", "right text, wrong id", "no collection", "no text", "claimed id"],
)
def test_only_the_hash_of_the_text_counts(tmp_path: Path, data: Path, row: dict[str, object]) -> None:
    found = hydrate(data, texts(tmp_path, [row]))
    joined = row.get("id") == "taken on trust"
    assert found.missing == {"train": 1 if joined else 2, "dev": 1}
    assert [e.text for e in found.examples["train"]] == (["i hate folding boxes for a living"] if joined else [])


def test_a_text_given_twice_is_one_post(tmp_path: Path, data: Path) -> None:
    row: dict[str, object] = {"dataset": "tiny", "text": "third email, dear recruiter. answer."}
    texts(tmp_path, [row, row], "a.jsonl")
    found = hydrate(data, texts(tmp_path, [row], "b.jsonl"))
    assert len(found.examples["dev"]) == 1


def test_the_id_is_the_start_of_a_hash_over_collection_and_text() -> None:
    # printf 'authored\0hello' | sha256sum
    assert post_id("authored", "hello") == "6862107fb6a7"
    assert post_id("tiny", "hello") != post_id("tin", "yhello")


def test_labels_may_be_read_on_a_machine_with_another_encoding(tmp_path: Path, data: Path) -> None:
    files = texts(tmp_path, [{"dataset": "tiny", "text": text} for text in POSTS])
    code = (
        "import sys; from pathlib import Path; from riskcheck.corpus.reading import hydrate\n"
        "found = hydrate(Path(sys.argv[1]), [Path(sys.argv[2])]); assert not any(found.missing.values()), found.missing"
    )
    done = subprocess.run(
        [sys.executable, "-X", "utf8=0", "-c", code, str(data), str(files[0])],
        env={"LC_ALL": "C", "PYTHONPATH": str(Path(__file__).parents[2])}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_a_folder_without_texts_says_so(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="point at the folder that holds the texts"):
        hydrated_files(tmp_path)


@pytest.mark.parametrize(
    ("content", "wanted"),
    [
        (b'{"a": 1}\n{"a": \n', r"x\.jsonl:2: not JSON"),
        (b'{"a": 1}\n\n[1]\n', r"x\.jsonl:3: an object is expected"),
        (b"\xff\xfe{}\n", r"x\.jsonl:1: not JSON"),
    ],
)
def test_a_broken_line_is_named(tmp_path: Path, content: bytes, wanted: str) -> None:
    (tmp_path / "x.jsonl").write_bytes(content)
    with pytest.raises(CorpusError, match=wanted):
        list(read_jsonl(tmp_path / "x.jsonl"))


@pytest.mark.parametrize("damage", ["cut", "no gzip", "flipped"])
def test_a_damaged_gzip_file_is_named(tmp_path: Path, damage: str) -> None:
    rows: list[dict[str, object]] = [{"text": f"invented text {i} {i * 7919}"} for i in range(200)]
    path = write(tmp_path / "x.jsonl.gz", rows)
    whole = path.read_bytes()
    middle = len(whole) // 2
    flipped = whole[:middle] + bytes(b ^ 0xFF for b in whole[middle : middle + 8]) + whole[middle + 8 :]
    path.write_bytes({"cut": whole[:middle], "no gzip": b"plain", "flipped": flipped}[damage])
    with pytest.raises(CorpusError, match=r"x\.jsonl\.gz"):
        list(read_jsonl(path))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"none\.jsonl: cannot be read"):
        list(read_jsonl(tmp_path / "none.jsonl"))


GOOD: dict[str, object] = {"id": "x", "text": "hello", "voice": "v1", "labels": {"hostility": 1}}


@pytest.mark.parametrize(
    "change",
    [
        {"labels": None}, {"labels": []}, {"labels": {"rudeness": 1}}, {"labels": {"hostility": 4}},
        {"labels": {"hostility": 0}}, {"labels": {"hostility": "2"}}, {"voice": 3}, {"text": None}, {"id": 12},
    ],
)  # fmt: skip
def test_an_invented_post_outside_the_schema_is_refused(tmp_path: Path, change: dict[str, object]) -> None:
    write(tmp_path / "posts/a.jsonl", [GOOD])
    assert read_authored(tmp_path)[0].labels == {"hostility": 1}
    write(tmp_path / "posts/b.jsonl", [{**GOOD, **change}])
    with pytest.raises(CorpusError, match=r"b\.jsonl: post"):
        read_authored(tmp_path)


def test_a_folder_without_invented_posts_says_so(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="point --data at"):
        read_authored(tmp_path)


def test_own_labelled_posts_are_read_and_checked(tmp_path: Path) -> None:
    path = write(
        tmp_path / "mine.jsonl", [{"text": "hello", "labels": {}}, {"text": "x", "labels": {}, "dataset": "d"}]
    )
    first, second = read_labelled(path)
    assert (first.collection, first.id) == ("mine", post_id("mine", "hello"))
    assert second.collection == "d"
    write(path, [{"text": "hello", "labels": {}}, {"text": "x"}])
    with pytest.raises(CorpusError, match=r"mine\.jsonl:2: labels"):
        read_labelled(path)
    write(path, [])
    with pytest.raises(CorpusError, match="no labelled post"):
        read_labelled(path)
