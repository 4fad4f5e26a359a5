"""Kill riskcheck at random moments and look at what is left: ``python -m tests.trust.faults --kills 200``.

Each run is a fork of this process, which has loaded all modules and the model, so that the kill falls into the work
and not into the start. After every kill outputs are whole or absent and the store is sound; in the end the same command
is run to its end and must give the bytes of a run that was never killed, and nothing else may lie about.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import json
import os
import random
import shutil
import signal
import sqlite3
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

CHUNK = 64
RISKY = ("my boss is an idiot", "got so drunk last night lol", "what the fuck is wrong with this bus")
SAFE = ("lovely day at the park", "the 73 is late", "anyone got a good recipe for lentils?")


def texts(count: int) -> list[str]:
    """Return invented posts, no two alike."""
    return [f"{(RISKY if number % 3 == 0 else SAFE)[number % 3]}, number {number}" for number in range(count)]


class BrokenError(AssertionError):
    """A kill left something that must not be."""


def promise(kept: object, what: str) -> None:
    """Raise where a promise is broken."""
    if not kept:
        raise BrokenError(what)


def load() -> None:
    """Import everything and read the model once, for all forks."""
    import importlib
    import pkgutil

    import riskcheck.cli
    from riskcheck import artefact, audit
    from riskcheck.assess import Assessor
    from riskcheck.batch import run
    from riskcheck.report import reports, spill

    for module in pkgutil.iter_modules(riskcheck.cli.__path__):
        importlib.import_module(f"riskcheck.cli.{module.name}")
    for name in (
        "riskcheck.accounts.mastodon",
        "riskcheck.sources.x",
        "riskcheck.web.app",
        "mastodon",
        "rich.progress",
    ):
        importlib.import_module(name)
    with contextlib.suppress(ImportError):
        # Both look for C libraries, with the help of the compiler and its temporary files.
        importlib.import_module("magic")
    with contextlib.suppress(ImportError):
        importlib.import_module("keyring").get_keyring()
    artefact.read = functools.cache(artefact.read)  # type: ignore[assignment]
    list(Assessor.from_file().check_many([]))
    reports()
    audit.CHUNK = spill.CHUNK = CHUNK
    run.score_file.__kwdefaults__["chunk"] = CHUNK  # type: ignore[index]


@dataclass
class Place:
    """The folders of one case."""

    root: Path
    kills: int = 0
    runs: int = 0
    data: Path = field(init=False)
    tmp: Path = field(init=False)

    def __post_init__(self) -> None:
        self.data, self.tmp = self.root / "data", self.root / "tmp"
        self.tmp.mkdir(parents=True)

    def begin(self, arguments: list[str], given: bytes = b"") -> int:
        """Start riskcheck in a fork; return its process id."""
        source = self.root / "stdin"
        source.write_bytes(given)
        process = os.fork()
        if process:
            self.runs += 1
            return process
        code = 3
        try:
            os.setsid()
            os.environ |= {
                "RISKCHECK_DATA_DIR": str(self.data),
                "TMPDIR": str(self.tmp),
                "SQLITE_TMPDIR": str(self.tmp),
            }
            os.environ["RISKCHECK_PROFILE"] = str(self.root / "no-profile")
            tempfile.tempdir = None
            for number, path, flags in (
                (0, source, os.O_RDONLY),
                (1, self.root / "stdout", os.O_WRONLY),
                (2, self.root / "stderr", os.O_WRONLY),
            ):
                os.dup2(os.open(path, flags | os.O_CREAT | (os.O_TRUNC if number else 0), 0o600), number)
            sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w")  # noqa: SIM115
            from riskcheck.cli import cli

            signal.signal(signal.SIGINT, signal.default_int_handler)
            cli.main(arguments, prog_name="riskcheck")
        except SystemExit as left:
            code = left.code if isinstance(left.code, int) else 3
        except BaseException:
            traceback.print_exc()
        finally:
            # Nothing of the parent's own may run in the fork, least of all its clearing up.
            with contextlib.suppress(Exception):
                sys.stdout.flush()
                sys.stderr.flush()
            os._exit(code)

    def finish(self, arguments: list[str], given: bytes = b"") -> int:
        """Run riskcheck to its end; return its exit code."""
        code = os.waitstatus_to_exitcode(os.waitpid(self.begin(arguments, given), 0)[1])
        promise(code in (0, 1, 2), f"exit code {code}: {self.said()}")
        return code

    def killed(self, arguments: list[str], after: float, given: bytes = b"") -> bool:
        """Run riskcheck and kill it after so many seconds; return whether it was still running."""
        process = self.begin(arguments, given)
        time.sleep(after)
        os.kill(process, signal.SIGKILL)
        code = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
        promise(code in (0, 1, -signal.SIGKILL), f"exit code {code}: {self.said()}")
        self.kills += code == -signal.SIGKILL
        return code == -signal.SIGKILL

    def said(self) -> str:
        path = self.root / "stderr"
        return (
            path.read_text(errors="replace")[-2000:]
            if path.exists()
            else f"nothing; {list(self.root.parent.glob('*'))}"
        )

    def store_is_sound(self) -> int:
        """Check the store; return how many runs it holds."""
        path = self.data / "riskcheck.db"
        if not path.exists():
            return 0
        with contextlib.closing(sqlite3.connect(path)) as db, db:
            promise(db.execute("PRAGMA integrity_check").fetchall() == [("ok",)], "the store is damaged")
            if not db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                return 0
            runs = db.execute("SELECT id, counts, started, finished, archives FROM runs").fetchall()
            promise(
                all(json.loads(counts) and s and e and json.loads(a) is not None for _, counts, s, e, a in runs),
                "half a run",
            )
            loose = db.execute("SELECT count(*) FROM seen WHERE run NOT IN (SELECT id FROM runs)").fetchone()[0]
            promise(not loose, "posts of a run that is not there")
            wanted = sum(json.loads(counts)["posts"] for _, counts, *_ in runs[:1])
            got = db.execute("SELECT count(*) FROM seen").fetchone()[0]
            promise(got <= wanted and (got > 0) == bool(runs), f"{got} posts seen, {wanted} in the run")
        db.close()
        return len(runs)

    def age(self) -> None:
        """Make all that lies about old, as on the next day."""
        for path in (*self.root.rglob("*"), *self.tmp.rglob("*")):
            if path.is_file() and (path.name.startswith(".") or self.tmp in path.parents):
                os.utime(path, (1, 1))

    def nothing_temporary(self) -> None:
        """Check the folder for temporary files.

        SQLite takes the name from its own temporary files as soon as it has made them; a kill between the two, which
        is some microseconds, can leave an empty one.
        """
        left = [(path.name, path.stat().st_size) for path in self.tmp.iterdir()]
        promise(all(name.startswith("etilqs_") and not size for name, size in left), f"temporary: {left}")

    def nothing_left(self, folder: Path, wanted: set[str]) -> None:
        """Check that a folder holds what it should, and the folder for temporary files nothing."""
        found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
        promise(found == wanted, f"lying about: {sorted(found ^ wanted)}")
        self.nothing_temporary()
        promise(not list(self.data.rglob(".*")), "temporary files in the data folder")


def whole_or_absent(folder: Path, wanted: dict[str, bytes]) -> None:
    """Check that what stands under a name of an output is that output."""
    for name, content in wanted.items():
        path = folder / name
        promise(not path.exists() or path.read_bytes() == content, f"{name} is neither whole nor absent")


def contents(folder: Path) -> dict[str, bytes]:
    """Return all files of a folder."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


