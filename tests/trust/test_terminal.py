"""Hostile posts, names, handles and settings through every command: nothing reaches the terminal that acts."""

from __future__ import annotations

import csv
import io
import json
import re
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import riskcheck.cli
from riskcheck.cli import cli
from riskcheck.profile import Profile, dump, load, write
from tests.accounts.mastodon_server import MastodonServer, status
from tests.report.samples import FakeAssessor
from tests.trust.hostile import HOSTILE, NAMES, acting, file_name

OWN = re.compile(r"\x1b\[(?:[0-9;]*)m")
TEXTS = [text.replace("my boss", "my idiot boss") for text in HOSTILE.values()]
EVIL = file_name(HOSTILE["csi"][:30] + HOSTILE["bidi overrides"] + "\n" + HOSTILE["c1"])


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("riskcheck.cli.options.assessor_of", lambda *_: FakeAssessor())


@pytest.fixture(params=["plain", "colour"])
def colour(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    on = request.param == "colour"
    if on:
        monkeypatch.delenv("NO_COLOR")
        monkeypatch.setenv("FORCE_COLOR", "1")
        monkeypatch.setenv("TERM", "xterm-256color")
    return on


def call(*arguments: object, given: str = "", colour: bool = False) -> Result:
    """Run a command; whatever it says may not act, but for riskcheck's own colours."""
    result = CliRunner().invoke(cli, [str(part) for part in arguments], input=given, color=colour)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    for said in (result.stdout, result.stderr):
        assert "\x1b[28m" not in said
        assert not acting(OWN.sub("", said), "\n\t"), said[:2000]
    return result


def x_archive(folder: Path) -> Path:
    """Write an archive of X whose posts, ids, links and members are hostile, under a hostile name."""
    entries = [
        {
            "tweet": {
                "id_str": name,
                "full_text": text,
                "created_at": "Mon Jan 01 12:00:00 +0000 2024",
                "lang": name[:20],
                "entities": {"urls": [{"url": "https://t.co/a", "expanded_url": name}]},
            }
        }
        for text, name in zip(TEXTS, [*NAMES, *NAMES], strict=False)
    ]
    path = folder / f"{EVIL}.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("data/tweets.js", "window.YTD.tweets.part0 = " + json.dumps(entries))
        for number, name in enumerate(NAMES):
            archive.writestr(f"data/{number}{file_name(name)}.js".encode("utf-8", "replace").decode(), "x")
        archive.writestr("../" + EVIL.encode("utf-8", "replace").decode(), "x")
        archive.writestr("data/deleted-tweets.js", "window.YTD.deleted_tweets.part0 = [" + "]" * 3)
    return path


def table(folder: Path) -> Path:
    path = folder / f"=1+{HOSTILE['bidi overrides']}{HOSTILE['markdown html'].replace('/', '')}.csv"
    with path.open("w", encoding="utf-8", newline="", errors="replace") as stream:
        rows = csv.writer(stream)
        rows.writerow(["id", "text", "url", "created_at", "language"])
        rows.writerows([name, text, name, "2024-01-01", name[:9]] for text, name in zip(TEXTS, NAMES, strict=False))
    return path


@pytest.mark.usefixtures("stub")
@pytest.mark.parametrize("make", [x_archive, table])
def test_audit_and_review(tmp_path: Path, make: object, colour: bool) -> None:
    path = make(tmp_path)  # type: ignore[operator]
    out = tmp_path / EVIL
    assert call("audit", path, "--output", out, "--quiet", colour=colour).exit_code == 1
    assert len(call("audit", path, "--json", "--quiet", colour=colour).stdout.splitlines()) > 20
    call("review", path, "--quiet", given="k\nf\nd\na\ns\nu\nx\x1b[28m\nq\n", colour=colour)
    for written in out.rglob("*"):
        if written.is_file():
            assert not acting(written.read_text(encoding="utf-8"), "\r\n\t"), written.name


def test_check(tmp_path: Path, colour: bool) -> None:
    path = tmp_path / EVIL
    path.write_text(HOSTILE["csi"] + " idiot", encoding="utf-8")
    drafts = [text for text in HOSTILE.values() if not re.search("[\ud800-\udfff]|^-|^=-", text) and len(text) < 5000]
    said = call("check", "--file", path, "--employer", EVIL, "--explain", "--", *drafts, colour=colour)
    assert said.stdout.count("●") == len(drafts) + 1
    lines = call("check", "--json", "--", *drafts, colour=colour).stdout.splitlines()
    assert [json.loads(line)["schema_version"] for line in lines] == [1] * len(drafts)


def test_score(tmp_path: Path) -> None:
    source = tmp_path / f"{EVIL}.jsonl"
    rows = [{"id": name, "text": text} for name, text in zip([*NAMES, *NAMES], TEXTS, strict=False)]
    source.write_text("".join(json.dumps(row) + "\n" for row in rows) + "\x1b[28m\n", encoding="utf-8")
    for ending in ("jsonl", "csv", "tsv"):
        target = tmp_path / f"{EVIL}out.{ending}"
        assert call("score", source, "-o", target, "--jobs", 1).exit_code in (0, 1)
        text = target.read_bytes().decode()
        assert not acting(text, "\n\t"), ending
        if ending == "jsonl":
            found = [json.loads(line) for line in text.splitlines()]
            pairs = zip((row["id"] for row in rows), (one["id"] for one in found), strict=False)
            assert all(given == kept or re.search("[\ud800-\udfff]", given) for given, kept in pairs)
            continue
        for delimiter in ",;\t":
            cells = [cell for row in csv.reader(io.StringIO(text), delimiter=delimiter) for cell in row]
            cut = [cell.strip('"').lstrip() for cell in cells]
            assert not [cell for cell in cut if cell.startswith(tuple("=+@|%\uff1d\uff0b\uff0d\uff20"))]
            assert not [cell for cell in cut if cell.startswith("-") and not re.fullmatch(r"-?\d+", cell)]
    call("score", source)


def test_numbers_stay_ids_that_can_be_joined(tmp_path: Path) -> None:
    source, target = tmp_path / "in.jsonl", tmp_path / "out.csv"
    source.write_text('{"id": -5, "text": "a"}\n{"id": "-5+1", "text": "a"}\n', encoding="utf-8")
    call("score", source, "-o", target, "--jobs", 1)
    with target.open(encoding="utf-8", newline="") as stream:
        assert [row["id"] for row in csv.DictReader(stream)] == ["-5", "'-5+1"]


@pytest.mark.usefixtures("stub")
def test_scan(tmp_path: Path, colour: bool) -> None:
    class Evil(MastodonServer):
        def answer(self, request: object) -> object:  # type: ignore[override]
            found = super().answer(request)  # type: ignore[arg-type]
            if request.path.endswith("lookup") and found.status == 200:  # type: ignore[attr-defined]
                for key in ("acct", "username", "display_name", "note", "url", "uri"):
                    found.body[key] = HOSTILE["csi"] + HOSTILE["c1"] + HOSTILE["bidi overrides"]
            return found

    pairs = zip(TEXTS, [*NAMES, *NAMES], strict=False)
    server = Evil([status(n, text, url=name, language=name[:9]) for n, (text, name) in enumerate(pairs)])
    with server.running():
        asked = ("scan", "mastodon", "@bob", "--server", server.url)
        assert call(*asked, "--output", tmp_path / EVIL, colour=colour).exit_code in (1, 2)
        assert call(*asked, "--json", "--all", colour=colour).exit_code in (1, 2)
        assert call("scan", "mastodon", EVIL, "--server", server.url, colour=colour).exit_code == 2
        assert call("scan", EVIL, EVIL, colour=colour).exit_code == 2
    for written in (tmp_path / EVIL).glob("*.*"):
        assert not acting(written.read_text(encoding="utf-8"), "\r\n\t"), written.name


def test_profile(tmp_path: Path) -> None:
    path = tmp_path / EVIL
    names = tuple(name.strip()[:200].strip() for name in NAMES if not re.search("[\ud800-\udfff]", name))
    profile = Profile(keywords=names, present=names, allow=names)
    write(path, profile)
    assert load(path) == profile
    assert tomllib.loads(dump(profile))["keywords"] == list(names)
    assert not acting(path.read_text(encoding="utf-8"), "\n\t")
    said = call("profile", "--profile", path).stdout
    assert tomllib.loads(said)["present"] == list(names)  # the name of the file stays in its comment
    assert json.loads(call("profile", "--json", "--profile", path).stdout)["allow"] == list(names)
    call("check", "--profile", path, "my boss is an idiot")
    call("init", "--profile", tmp_path / f"{EVIL}2", "--present", EVIL)


def test_decisions(tmp_path: Path) -> None:
    entries = [
        {"digest": f"{n:064x}", "decision": "keep", "time": name}
        for n, name in enumerate([*NAMES, "2024-01-01T10:00:00Z"])
    ]
    path = tmp_path / EVIL
    path.write_text(json.dumps({"riskcheck_decisions": 1, "decisions": entries}), encoding="utf-8")
    call("decisions", "import", path)
    listed = call("decisions", "list").stdout.splitlines()
    assert len(listed) == len(entries)
    assert all(re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d  [0-9a-f]{12}  keep", line) for line in listed)
    call("decisions", "export", tmp_path / f"{EVIL}2")
    for wrong in (EVIL, "\x1b[28m" * 9, "0" * 64 + "\x9b"):
        call("decisions", "forget", wrong)
        path.write_text(
            json.dumps({"riskcheck_decisions": 1, "decisions": [{"digest": wrong, "decision": "keep"}]}),
            encoding="utf-8",
        )
        assert call("decisions", "import", path).exit_code == 2


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "--file", EVIL),
        ("check", "--profile", EVIL, "x"),
        ("check", "--model", EVIL, "x"),
        ("audit", EVIL),
        ("audit", EVIL, "--since", EVIL),
        ("audit", EVIL, "--last", EVIL),
        ("audit", EVIL, "--kind", EVIL),
        ("review", EVIL),
        ("score", EVIL),
        ("score", f"{EVIL}.csv"),
        ("score", "-", "-o", EVIL),
        ("score", "-", "-o", f"{EVIL}/{EVIL}.csv"),
        ("scan", EVIL, "x"),
        ("scan", "mastodon", EVIL, "--server", EVIL),
        ("scan", "bluesky", EVIL, "--server", EVIL),
        ("decisions", "import", EVIL),
        ("decisions", "forget", EVIL),
        ("decisions", "export", f"{EVIL}/{EVIL}"),
        ("init", "--linkedin", EVIL),
        ("init", "--stage", EVIL),
        ("profile", "--profile", EVIL),
        ("model", "--model", EVIL),
        ("evaluate", "--model", EVIL),
        ("corpus", "validate", EVIL),
        ("serve", "--profile", EVIL),
        ("serve", "--port", EVIL),
        (f"--{EVIL}",),
        (EVIL,),
        ("check", f"--{EVIL}"),
        ("profile", EVIL),
        ("sources", EVIL),
        ("accounts", EVIL),
    ],
    ids=lambda arguments: " ".join(str(part) if len(str(part)) < 20 else "…" for part in arguments),
)
def test_errors_that_name_files_and_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    result = call(*arguments)
    assert result.exit_code == 2, result.output
    ours = [line for line in result.stderr.splitlines() if line.startswith("riskcheck:")]
    assert len(ours) <= 1
    assert ours == [] or result.stderr.count("\n") == 1


def test_a_fault_of_ours_is_told_harmlessly(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(**_: object) -> None:
        raise ValueError(f"{HOSTILE['csi']}{HOSTILE['c1']}{HOSTILE['bidi overrides']}\udcff")

    monkeypatch.setattr(riskcheck.cli, "cli", broken)
    monkeypatch.setattr("signal.signal", lambda *_: None)
    with pytest.raises(SystemExit) as stopped:
        riskcheck.cli.run()
    said = capsys.readouterr().err
    assert stopped.value.code == 3
    assert "please report it" in said
    assert not acting(said, "\n")


def test_a_terminal_that_cannot_show_names_does_not_stop_an_audit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stub: None
) -> None:
    import subprocess

    odd = tmp_path / "a\udcff.csv"
    odd.write_text("text\nmy boss is an idiot\n", encoding="utf-8")
    for encoding in ("utf-8", "ascii"):
        done = subprocess.run(
            [sys.executable, "-m", "riskcheck", "audit", odd, "--output", tmp_path / "out\udcfe"],
            env={**__import__("os").environ, "PYTHONIOENCODING": encoding},
            capture_output=True,
            timeout=60,
        )
        assert done.returncode == 1, done.stderr.decode()
        assert done.stderr == b""
