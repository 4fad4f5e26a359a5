"""The memory of decisions: what it keeps, what it never keeps, and how it fails."""

from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from riskcheck.errors import StoreError
from riskcheck.post import Post
from riskcheck.store import Run, Store, data_folder

WORDS = "paycheck-and-commute-xyzzy"
POST = Post(text=WORDS, platform="x")
OTHER = Post(text="another post", platform="x")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "data" / "riskcheck.db") as opened:
        yield opened


def run(**changes: object) -> Run:
    facts: dict[str, object] = {
        "started": "2026-01-31T10:00:00+00:00", "finished": "2026-01-31T10:01:00+00:00",
        "archives": {"x.zip": "ab" * 32},
        "model": "1.0.0", "settings": {"threshold": "medium"}, "counts": {"posts": 2}, "coverage": {"records": 2},
    } | changes  # fmt: skip
    return Run(**facts)  # type: ignore[arg-type]


def test_a_decision_is_kept_and_can_be_changed_and_undone(store: Store) -> None:
    store.decide(POST.digest, "keep")
    store.decide(POST.digest, "delete")
    store.decide(POST.digest, "delete")  # no change, nothing to undo
    assert store.decisions() == {POST.digest: "delete"}
    assert store.undo() == POST.digest
    assert store.decisions() == {POST.digest: "keep"}
    store.undo()
    assert store.decisions() == {}
    assert store.undo() is None


def test_it_is_there_when_opened_again(store: Store) -> None:
    store.decide(POST.digest, "fix")
    number = store.record(run(), [bytes.fromhex(POST.digest)])
    store.close()
    with Store(store.path) as again:
        assert again.decisions() == {POST.digest: "fix"}
        assert again.seen(POST.digest)
        assert not again.seen(OTHER.digest)
        assert again.runs() == [run()]
        assert number == 1


def test_no_text_of_a_post_is_ever_in_the_file(store: Store) -> None:
    store.decide(POST.digest, "false_alarm")
    store.record(run(), [bytes.fromhex(POST.digest)])
    store.import_(store.export())
    for path in store.path.parent.iterdir():  # the -wal file too
        content = path.read_bytes()
        for part in WORDS.split("-"):
            assert part.encode() not in content
            assert part.encode("utf-16-le") not in content


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps rights in another way")
def test_only_the_user_may_read_it(store: Store) -> None:
    assert stat.S_IMODE(store.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(store.path.parent.stat().st_mode) == 0o700


def test_the_folder_can_be_chosen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("RISKCHECK_DATA_DIR", str(tmp_path / "mine"))
    with Store() as store:
        assert store.path == tmp_path / "mine" / "riskcheck.db"
    monkeypatch.delenv("RISKCHECK_DATA_DIR")
    assert data_folder().name == "riskcheck"


def test_export_and_import_go_round(store: Store, tmp_path: Path) -> None:
    store.decide(POST.digest, "keep")
    store.decide(OTHER.digest, "delete")
    with Store(tmp_path / "other.db") as other:
        assert other.import_(store.export()) == 2
        assert other.export() == store.export()
        assert other.import_(store.export()) == 0


@pytest.mark.parametrize(
    "data",
    [
        [],
        {},
        {"riskcheck_decisions": 2, "decisions": []},
        {"riskcheck_decisions": 1, "decisions": {}},
        {"riskcheck_decisions": 1, "decisions": ["x"]},
        {"riskcheck_decisions": 1, "decisions": [{"digest": "ab" * 32, "decision": "burn"}]},
        {"riskcheck_decisions": 1, "decisions": [{"digest": "ab" * 32, "decision": []}]},
        {
            "riskcheck_decisions": 1,
            "decisions": [{"digest": "ab" * 32, "decision": "keep"}, {"digest": "x", "decision": "keep"}],
        },
        {"riskcheck_decisions": 1, "decisions": [{"decision": "keep"}]},
    ],
)
def test_what_is_no_export_changes_nothing(store: Store, data: object) -> None:
    with pytest.raises(StoreError, match="export"):
        store.import_(data)
    assert store.decisions() == {}


def test_forget_one_or_everything(store: Store) -> None:
    store.decide(POST.digest, "keep")
    store.decide(OTHER.digest, "delete")
    store.record(run(), [bytes.fromhex(POST.digest)])
    assert store.forget("0" * 8) == 0
    assert store.forget(POST.digest[:8]) == 1
    assert list(store.decisions()) == [OTHER.digest]
    assert store.undo() == OTHER.digest  # what was forgotten cannot come back
    assert store.undo() is None
    store.decide(OTHER.digest, "keep")
    assert store.forget_all() == 1
    assert not store.decisions()
    assert not store.seen(POST.digest)
    assert not store.runs()
    assert bytes.fromhex(OTHER.digest) not in store.path.read_bytes()
    with pytest.raises(StoreError, match="8 hexadecimal"):
        store.forget("%")


def test_a_newer_store_is_not_touched(store: Store) -> None:
    store.close()
    with sqlite3.connect(store.path) as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(StoreError, match="newer riskcheck"):
        Store(store.path)


def test_a_file_that_is_no_store_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "riskcheck.db"
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE mine (x)")
    db.close()
    with pytest.raises(StoreError, match="not a store of riskcheck"):
        Store(path)


@pytest.mark.parametrize("keep", [0, 100, 5000])
def test_a_damaged_store_says_what_to_do(store: Store, keep: int) -> None:
    store.record(run(), (n.to_bytes(32, "big") for n in range(3000)))
    store.close()
    content = store.path.read_bytes()
    store.path.write_bytes(content[:keep] + b"\xff" * (len(content) - keep))

    def use() -> None:
        with Store(store.path) as broken:
            broken.record(run(), (n.to_bytes(32, "big") for n in range(3000, 9000)))
            broken.seen("ab" * 32)
            broken.decisions()
            broken.runs()

    with pytest.raises(StoreError, match=r"move it away|not a store"):
        use()


def test_a_locked_store_says_what_to_do(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("riskcheck.store._BUSY_SECONDS", 0.05)
    other = sqlite3.connect(store.path)
    other.execute("BEGIN IMMEDIATE")
    with Store(store.path) as waiting:
        assert waiting.decisions() == {}  # reading does not wait for the writer
        with pytest.raises(StoreError, match="in use by another"):
            waiting.decide(POST.digest, "keep")
    other.close()


def test_a_folder_that_cannot_be_written_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="RISKCHECK_DATA_DIR"):
        Store(tmp_path / "file" / "riskcheck.db")


def test_many_processes_open_a_new_store_at_once(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from riskcheck.store import Store\n"
        "with Store(Path(sys.argv[1])) as s: s.decide(sys.argv[2] * 32, 'keep')"
    )
    path = tmp_path / "new" / "riskcheck.db"
    workers = [subprocess.Popen([sys.executable, "-c", code, str(path), f"{n:02x}"]) for n in range(6)]
    assert [worker.wait(60) for worker in workers] == [0] * 6
    with Store(path) as store:
        assert len(store.decisions()) == 6


def test_a_wrong_decision_or_digest_is_refused(store: Store) -> None:
    with pytest.raises(StoreError, match="no decision"):
        store.decide(POST.digest, "burn")  # type: ignore[arg-type]
    with pytest.raises(StoreError, match="no digest"):
        store.decide("../../x", "keep")
    assert store.decisions() == {}