Case = Callable[[Place, random.Random], Iterator[None]]


def repeated(
    place: Place,
    dice: random.Random,
    command: list[str],
    again: list[str],
    check: Callable[[], None],
    over: Callable[[], bool] = lambda: False,
) -> Iterator[None]:
    """Kill a command again and again, each time at another moment, then let it end unless it was ``over``."""
    span = place.__dict__.setdefault("span", {}).get(command[0], 0.5)
    now = command
    for _ in range(dice.choice((1, 2, 3))):
        if not place.killed(now, dice.random() * span):
            return
        check()
        place.age()
        yield
        if over():
            return
        now = again
    place.finish(again)
    check()


class Files:
    """``score`` on a file and on a folder."""

    def __init__(self, root: Path) -> None:
        self.source, self.folder = root / "in.jsonl", root / "parts"
        lines = [json.dumps({"id": n, "text": text}) for n, text in enumerate(texts(600))]
        self.source.write_text("\n".join(lines) + "\n")
        self.folder.mkdir()
        for part in range(4):
            (self.folder / f"p{part}.jsonl").write_text("\n".join(lines[part::4]) + "\n")
        place = Place(root / "score")
        began = time.monotonic()
        for name in ("out.jsonl", "out.parquet"):
            place.finish(["score", str(self.source), "-o", str(place.root / name), "--jobs", "1"])
        self.span = (time.monotonic() - began) / 2
        self.wanted = {name: (place.root / name).read_bytes() for name in ("out.jsonl", "out.parquet")}
        place.finish(["score", str(self.folder), "-o", str(place.root / "out"), "--jobs", "1"])
        self.parts = {path.name: path.read_bytes() for path in (place.root / "out").glob("p*")}
        promise(len(self.parts) == 4 and all(self.wanted.values()), "no reference")

    def file(self, place: Place, dice: random.Random) -> Iterator[None]:
        name = dice.choice(sorted(self.wanted))
        out = place.root / "out"
        out.mkdir()
        place.__dict__["span"] = {"score": self.span}
        command = ["score", str(self.source), "-o", str(out / name), "--jobs", "1"]
        wanted = {name: self.wanted[name]}
        yield from repeated(place, dice, command, [*command, "--resume"], lambda: whole_or_absent(out, wanted))
        promise((out / name).read_bytes() == self.wanted[name], "resumed to other bytes")
        place.nothing_left(out, {name})

    def parts_of_a_folder(self, place: Place, dice: random.Random) -> Iterator[None]:
        out = place.root / "out"
        place.__dict__["span"] = {"score": self.span}
        command = ["score", str(self.folder), "-o", str(out), "--jobs", "1"]
        yield from repeated(place, dice, command, command, lambda: whole_or_absent(out, self.parts))
        promise({n: c for n, c in contents(out).items() if n in self.parts} == self.parts, "other bytes")
        place.nothing_left(out, {*self.parts, "_riskcheck.json", *(f"_done/{name}.json" for name in self.parts)})


