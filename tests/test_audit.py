"""An audit from archive to result: filters, decisions, coverage that adds up, and a run that is killed."""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from riskcheck.assessment import Assessment
from riskcheck.audit import WORK_FILE, Settings, audit, begun, fingerprint
from riskcheck.coverage import Coverage
from riskcheck.errors import ArchiveError, InputError, StoreError
from riskcheck.post import Post, Skipped
from riskcheck.report import write_all
from riskcheck.report.spill import CHUNK, Spill, pack_assessment, pack_post, unpack_assessment, unpack_post
from riskcheck.store import Store
from tests.report.samples import HOSTILE, FakeAssessor, items, x_archive

TEXTS = ("Great first day!", "my boss is an idiot", "a fatty paycheck", "damn bus", "privet druzya", "Texas idiot tea")
TODAY = dt.date(2026, 1, 31)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return x_archive(tmp_path / "x.zip", TEXTS)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "store.db") as store:
        yield store


def found(paths: list[Path], **options: Any) -> dict[str, Any]:
    """Audit and return what matters: texts to do, counts and coverage."""
    settings = {name: options.pop(name) for name in list(options) if name in Settings.__slots__}
    assessor = FakeAssessor()
    with audit(paths, assessor, Settings(**settings), today=TODAY, **options) as result:
        return {
            "to_do": [item.post.text for item in result.to_do()],
            "all": [item.post.text for item in result.items()],
            "counts": result.counts.to_dict(),
            "coverage": result.coverage,
            "assessed": assessor.assessed,
        }


def adds_up(coverage: dict[str, Any]) -> bool:
    ends = coverage["assessed"] + sum(coverage["filtered_out"].values()) + sum(coverage["not_english"].values())
    skipped = sum(entry["count"] for entry in coverage["skipped"].values())
    return coverage["posts"] == ends and coverage["records"] == coverage["posts"] + coverage["merged"] + skipped


def test_worst_first_and_everything_counted(archive: Path) -> None:
    run = found([archive])
    assert run["to_do"] == ["a fatty paycheck", "my boss is an idiot", "Texas idiot tea"]
    assert run["all"] == list(TEXTS)
    assert run["counts"]["bands"] == {"none": 1, "low": 1, "medium": 2, "high": 1}
    assert run["counts"]["not_assessed"] == 1
    assert run["counts"]["posts"] == sum(run["counts"]["bands"].values()) + 1
    assert run["coverage"]["assessed"] == 5
    assert sum(run["coverage"]["not_english"].values()) == 1
    assert adds_up(run["coverage"])


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"since": dt.date(2024, 1, 2)}, 0),
        ({"until": dt.date(2023, 12, 31)}, 0),
        ({"since": dt.date(2024, 1, 1), "until": dt.date(2024, 1, 1)}, 3),
        ({"kinds": ("reply",)}, 0),
        ({"platforms": ("x",)}, 3),
        ({"platforms": ("reddit",)}, 0),
        ({"categories": ("offer_bragging",)}, 1),
        ({"threshold": "high"}, 1),
        ({"threshold": "low"}, 4),
    ],
)
def test_filters(archive: Path, settings: dict[str, Any], expected: int) -> None:
    run = found([archive], **settings)
    assert len(run["to_do"]) == expected
    assert adds_up(run["coverage"])


def test_one_post_is_assessed_once(tmp_path: Path, archive: Path) -> None:
    newer = x_archive(tmp_path / "newer.zip", [*TEXTS, "one more idiot"])
    run = found([archive, newer])
    assert run["assessed"] == len(TEXTS) + 1
    assert run["coverage"]["merged"] == len(TEXTS)
    assert adds_up(run["coverage"])


def test_decisions_hold(archive: Path, store: Store) -> None:
    by_text = {text: Post(text=text, platform="x").digest for text in TEXTS}
    store.decide(by_text["Texas idiot tea"], "false_alarm")
    store.decide(by_text["my boss is an idiot"], "keep")
    store.decide(by_text["a fatty paycheck"], "delete")
    run = found([archive], store=store)
    assert run["to_do"] == ["a fatty paycheck"]  # it is still there: deleting is to do
    assert run["counts"]["settled"] == 2
    assert run["counts"]["bands"]["medium"] == 1  # the false alarm is no risk, what is kept still is
    assert run["counts"]["decisions"] == {"keep": 1, "delete": 1, "false_alarm": 1}


