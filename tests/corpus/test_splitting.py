from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter, defaultdict
from dataclasses import replace
from pathlib import Path

import pytest

from riskcheck.corpus.reading import Example, post_id, read_authored
from riskcheck.corpus.splitting import NEAR, near_duplicates, role, shingles, with_groups
from riskcheck.corpus.training import split

ROOT = Path(__file__).resolve().parents[2]
FOX = "the quick brown fox jumps over the lazy dog near the old river bank at dawn"


def invented(group: str) -> Example:
    return Example(id="x", text="x", labels={}, group=group)


@pytest.fixture(scope="module")
def corpus() -> list[Example]:
    return read_authored(ROOT / "data")


def test_roles_are_fixed_for_good() -> None:
    # int(sha256(group)[:8], 16) % 100: 0 to 9 test, 10 to 17 calibrate. A change would let test posts into training.
    own = {"voice-0": "train", "voice-3": "test", "voice-9": "test", "voice-15": "train", "voice-24": "calibration"}
    assert {name: role(invented(name)) for name in own} == own
    public = {"voice-0": "train", "voice-3": "calibration", "voice-9": "calibration", "voice-24": "train"}
    assert {name: role(replace(invented(name), collection="public")) for name in public} == public


def test_public_posts_never_test_and_invented_ones_do_in_a_tenth() -> None:
    public = Counter(role(Example(id=f"{i:012x}", text="", labels={}, collection="c")) for i in range(4000))
    own = Counter(role(invented(f"v{i}")) for i in range(4000))
    assert public["test"] == 0
    assert 0.08 < public["calibration"] / 4000 < 0.12
    assert 0.08 < own["test"] / 4000 < 0.12
    assert 0.06 < own["calibration"] / 4000 < 0.10


def test_roles_and_duplicates_are_the_same_in_every_process() -> None:
    code = (
        "from riskcheck.corpus.reading import Example; from riskcheck.corpus.splitting import *\n"
        "print([role(Example(id='', text='', labels={}, group=f'g{i}')) for i in range(50)],"
        f" sorted(shingles({FOX!r})), near_duplicates([{FOX!r}, 'x', {FOX!r} + ' ok']))"
    )
    seen = {
        subprocess.run(
            [sys.executable, "-c", code], env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
            capture_output=True, text=True, check=True,
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert len(seen) == 1
    assert "[0, 1, 0]" in seen.pop()


@pytest.mark.parametrize(
    "copy",
    [
        FOX.upper(),
        f"{FOX}!!! https://example.org/a?b=c",
        f"@someone_else {FOX.replace(' ', '  ')} #dawn",
        FOX.replace("dawn", "dusk"),
        f"so {FOX}",
    ],
    ids=["case", "link", "mention", "last word", "first word"],
)
def test_near_duplicates_are_found(copy: str) -> None:
    other = "a train leaves at nine and nobody on the platform looks up from the paper today"
    assert near_duplicates([other, FOX, other + " again", copy]) == [0, 1, 0, 1]


def test_different_posts_are_not_near_duplicates() -> None:
    apart = [FOX, "the quick brown fox sleeps", "", "ok", "my boss is fine", "my boss is not fine", "no", "!!"]
    assert near_duplicates(apart) == list(range(len(apart)))


def test_short_posts_group_only_if_they_are_the_same() -> None:
    assert near_duplicates(["So bored.", "so bored", "so bored today", "bored so"]) == [0, 0, 2, 3]


def test_near_duplicates_agree_with_a_comparison_of_all_pairs(corpus: list[Example]) -> None:
    # Twins share their words: a sample rich in close pairs.
    texts = [e.text for e in corpus if e.pair][:1200]
    found = near_duplicates(texts)
    sets = [shingles(text) for text in texts]
    close, missed = 0, []
    for a in range(len(texts)):
        for b in range(a):
            if len(sets[a] & sets[b]) >= NEAR * len(sets[a] | sets[b]) > 0:
                close += 1
                missed += [(texts[a], texts[b])] if found[a] != found[b] else []
    groups: defaultdict[int, list[int]] = defaultdict(list)
    for i, first in enumerate(found):
        groups[first].append(i)
    assert close > 5
    assert len(missed) <= close // 10, missed
    for members in groups.values():
        for a in members[1:]:
            assert any(len(sets[a] & sets[b]) >= NEAR * len(sets[a] | sets[b]) for b in members if b != a)


def test_voices_and_twins_stay_on_one_side(corpus: list[Example]) -> None:
    sides: defaultdict[str, set[str]] = defaultdict(set)
    for e in corpus:
        sides[f"voice {e.group}"].add(role(e))
        if e.pair:
            sides[f"twin {e.pair}"].add(role(e))
    assert len(sides) > 1000
    assert {name: found for name, found in sides.items() if len(found) > 1} == {}


def test_training_without_public_texts_uses_every_invented_post_once(corpus: list[Example]) -> None:
    splits = split(ROOT / "data", None)
    parts = [{e.id for e in part} for part in (splits.train, splits.calibration, splits.test)]
    assert sum(map(len, parts)) == len(set.union(*parts)) == len(corpus)
    assert splits.dev == []
    held_out = {e.id for e in corpus if role(e) == "test"}
    assert parts[2] == held_out


def test_near_duplicates_of_dev_posts_never_train(tmp_path: Path) -> None:
    """The same words in another collection would let the model see what it is measured on."""
    public = {
        "dev": [("a", FOX), ("a", "night shift again and the vending machine is broken")],
        "train": [("b", FOX + " lol"), ("b", f"@friend {FOX}"), ("b", "we baked bread with my aunt on sunday morning")],
    }
    data, texts = tmp_path / "data", tmp_path / "texts"
    for folder in (data / "labels", data / "posts", texts):
        folder.mkdir(parents=True)
    rows = []
    for name, posts in public.items():
        labels = [{"id": post_id(c, t), "labels": {}} for c, t in posts]
        (data / "labels" / f"{name}.jsonl").write_text("".join(json.dumps(r) + "\n" for r in labels))
        rows += [{"dataset": c, "text": t} for c, t in posts]
    (texts / "all.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows))
    own = {"id": post_id("authored", "hi"), "text": "hi", "voice": "voice-1", "labels": {}}
    (data / "posts" / "a.jsonl").write_text(json.dumps(own) + "\n")
    splits = split(data, texts)
    assert {e.text for e in splits.dev} == {text for _, text in public["dev"]}
    used = {e.text for e in (*splits.train, *splits.calibration)}
    assert "we baked bread with my aunt on sunday morning" in used
    assert not any("fox" in text for text in used)


def test_public_posts_take_the_group_of_their_first_copy_and_invented_ones_keep_their_voice() -> None:
    posts = [
        Example(id="a", text=FOX, labels={}, collection="p"),
        Example(id="b", text=FOX + " lol", labels={}, collection="q"),
        Example(id="c", text=FOX, labels={}, group="voice-1"),
    ]
    assert [e.group for e in with_groups(posts)] == ["a", "a", "voice-1"]