class Archive:
    """``audit`` and ``review`` on an archive of X."""

    def __init__(self, root: Path) -> None:
        from tests.report.samples import x_archive

        self.path = x_archive(root / "x.zip", texts(400))
        place = Place(root / "audit")
        began = time.monotonic()
        self.command = ["audit", str(self.path), "--quiet", "--output"]
        place.finish([*self.command, str(place.root / "out")])
        self.span = time.monotonic() - began
        self.wanted = contents(place.root / "out")
        place.nothing_left(place.root / "out", set(self.wanted))
        self.short = x_archive(root / "y.zip", texts(90))
        self.answers = ["kfda"[number % 4] for number in range(90)]
        place = Place(root / "review")
        began = time.monotonic()
        place.finish(["review", str(self.short), "--quiet"], self.lines(0))
        self.review_span = time.monotonic() - began
        self.decided = self.decisions(place)
        promise(len(self.decided) > 15, f"only {len(self.decided)} decisions")

    def lines(self, first: int) -> bytes:
        return "".join(f"{key}\n" for key in self.answers[first:]).encode()

    @staticmethod
    def decisions(place: Place) -> list[tuple[bytes, str]]:
        path = place.data / "riskcheck.db"
        if not path.exists():
            return []
        with contextlib.closing(sqlite3.connect(path)) as db, db:
            if not db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                return []
            rows = db.execute(
                "SELECT h.digest, d.decision FROM history h JOIN decisions d USING (digest) ORDER BY h.id"
            )
            found = rows.fetchall()
        db.close()
        return found

    def audit(self, place: Place, dice: random.Random) -> Iterator[None]:
        out = place.root / "out"
        place.__dict__["span"] = {"audit": self.span}
        new = dice.choice(([], ["--new"]))
        command = [*self.command, str(out), *new]

        def check() -> None:
            whole_or_absent(out, {} if new else self.wanted)
            promise(place.store_is_sound() <= 1, "more than one run")

        def over() -> bool:
            return place.store_is_sound() == 1 and not (out / ".riskcheck-progress.db").exists()

        yield from repeated(place, dice, command, [*command, "--resume"], check, over)
        kept = contents(out)
        if new:
            kept.pop("coverage.json")
            promise(kept["posts.jsonl"] == self.wanted["posts.jsonl"], "resumed to other posts")
        else:
            promise(kept == self.wanted, "resumed to other bytes")
        promise(place.store_is_sound() == 1, "not one run")
        place.nothing_left(out, set(self.wanted))

    def audit_without_output(self, place: Place, dice: random.Random) -> Iterator[None]:
        place.__dict__["span"] = {"audit": self.span}
        command = ["audit", str(self.path), "--json", "--quiet"]
        yield from repeated(place, dice, command, command, lambda: None)
        lines = (place.root / "stdout").read_bytes().splitlines()
        promise(lines == self.wanted["posts.jsonl"].splitlines(), "other posts")
        place.nothing_left(place.tmp, set())

    def review(self, place: Place, dice: random.Random) -> Iterator[None]:
        command = ["review", str(self.short), "--quiet"]
        for _ in range(3):
            done = len(self.decisions(place))
            was_killed = place.killed(command, dice.random() * self.review_span, self.lines(done))
            place.store_is_sound()
            place.age()
            now = self.decisions(place)
            promise(now == self.decided[: len(now)], "decisions that were not made")
            promise(len(now) >= done, "a decision that was lost")
            if not was_killed:
                break
            yield
        place.finish(command, self.lines(len(self.decisions(place))))
        promise(self.decisions(place) == self.decided, "other decisions")
        place.nothing_left(place.tmp, set())