def test_new_is_what_no_audit_has_seen(tmp_path: Path, archive: Path, store: Store) -> None:
    assert len(found([archive], store=store, new=True)["to_do"]) == 3
    again = found([archive], store=store, new=True)
    assert again["assessed"] == 0
    assert again["coverage"]["filtered_out"] == {"seen by an earlier audit": len(TEXTS)}
    newer = x_archive(tmp_path / "newer.zip", [*TEXTS, "one more idiot"])
    assert found([newer], store=store, new=True)["to_do"] == ["one more idiot"]
    assert adds_up(again["coverage"])
    with pytest.raises(StoreError, match="store"):
        found([archive], new=True)


def test_the_run_is_remembered_without_text_or_names_of_files(archive: Path, store: Store) -> None:
    found([archive], store=store)
    (run,) = store.runs()
    assert run.archives == {"x.zip": fingerprint(archive)}
    assert run.counts["posts"] == len(TEXTS)
    assert "tweets.js" not in json.dumps(run.coverage)
    for path in store.path.parent.glob("store.db*"):
        assert not any(text.encode() in path.read_bytes() for text in TEXTS)


def test_archives_of_one_name_are_told_apart(tmp_path: Path, store: Store) -> None:
    paths = []
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        paths.append(x_archive(tmp_path / folder / "x.zip", [*TEXTS, folder]))
    found(paths, store=store)
    assert store.runs()[0].archives == {str(path): fingerprint(path) for path in paths}


def test_a_failed_run_is_not_remembered(archive: Path, store: Store) -> None:
    with pytest.raises(RuntimeError), audit([archive], FakeAssessor(), store=store):
        raise RuntimeError
    assert store.runs() == []
    assert not store.seen(Post(text=TEXTS[0], platform="x").digest)


def test_what_cannot_be_read_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="check the path"):
        found([tmp_path / "missing.zip"])
    (tmp_path / "x.bin").write_bytes(b"\x00\x01\x02")
    with pytest.raises(ArchiveError):
        found([tmp_path / "x.bin"])


