"""What leaves a command, as the system sees it: the text of a post is only in what was asked for."""

from __future__ import annotations

import base64
import gzip
import json
import os
import re
import signal
import subprocess
import sys
import time
import zipfile
import zlib
from pathlib import Path

import pytest

from tests.report.samples import x_archive
from tests.trust import tracing

SECRET = "Quillfe\u00e4therstone"
DRAFT = f"my boss {SECRET} is a total idiot and i hate this job"
DEVICES = re.compile(r"/dev/(?:null|tty|pts/\d+|urandom)|(?:pipe|socket|anon_inode|TCP|UNIX|NETLINK).*")
# Asked by the C library for names of users, where such a service runs; it is on this machine.
LOCAL = re.compile(r"\w+ AF_UNIX (?:/var/run/nscd/socket|/run/systemd/.*|)|bind AF_NETLINK .*|\w+ AF_UNSPEC .*")
LOOPBACK = re.compile(r"\w+ (?:AF_INET 127\.0\.0\.1|AF_INET6 ::1)")

pytestmark = pytest.mark.skipif(bool(tracing.missing()), reason=tracing.missing() or "traced")


class Room:
    """A home, a place for temporary files, the memory, and the outputs that were asked for."""

    def __init__(self, root: Path) -> None:
        self.home, self.tmp, self.data, self.out, self.log = (
            root / name for name in ("home", "tmp", "data", "out", "log")
        )
        for folder in (self.home, self.tmp, self.out):
            folder.mkdir()
        self.given = root / "given"
        self.given.mkdir()
        threads = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"), "1")
        self.environment = {
            **os.environ,
            **threads,
            "HOME": str(self.home),
            "TMPDIR": str(self.tmp),
            "RISKCHECK_DATA_DIR": str(self.data),
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        self.environment.pop("RISKCHECK_PROFILE")

    def start(self, *arguments: object, given: str = "") -> subprocess.Popen[bytes]:
        wanted = [sys.executable, "-m", "riskcheck", *map(str, arguments)]
        (self.given / "stdin").write_text(given, encoding="utf-8")
        with (self.out / "stdout").open("wb") as out, (self.given / "stdin").open("rb") as source:
            return subprocess.Popen(
                tracing.command(self.log, wanted),
                stdin=source,
                stdout=out,
                stderr=subprocess.PIPE,
                cwd=self.home,
                env=self.environment,
            )

    def run(self, *arguments: object, given: str = "") -> tracing.Trace:
        process = self.start(*arguments, given=given)
        _, said = process.communicate(timeout=120)
        assert process.returncode in (0, 1), said.decode()
        assert not tracing.holds(said, SECRET)
        return tracing.read(self.log)

    def check(self, trace: tracing.Trace) -> None:
        """See that all went to its place, and that nothing of the text is anywhere else."""
        assert trace.calls > 5
        places = tuple(f"{folder}/" for folder in (self.out, self.data, self.tmp))
        for path in trace.opened | set(trace.written) | {name for name in trace.named if name.startswith("/")}:
            known = path.startswith(places) or path in {place[:-1] for place in places}
            assert known or DEVICES.fullmatch(path) or _semaphore(path), f"written outside: {path}"
        for path, content in trace.written.items():
            if not path.startswith((f"{self.out}/", f"{self.tmp}/", "TCP", "socket", "pipe:")):
                assert not tracing.holds(bytes(content), SECRET), f"text of the post in {path}"
        assert not [one for one in trace.addresses if not (LOCAL.fullmatch(one) or LOOPBACK.fullmatch(one))]
        assert list(self.tmp.iterdir()) == [], "temporary files are left"
        assert list(self.home.iterdir()) == []
        for path in self.data.rglob("*"):
            assert path.is_dir() or not tracing.holds(path.read_bytes(), SECRET), path
        for name in trace.named | trace.opened:
            assert not tracing.holds(os.fsencode(name), SECRET), "text of the post in a name"


def _semaphore(path: str) -> bool:
    """Tell whether it is a lock between processes, which holds no data."""
    return re.fullmatch(r"/dev/shm/(?:sem\.)?[\w-]+(?: \(deleted\))?", path) is not None


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return Room(tmp_path)


def test_check(room: Room) -> None:
    trace = room.run("check", "--explain", "-", given=DRAFT)
    assert SECRET in (room.out / "stdout").read_text(encoding="utf-8")
    room.check(trace)
    assert not trace.addresses
    assert not room.data.exists()
    room.check(room.run("check", "--json", "-", given=DRAFT))


@pytest.mark.parametrize("jobs", [1, 2])
def test_score(room: Room, jobs: int) -> None:
    source = room.given / "in.jsonl"
    count = 5000 if jobs > 1 else 50
    source.write_text(
        "".join(json.dumps({"text": f"{DRAFT if n % 50 == 0 else 'fine'} {n}"}) + "\n" for n in range(count))
    )
    room.check(room.run("score", source, "-o", room.out / "out.jsonl", "--jobs", jobs, "--scores-only"))
    assert len((room.out / "out.jsonl").read_text().splitlines()) == count
    assert {path.name for path in room.out.iterdir()} == {"stdout", "out.jsonl"}


@pytest.mark.parametrize("output", [True, False])
def test_audit(room: Room, output: bool) -> None:
    archive = x_archive(room.given / "x.zip", [DRAFT, "lovely day", *(f"{DRAFT} {n}" for n in range(600))])
    folder = ("--output", room.out / "report") if output else ()
    trace = room.run("audit", archive, *folder)
    room.check(trace)
    assert not trace.addresses
    assert (room.data / "riskcheck.db").exists()
    if output:
        assert SECRET in (room.out / "report" / "report.html").read_text(encoding="utf-8")
        assert not [path for path in (room.out / "report").iterdir() if path.name.startswith(".")]


def test_serve(room: Room) -> None:
    httpx = pytest.importorskip("httpx")
    pytest.importorskip("fastapi")
    archive = x_archive(room.given / "x.zip", [f"{DRAFT} {n}" for n in range(40)])
    process = room.start("serve", "--no-browser", "--port", "0", "--quiet")
    end = time.monotonic() + 60
    while not (room.out / "stdout").read_text().endswith("\n") and time.monotonic() < end:
        time.sleep(0.05)
    base, _, token = (room.out / "stdout").read_text().strip().partition("/#token=")
    with httpx.Client(base_url=base, headers={"Authorization": f"Bearer {token}"}, timeout=60) as client:
        while time.monotonic() < end:
            try:
                assert client.get("/api/status").status_code == 200
                break
            except httpx.ConnectError:
                time.sleep(0.05)
        assert client.post("/api/check", json={"text": DRAFT}).json()["band"] != "none"
        client.post("/api/rewrite", json={"text": DRAFT})
        number = client.post("/api/audit", json={}).json()["id"]
        client.put(f"/api/audit/{number}/file", params={"name": "x.zip"}, content=archive.read_bytes())
        client.post(f"/api/audit/{number}/start")
        while client.get(f"/api/audit/{number}").json()["state"] in ("queued", "running") and time.monotonic() < end:
            time.sleep(0.1)
        assert SECRET in client.get(f"/api/audit/{number}/posts").text
        assert client.get(f"/api/audit/{number}/reports/report.html").status_code == 200
        digest = client.get(f"/api/audit/{number}/posts").json()["posts"][0]["post"]["digest"]
        client.post("/api/decisions", json={"digest": digest, "decision": "fix"})
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    os.kill(int(children[0]), signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 0, said.decode()
    assert said == b""
    trace = tracing.read(room.log)
    room.check(trace)
    assert {one.split()[0] for one in trace.addresses if LOOPBACK.fullmatch(one)} == {"bind"}  # it calls nobody


def test_the_proof_can_fail() -> None:
    inside = zlib.compress(f"a {DRAFT} b".encode())
    packed = gzip.compress(DRAFT.encode())
    for content in (
        DRAFT.encode(),
        json.dumps(DRAFT).encode(),
        DRAFT.encode("utf-16-le"),
        base64.b64encode(b"x" + DRAFT.encode()),
        b"0123" + inside + b"end",
        packed,
        DRAFT.lower().encode(),
        DRAFT.encode().hex().encode(),
    ):
        assert tracing.holds(content, SECRET)
    assert not tracing.holds(b"my boss is an idiot" * 99, SECRET)


@pytest.mark.parametrize("place", ["home", "tmp", "socket", "zip"])
def test_the_trace_sees_what_should_not_be(room: Room, place: str) -> None:
    code = {
        "home": f"open({str(room.home / 'left')!r}, 'w').write({DRAFT!r})",
        "tmp": f"open({str(room.tmp / 'left')!r}, 'w').write('x')",
        "socket": "import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.connect(('192.0.2.1', 9))",
        "zip": f"import zipfile; zipfile.ZipFile({str(room.data)!r}, 'w', 8).writestr('a', {DRAFT!r} * 50)",
    }[place]
    subprocess.run(tracing.command(room.log, [sys.executable, "-c", code]), check=False, env=room.environment)
    if place == "zip":
        assert zipfile.is_zipfile(room.data)
    with pytest.raises(AssertionError):
        room.check(tracing.read(room.log))
