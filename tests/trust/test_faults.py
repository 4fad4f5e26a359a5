"""Bad luck: full disks, folders that cannot be written, readers that go away, Ctrl-C, odd clocks, two at once."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from riskcheck.audit import WORK_FILE
from riskcheck.batch import Settings, score_file, score_folder
from riskcheck.cli import cli
from riskcheck.errors import AccountError, InputError, RiskCheckError
from riskcheck.files import YOUNG, alone, appearing
from riskcheck.post import Post
from riskcheck.report.spill import Spill
from riskcheck.store import Run, Store
from tests.report.samples import FakeAssessor, x_archive

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals and limits are as on POSIX systems")
TEXTS = [f"my boss is an idiot, number {number}" if number % 5 == 0 else f"fine {number}" for number in range(1200)]


def start(*arguments: object, **more: object) -> subprocess.Popen[bytes]:
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "stdin": subprocess.DEVNULL} | more
    return subprocess.Popen([sys.executable, "-m", "riskcheck", *map(str, arguments)], **options)  # type: ignore[call-overload,no-any-return]


def run(*arguments: object, **more: object) -> tuple[int, str, str]:
    process = start(*arguments, **more)
    out, err = process.communicate(timeout=120)
    return process.returncode, (out or b"").decode(), (err or b"").decode()


def one_sentence(code: int, err: str) -> None:
    assert code == 2, err
    assert "Traceback" not in err
    assert err.startswith("riskcheck: ")
    assert err.count("\n") == 1


def lines(path: Path, count: int = 1200) -> Path:
    path.write_text("".join(json.dumps({"id": n, "text": text}) + "\n" for n, text in enumerate(TEXTS[:count])))
    return path


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return x_archive(tmp_path_factory.mktemp("x") / "x.zip", TEXTS)


def small(limit: int) -> Callable[[], None]:
    """Let no file grow beyond a limit, as on a disk that is full."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """Give a disk of 256 KiB, where this user may mount one."""
    place = tmp_path / "disk"
    place.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "none", str(place)], capture_output=True)
    if done.returncode:
        pytest.skip("no small disk can be mounted here; the same is tried with a limit on files")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


@pytest.mark.parametrize("limit", [0, 1 << 14])
@pytest.mark.parametrize("command", ["audit", "score", "score.parquet", "profile", "decisions"])
def test_no_room(tmp_path: Path, archive: Path, command: str, limit: int) -> None:
    out = tmp_path / "out"
    arguments = {
        "audit": ("audit", archive, "--output", out),
        "profile": ("init", "--stage", "searching", "--profile", out / "p"),
        "score": ("score", lines(tmp_path / "in.jsonl"), "-o", tmp_path / "o.jsonl", "--jobs", 1, "--scores-only"),
        "score.parquet": ("score", lines(tmp_path / "in.jsonl"), "-o", tmp_path / "o.parquet", "--jobs", 1),
        "decisions": ("decisions", "import", "-"),
    }[command]
    given = {}
    if command == "decisions":
        entries = [{"digest": f"{n:064x}", "decision": "keep"} for n in range(2000)]
        path = tmp_path / "given.json"
        path.write_text(json.dumps({"riskcheck_decisions": 1, "decisions": entries}))
        given = {"stdin": path.open("rb")}
    if command == "profile" and limit:
        pytest.skip("a profile is smaller than that")
    if (command, limit) != ("decisions", 0):
        with Store():  # a store that is there already
            pass
    code, _, err = run(*arguments, preexec_fn=small(limit), **given)
    for stream in given.values():
        stream.close()
    one_sentence(code, err)
    names = [path.name for path in tmp_path.rglob("*") if path.is_file()]
    assert not [name for name in names if name.endswith(".part")]
    assert not (tmp_path / "o.jsonl").exists()
    assert not (tmp_path / "o.parquet").exists()
    with Store() as store:
        assert not store.runs()
        assert not store.decisions()


def test_a_disk_that_is_full(disk: Path, tmp_path: Path, archive: Path) -> None:
    for arguments in (
        ("audit", archive, "--output", disk / "out"),
        ("score", lines(tmp_path / "in.jsonl"), "-o", disk / "o.jsonl", "--jobs", 1, "--scores-only"),
    ):
        code, _, err = run(*arguments)
        one_sentence(code, err)
        assert "full" in err or "No space left" in err
        assert "--output" in err or "make room" in err or "free some" in err
        shutil.rmtree(disk / "out", ignore_errors=True)
    ballast = os.open(disk / "ballast", os.O_WRONLY | os.O_CREAT)
    with contextlib.suppress(OSError):
        while True:
            os.write(ballast, b"x" * 4096)
    os.close(ballast)
    code, _, err = run("decisions", "list", env={**os.environ, "RISKCHECK_DATA_DIR": str(disk / "data")})
    one_sentence(code, err)
    code, _, err = run("init", "--stage", "searching", "--profile", disk / "p.toml")
    one_sentence(code, err)
    assert not (disk / "p.toml").exists()


@pytest.mark.parametrize("command", [("check", "my boss is an idiot"), ("score", "-"), ("categories",), ("profile",)])
def test_output_into_a_full_disk(command: tuple[str, ...], tmp_path: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    with open("/dev/full", "wb") as full, lines(tmp_path / "in.jsonl", 5).open("rb") as given:  # noqa: PTH123
        code, _, err = run(*command, stdout=full, stdin=given)
    one_sentence(code, err)


@pytest.fixture
def closed(tmp_path: Path) -> Iterator[Path]:
    """Give a folder that cannot be written; to the superuser only a disk mounted so is closed."""
    place = tmp_path / "closed"
    place.mkdir(mode=0o555)
    if os.getuid():
        yield place
        return
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "ro", "none", str(place)], capture_output=True).returncode:
        pytest.skip("nothing is closed to the superuser, and no disk can be mounted here")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def test_folders_that_cannot_be_written(tmp_path: Path, archive: Path, closed: Path) -> None:
    given = lines(tmp_path / "in.jsonl", 5)
    home, fine = {**os.environ, "RISKCHECK_DATA_DIR": str(closed / "data")}, dict(os.environ)
    for arguments, environment in (
        (("audit", archive), home),
        (("review", archive), home),
        (("decisions", "list"), home),
        (("audit", archive, "--output", closed / "out"), fine),
        (("audit", archive, "--output", closed), fine),
        (("score", given, "-o", closed / "o.jsonl"), fine),
        (("decisions", "export", closed / "d.json"), fine),
        (("init", "--stage", "searching", "--profile", closed / "p.toml"), fine),
    ):
        code, _, err = run(*arguments, env=environment)
        one_sentence(code, err)
        assert "cannot be written" in err or "no folder to write" in err
    assert list(closed.iterdir()) == []


def test_a_reader_that_goes_away_changes_no_outcome(tmp_path: Path, archive: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    code, _, err = run("check", "my boss is an idiot and i hate this job", stdout=writing)
    assert (code, err) == (1, "")
    for more in ((), ("--json",)):
        code, _, err = run("audit", archive, "--output", tmp_path / "out", "--quiet", *more, stdout=writing)
        assert (code, err) == (1, "")
        assert not (tmp_path / "out" / WORK_FILE).exists()
    os.close(writing)
    with Store() as store:
        assert len(store.runs()) == 2


@pytest.mark.parametrize("command", [("check",), ("score", "-"), ("categories",)])
def test_no_standard_streams_at_all(command: tuple[str, ...]) -> None:
    shell = 'exec "$@" >&- 2>&- <&-'
    done = subprocess.run(["sh", "-c", shell, "sh", sys.executable, "-m", "riskcheck", *command], timeout=60)
    assert done.returncode in (0, 2)


@pytest.mark.parametrize("after", [0.3, 0.8, 1.6])
@pytest.mark.parametrize("command", ["audit", "score"])
def test_ctrl_c(tmp_path: Path, archive: Path, command: str, after: float) -> None:
    given = lines(tmp_path / "in.jsonl")
    arguments = {
        "audit": ("audit", archive, "--output", tmp_path / "out"),
        "score": ("score", given, "-o", tmp_path / "o.jsonl", "--jobs", 2, "--scores-only"),
    }[command]
    process = start(*arguments, start_new_session=True)
    time.sleep(after)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: all processes of the job
    _, err = process.communicate(timeout=60)
    if process.returncode == -signal.SIGINT or b"site.py" in err or b"runpy" in err:
        return  # before riskcheck itself had begun
    assert process.returncode in (1, 2), err.decode()
    assert b"Traceback" not in err, err.decode()
    if process.returncode == 2:
        assert b"stopped" in err
        assert not (tmp_path / "o.jsonl").exists()


def test_a_clock_that_jumps_back(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    digests = [Post(text=f"post {number}").digest for number in range(3)]
    times = iter(["2031-01-01T00:00:00+00:00", "1970-01-01T00:00:00+00:00", "2024-01-01T00:00:00+00:00"])
    monkeypatch.setattr("riskcheck.store._now", lambda: next(times))
    with Store() as store:
        for digest in digests:
            store.decide(digest, "keep")
        assert [store.undo() for _ in digests] == digests[::-1]  # in the order of making, whatever the clock said
        run = {"archives": {}, "model": "1", "settings": {}, "counts": {}, "coverage": {}}
        store.record(Run(started="2031-01-01T00:00:00+00:00", finished="1970-01-01T00:00:00+00:00", **run), [b"a" * 32])
        store.record(Run(started="1970-01-01T00:00:00+00:00", finished="1970-01-01T00:00:00+00:00", **run), [b"b" * 32])
        assert len(store.runs()) == 2
        assert store.seen((b"a" * 32).hex())


def test_a_watch_goes_on_where_the_clock_jumps_back(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from tests.accounts.kit import Answer
    from tests.accounts.mastodon_server import MastodonServer, status

    monkeypatch.setattr("riskcheck.cli.options.assessor_of", lambda *_: FakeAssessor())
    server = MastodonServer([status(number, f"you idiot {number}") for number in range(30)])
    clock, slept, rounds = [time.time()], [0.0], []

    def sleep(seconds: float) -> None:
        slept[0] += seconds
        clock[0] -= 400 * 86400  # each round a year and more earlier
        rounds.append(seconds)
        if len(rounds) == 2:
            server.statuses.insert(0, status(90, "one more idiot"))
        if len(rounds) == 3:
            reset = dt.datetime.fromtimestamp(clock[0] + 900 * 86400, dt.UTC).isoformat()
            server.faults = [None, Answer(429, {}, {"X-RateLimit-Reset": reset})]
        if len(rounds) == 5:
            raise KeyboardInterrupt

    monkeypatch.setattr("riskcheck.cli.scan.sleep", sleep)
    monkeypatch.setattr("time.time", lambda: clock[0])
    with server.running():
        result = CliRunner().invoke(
            cli,
            ["scan", "mastodon", "@bob", "--server", server.url, "--watch", "1h", "--output", str(tmp_path / "out")],
        )
    assert isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code == 1
    assert len(rounds) == 5
    assert "allows no more requests before" in result.stderr  # told, and not waited for
    records = (tmp_path / "out" / "posts.jsonl").read_text().splitlines()
    assert sum("one more idiot" in line for line in records) == 1


def test_two_at_once_on_one_store(tmp_path: Path) -> None:
    code = (
        "import sys; from riskcheck.post import Post; from riskcheck.store import Store\n"
        "for n in range(40):\n"
        "    with Store() as store:\n"
        "        store.decide(Post(text=f'{sys.argv[1]} {n}').digest, 'keep')\n"
    )
    processes = [subprocess.Popen([sys.executable, "-c", code, str(n)], stderr=subprocess.PIPE) for n in range(4)]
    for process in processes:
        _, err = process.communicate(timeout=120)
        assert process.returncode == 0, err.decode()
    with Store() as store:
        assert len(store.decisions()) == 160
        with contextlib.closing(sqlite3.connect(store.path)) as db, db:
            assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        db.close()


def test_two_at_once_on_one_output(tmp_path: Path, archive: Path) -> None:
    source, parts = lines(tmp_path / "in.jsonl", 50), tmp_path / "parts"
    parts.mkdir()
    lines(parts / "a.jsonl", 50)
    settings = Settings()
    with alone(tmp_path / "parts") as first, alone(tmp_path / "parts") as second:
        assert (first, second) == (True, False)
    (tmp_path / "out").mkdir()
    with alone(tmp_path / "out"), pytest.raises(InputError, match="another run is filling it"):
        score_folder(parts, tmp_path / "out", settings, jobs=1)
    assert score_folder(parts, tmp_path / "out", settings, jobs=1).rows == 50
    from riskcheck.batch.spool import Spool

    with Spool(tmp_path / "o.jsonl", "jsonl"), pytest.raises(InputError, match="another run is writing it"):
        score_file(source, tmp_path / "o.jsonl", settings)
    held = Spill(tmp_path / "audit" / WORK_FILE)
    done = CliRunner().invoke(cli, ["audit", str(archive), "--output", str(tmp_path / "audit")])
    held.close(remove=True)
    assert done.exit_code == 2
    assert "another audit writes there" in done.stderr
    from riskcheck.accounts import Kept

    kept = Kept(tmp_path / "scan", "someone")
    with pytest.raises(AccountError, match="another scan writes there"):
        Kept(tmp_path / "scan", "someone")
    kept.close()
    Kept(tmp_path / "scan", "someone").close()


def test_what_killed_writers_left_is_removed_by_the_next_one(tmp_path: Path) -> None:
    target = tmp_path / "report.html"
    old, young, other = (
        tmp_path / name for name in (".report.html.abc.part", ".report.html.def.part", ".posts.csv.abc.part")
    )
    for path in (old, young, other):
        path.write_text("a post")
    os.utime(old, (1, 1))
    os.utime(other, (1, 1))
    with appearing(target) as stream:
        stream.write("whole")
        writing = {path.name for path in tmp_path.iterdir()} - {old.name, young.name, other.name}
        os.utime(tmp_path / next(iter(writing)), (1, 1))  # however long it takes, its lock is held
        with appearing(target) as second:
            second.write("as whole")
    assert target.read_text() == "whole"
    assert {path.name for path in tmp_path.iterdir()} == {"report.html", young.name, other.name}
    assert YOUNG >= 10


def test_a_run_that_was_killed_after_it_was_remembered_is_not_counted_twice(tmp_path: Path, archive: Path) -> None:
    from riskcheck.audit import audit
    from riskcheck.settings import Settings as Wanted

    class Killed(BaseException):
        pass

    class Store2(Store):
        def record(self, run: Run, digests: object) -> int:
            super().record(run, digests)  # type: ignore[arg-type]
            raise Killed

    new = Wanted(new=True)
    with (
        Store2() as store,
        pytest.raises(Killed),
        audit([archive], FakeAssessor(), new, store=store, output=tmp_path / "out") as result,
    ):
        first = result.counts.posts
    with Store() as store:
        with audit([archive], FakeAssessor(), new, store=store, output=tmp_path / "out", resume=True) as result:
            assert result.counts.posts == first > 0
        assert len(store.runs()) == 1
        with audit([archive], FakeAssessor(), new, store=store, output=tmp_path / "out") as result:
            assert result.counts.posts == 0


def test_an_audit_without_output_has_no_file_to_leave(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SQLITE_TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    spill = Spill(None)
    spill.begin({}, keep=False)
    spill.fill(Post(text=f"post {number} " * 200) for number in range(2000))
    assert list(tmp_path.iterdir()) == []
    assert len(spill.chunk(0)) > 100
    spill.close(remove=True)
    assert issubclass(InputError, RiskCheckError)