def test_the_work_file_is_private_and_goes_away(archive: Path, tmp_path: Path) -> None:
    with audit([archive], FakeAssessor(), output=tmp_path / "out"):
        assert (tmp_path / "out" / WORK_FILE).stat().st_mode & 0o077 == 0
        with pytest.raises(InputError, match="another audit writes there"):
            found([archive], output=tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


class Stops(FakeAssessor):
    """Fail after some posts, as a crash does."""

    def __init__(self, after: int) -> None:
        super().__init__()
        self.after = after

    def check(self, post: Post) -> Assessment:
        if self.assessed >= self.after:
            raise KeyboardInterrupt
        return super().check(post)


def many(coverage: Coverage, count: int = 5 * CHUNK + 77) -> Iterator[Post]:
    for number in range(count):
        text = f"{TEXTS[number % len(TEXTS)]} {number}" + (HOSTILE if number % 100 == 3 else "")
        created = dt.datetime(2015, 1, 1, tzinfo=dt.UTC) + dt.timedelta(hours=17 * number)
        post = Post(text=text, id=str(number + 1), platform="x", created=created, visibility="public")
        coverage.add(post)
        yield post
    coverage.skip(Skipped(where="data/tweets.js#9", reason="record is not valid JSON"))


def test_resume_assesses_only_the_rest(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with pytest.raises(KeyboardInterrupt), audit([], Stops(3 * CHUNK + 5), output=out, posts=many, today=TODAY):
        pass
    assert begun(out) == TODAY
    second = FakeAssessor()
    with audit([], second, output=out, resume=True, posts=many, today=dt.date(2026, 2, 5)) as result:
        assert result.day == str(TODAY)  # the day on which it began
        write_all(result, out)
    assert second.assessed == 2 * CHUNK + 77
    with audit([], FakeAssessor(), output=tmp_path / "whole", posts=many, today=TODAY) as result:
        write_all(result, tmp_path / "whole")
    assert same(out, tmp_path / "whole")


def same(one: Path, other: Path) -> bool:
    names = sorted(path.name for path in one.iterdir())
    return (
        bool(names)
        and names == sorted(path.name for path in other.iterdir())
        and all((one / name).read_bytes() == (other / name).read_bytes() for name in names)
    )


def test_resume_of_something_else_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), audit([], Stops(2000), output=tmp_path, posts=many):
        pass
    with (
        pytest.raises(InputError, match="other settings"),
        audit([], FakeAssessor(), Settings(threshold="high"), output=tmp_path, resume=True, posts=many),
    ):
        pass
    other = FakeAssessor()
    other.identity = "2.0.0+stub"
    with pytest.raises(InputError, match="other model"), audit([], other, output=tmp_path, resume=True, posts=many):
        pass
    anew = FakeAssessor()
    with audit([], anew, output=tmp_path, posts=many):
        assert anew.assessed == 5 * CHUNK + 77


def test_posts_that_changed_are_assessed_again(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), audit([], Stops(4000), output=tmp_path, posts=many):
        pass

    def changed(coverage: Coverage) -> Iterator[Post]:
        for number, post in enumerate(many(coverage)):
            yield post if number != 1500 else Post(text="edited idiot", id=post.id, platform="x")

    again = FakeAssessor()
    with audit([], again, output=tmp_path, resume=True, posts=changed) as result:
        assert [item.post.text for item in result.items()][1500] == "edited idiot"
        assert all(item.assessment.id == item.post.id for item in result.items())
    assert again.assessed == 4 * CHUNK + 77


SLOW = """
import sys, time, datetime as dt
from pathlib import Path
from riskcheck.audit import audit
from riskcheck.report import write_all
from tests.report.samples import FakeAssessor
class Slow(FakeAssessor):
    def check(self, post):
        time.sleep(float(sys.argv[3]))
        return super().check(post)
out = Path(sys.argv[2])
say = lambda stage, done, total: print(stage, done, flush=True)
with audit([Path(sys.argv[1])], Slow(), output=out, resume=True, today=dt.date(2026, 1, 31), progress=say) as result:
    write_all(result, out)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no kill -9")
def test_killed_with_kill_9_it_goes_on_and_comes_out_the_same(tmp_path: Path) -> None:
    source = x_archive(tmp_path / "x.zip", (f"{TEXTS[n % 6]} {n}" for n in range(3 * CHUNK + 100)))
    root = str(Path(__file__).resolve().parents[1])

    def start(out: Path, pause: float) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-c", SLOW, str(source), str(out), str(pause)]
        return subprocess.Popen(command, env={**os.environ, "PYTHONPATH": root}, cwd=root, stdout=subprocess.PIPE)

    running = start(tmp_path / "killed", 0.0005)
    assert running.stdout
    while running.stdout.readline().strip() != b"assess 2048":
        assert running.poll() is None
    time.sleep(0.1)  # into the middle of a chunk
    running.send_signal(signal.SIGKILL)
    assert running.wait(30) == -signal.SIGKILL
    running.stdout.close()
    spill = Spill(tmp_path / "killed" / WORK_FILE)
    assert spill.done() == 2 * CHUNK
    spill.close(remove=False)
    assert not (tmp_path / "killed" / "posts.csv").exists()
    for name in ("killed", "whole"):
        with start(tmp_path / name, 0) as again:
            told = again.communicate(timeout=120)[0]
        assert again.returncode == 0
        assert (b"assess 0\n" in told) == (name == "whole")
    assert same(tmp_path / "killed", tmp_path / "whole")


def test_memory_does_not_grow_with_the_posts(tmp_path: Path) -> None:
    def peak(count: int) -> int:
        tracemalloc.start()
        with audit([], FakeAssessor(), output=tmp_path, posts=lambda coverage: many(coverage, count)) as result:
            write_all(result, tmp_path)
        _, highest = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return highest

    peak(100)
    small, large = peak(CHUNK), peak(4 * CHUNK)
    assert large < small + 500_000


def test_progress_is_told(archive: Path) -> None:
    told: list[tuple[str, int, int | None]] = []
    found([archive], progress=lambda stage, done, total: told.append((stage, done, total)))
    assert told[-1] == ("assess", len(TEXTS), len(TEXTS))


def test_what_is_spilled_comes_back_as_it_was(tmp_path: Path) -> None:
    broken = Post(
        text="lone \ud83d surrogate",
        platform="x",
        created=dt.datetime(2020, 1, 1, tzinfo=dt.timezone(dt.timedelta(hours=5))),
    )
    assert unpack_post(pack_post(broken)) == broken
    for item in items():
        assert unpack_post(pack_post(item.post)) == item.post
        assert unpack_assessment(pack_assessment(item.assessment), item.post.text) == item.assessment


def test_a_damaged_work_file_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / WORK_FILE).write_bytes(b"\xff" * 5000)
    with pytest.raises(InputError, match="remove the file"):
        Spill(tmp_path / WORK_FILE)


def test_a_folder_is_known_by_what_is_in_it(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")
    before = fingerprint(tmp_path)
    assert fingerprint(tmp_path) == before
    (tmp_path / "b.txt").write_text("y")
    assert fingerprint(tmp_path) != before


def test_settings_can_be_kept_as_json() -> None:
    settings = Settings(since=dt.date(2024, 1, 1), kinds=("reply",))
    assert json.loads(json.dumps(settings.to_dict()))["since"] == "2024-01-01"