class Live:
    """``scan`` against a server of ours, in a process of its own."""

    def __init__(self, root: Path) -> None:
        reading, writing = os.pipe()
        self.server = os.fork()
        if not self.server:
            from tests.accounts.mastodon_server import MastodonServer, status

            made = MastodonServer([status(number, text) for number, text in enumerate(texts(200))])
            with made.running() as url:
                os.write(writing, url.encode())
                while os.getppid() != 1:
                    time.sleep(0.5)
            os._exit(0)
        os.close(writing)
        self.url = os.read(reading, 200).decode()
        place = Place(root / "scan")
        began = time.monotonic()
        place.finish(self.command(place))
        self.span = time.monotonic() - began
        self.posts = self.read(place)
        promise(len(self.posts) > 200, f"only {len(self.posts)} posts")

    def command(self, place: Place) -> list[str]:
        return ["scan", "mastodon", "@bob", "--server", self.url, "--quiet", "--output", str(place.root / "out")]

    @staticmethod
    def read(place: Place) -> dict[tuple[str, str], tuple[str, str]]:
        path = place.root / "out" / "posts.jsonl"
        if not path.exists():
            return {}
        records = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        found = {(one["post"]["kind"], one["id"]): (one["post"]["text"], one["band"]) for one in records}
        promise(len(found) == len(records), "a post twice")
        return found

    def scan(self, place: Place, dice: random.Random) -> Iterator[None]:
        place.__dict__["span"] = {"scan": self.span}

        def check() -> None:
            found = self.read(place)
            promise(found.items() <= self.posts.items(), "posts that are none")
            place.store_is_sound()
            state = place.data / "accounts.json"
            promise(not state.exists() or json.loads(state.read_text()), "half a state")

        command = self.command(place)
        yield from repeated(place, dice, command, command, check)
        promise(self.read(place) == self.posts, "a post was lost")
        names = {path.name for path in (place.root / "out").iterdir()}
        left = [name for name in names if name.endswith((".part", ".old", "progress.db"))]
        promise(not left, f"lying about: {left}")
        place.nothing_temporary()


