from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from riskcheck.categories import BY_NAME
from riskcheck.corpus.reading import Example, post_id
from riskcheck.corpus.splitting import role
from riskcheck.corpus.validate import validate

Rows = list[dict[str, object]]
Corpus = dict[str, Rows]


def voice_in(wanted: str, start: int = 0) -> str:
    """Name of a made-up voice whose posts have the wanted role."""
    return next(
        f"v{i}" for i in range(start, start + 2000) if role(Example(id="", text="", labels={}, group=f"v{i}")) == wanted
    )


TRAIN, OTHER, TEST = voice_in("train"), voice_in("train", 1000), voice_in("test")


def post(text: str, voice: str = TRAIN, **more: object) -> dict[str, object]:
    return {"id": post_id("authored", text), "text": text, "voice": voice, "labels": {}, **more}


def sound() -> Corpus:
    twin = post("the new rota came out today and i could scream, thanks for nothing boss", labels={"job_complaint": 2})
    twin["pair"] = twin["id"]
    return {
        "posts/a.jsonl": [
            twin,
            post("the new rota came out today and i could scream, thanks for everything boss", pair=twin["id"]),
            post("my aunt sells plums at the market every second saturday of the month", OTHER),
            post("three buses late and the fourth one smelled of wet dog all the way home", TEST),
        ],
        "voices.jsonl": [
            {"voice": v, "trade": "cook", "age": "30", "place": "Malta", "platform": "X", "style": "plain"}
            for v in (TRAIN, OTHER, TEST)
        ],
        "labels/train.jsonl": [{"id": "0" * 12, "labels": {"hostility": 1}}],
        "labels/dev.jsonl": [{"id": "1" * 12, "labels": {}}],
    }


def write(corpus: Corpus, folder: Path) -> Path:
    for name, rows in corpus.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("".join(json.dumps(row) + "\n" for row in rows))
    return folder


def test_a_sound_corpus_has_no_problem(tmp_path: Path) -> None:
    problems, counts = validate(write(sound(), tmp_path))
    assert problems == []
    assert counts == {"invented posts": 4, "voices": 3, "posts in twins": 2, "labels of public posts": 2}


def wrong_id(corpus: Corpus) -> None:
    corpus["posts/a.jsonl"][2]["text"] = "my aunt sells pears at the market every second saturday of the month"


def empty(corpus: Corpus) -> None:
    corpus["posts/a.jsonl"].append(post("  "))


def unknown_voice(corpus: Corpus) -> None:
    corpus["voices.jsonl"].pop()


def voice_without_place(corpus: Corpus) -> None:
    del corpus["voices.jsonl"][0]["place"]


def lost_twin(corpus: Corpus) -> None:
    corpus["posts/a.jsonl"][2]["pair"] = "f" * 12


def same_text(corpus: Corpus) -> None:
    corpus["posts/a.jsonl"].append(
        post("  Three buses late and the fourth one smelled of wet dog all the way HOME ", TEST)
    )


def nearly_the_same(corpus: Corpus) -> None:
    corpus["posts/b.jsonl"] = [post("my aunt sells plums at the market every second saturday of the month lol", OTHER)]


def against_a_risky_example(corpus: Corpus) -> None:
    corpus["posts/a.jsonl"].append(post(BY_NAME["job_complaint"].risky[0].upper()))


def against_a_safe_example(corpus: Corpus) -> None:
    corpus["posts/a.jsonl"].append(post(BY_NAME["substance_use"].safe[1], labels={"substance_use": 1}))


def twins_apart(corpus: Corpus) -> None:
    corpus["posts/a.jsonl"][1]["voice"] = TEST


def copies_apart(corpus: Corpus) -> None:
    # Word 4-grams alike by 0.6 to 0.8: too far apart for the check on near-duplicates, too close for two sides.
    corpus["posts/a.jsonl"].append(
        post("my aunt sells plums at the market every second saturday of the year again", TEST)
    )


def copy_in_the_challenge(corpus: Corpus) -> None:
    copied = {"text": str(corpus["posts/a.jsonl"][2]["text"]).upper() + "!", "labels": {}}
    corpus["checks/challenge.jsonl"] = [copied]


def two_label_files(corpus: Corpus) -> None:
    corpus["labels/dev.jsonl"].append({"id": "0" * 12, "labels": {}})


def twice_in_a_label_file(corpus: Corpus) -> None:
    corpus["labels/train.jsonl"].append({"id": "0" * 12, "labels": {}})


@pytest.mark.parametrize(
    ("plant", "check", "words"),
    [
        (wrong_id, "schema", "the id does not fit"),
        (empty, "schema", "empty text"),
        (unknown_voice, "schema", "is not in voices.jsonl"),
        (voice_without_place, "schema", "wants the fields"),
        (lost_twin, "schema", "its twin ffffffffffff is missing"),
        (same_text, "duplicates", "have the same text"),
        (nearly_the_same, "near-duplicates", "are nearly the same"),
        (against_a_risky_example, "labels", "contradicts an example of job_complaint"),
        (against_a_safe_example, "labels", "contradicts an example of substance_use"),
        (twins_apart, "leaks", "twins of"),
        (copies_apart, "leaks", "near-duplicates of"),
        (copy_in_the_challenge, "leaks", "stand in challenge and train"),
        (two_label_files, "labels", "post 000000000000 is labelled 2 times"),
        (twice_in_a_label_file, "labels", "000000000000"),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_each_check_finds_a_planted_fault(
    tmp_path: Path, plant: Callable[[Corpus], None], check: str, words: str
) -> None:
    corpus = sound()
    plant(corpus)
    problems, _ = validate(write(corpus, tmp_path))
    assert problems
    assert any(p.check == check and words in p.message for p in problems), problems


def test_twins_may_share_their_words_but_their_neighbours_may_not(tmp_path: Path) -> None:
    corpus = sound()
    twin = corpus["posts/a.jsonl"][1]
    corpus["posts/a.jsonl"].append(post(f"{twin['text']} hm"))
    problems, _ = validate(write(corpus, tmp_path))
    assert {p.check for p in problems} == {"near-duplicates"}