class Page:
    """``serve``, killed while an export is sent to it or read."""

    def __init__(self, root: Path) -> None:
        self.content = "\n".join(texts(4000)).encode()

    def serve(self, place: Place, dice: random.Random) -> Iterator[None]:
        import httpx

        place.age()
        process = place.begin(["serve", "--no-browser", "--port", "0", "--quiet"])
        printed = place.root / "stdout"
        end = time.monotonic() + 60
        while not (printed.exists() and printed.read_text().endswith("\n")) and time.monotonic() < end:
            time.sleep(0.02)
        base, _, token = printed.read_text().strip().partition("/#token=")
        stop = time.monotonic() + 60
        moment = dice.randrange(10)

        def parts() -> Iterator[bytes]:
            size = len(self.content) // 10
            for number in range(10):
                if number == moment:
                    os.kill(process, signal.SIGKILL)
                yield self.content[number * size : (number + 1) * size]

        with httpx.Client(base_url=base, headers={"Authorization": f"Bearer {token}"}, timeout=30) as client:
            while time.monotonic() < stop:
                try:
                    number = client.post("/api/audit", json={}).json()["id"]
                    break
                except httpx.TransportError:
                    time.sleep(0.05)
            try:
                if dice.random() < 0.7:
                    client.put(f"/api/audit/{number}/file", params={"name": "posts.txt"}, content=parts())
                else:
                    client.put(f"/api/audit/{number}/file", params={"name": "posts.txt"}, content=self.content)
                    client.post(f"/api/audit/{number}/start")
                    time.sleep(dice.random())
                    os.kill(process, signal.SIGKILL)
            except httpx.TransportError:
                pass
        code = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
        promise(code == -signal.SIGKILL, f"exit code {code}: {place.said()}")
        place.kills += 1
        promise(place.store_is_sound() == 0, "half a run")
        left = [path.name for path in place.tmp.iterdir()]
        promise(len(left) <= 1, f"what one start left: {left}")
        yield
        # The audit's own process ends with the page; then the next start clears up.
        time.sleep(0.2)
        place.age()
        from riskcheck.web import folders

        before, tempfile.tempdir = tempfile.tempdir, str(place.tmp)
        try:
            end = time.monotonic() + 20
            while list(place.tmp.iterdir()) and time.monotonic() < end:
                place.age()
                folders.clear()
                time.sleep(0.05)
        finally:
            tempfile.tempdir = before
        promise(not list(place.tmp.iterdir()), "what a start left is not removed")


def campaign(kills: int, seed: int, only: str = "") -> Counter[str]:
    """Kill so many times, taking turns; return how often each was killed."""
    dice, done = random.Random(seed), Counter[str]()
    root = Path(tempfile.mkdtemp(prefix="faults-"))
    try:
        load()
        files, archive, live, page = Files(root), Archive(root), Live(root), Page(root)
        cases: dict[str, Case] = {
            "score, file": files.file,
            "score, folder": files.parts_of_a_folder,
            "audit": archive.audit,
            "audit, no output": archive.audit_without_output,
            "review": archive.review,
            "scan": live.scan,
            "serve": page.serve,
        }
        cases = {name: case for name, case in cases.items() if only in name}
        number = 0
        while sum(done.values()) < kills:
            name = sorted(cases)[number % len(cases)]
            number += 1
            place = Place(root / str(number))
            try:
                for _ in cases[name](place, dice):
                    pass
            except BrokenError as error:
                raise BrokenError(f"{name}, case {number} of seed {seed}: {error}") from error
            done[name] += place.kills
            print(json.dumps(done), file=sys.stderr, flush=True)
            shutil.rmtree(place.root)
    finally:
        if "live" in locals():
            os.kill(live.server, signal.SIGKILL)
            os.waitpid(live.server, 0)
        shutil.rmtree(root, ignore_errors=True)
    return done


def main() -> None:
    """Run a campaign and print how often each command was killed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", default="", help="Only commands whose name holds this.")
    given = parser.parse_args()
    for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[variable] = "1"
    began = time.monotonic()
    done = campaign(given.kills, given.seed, given.only)
    print(json.dumps({"kills": sum(done.values()), "seconds": round(time.monotonic() - began), **done}))


if __name__ == "__main__":
    main()
