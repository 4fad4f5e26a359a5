"""The interface: output contract, profile, decisions, audits, reports."""

from __future__ import annotations

import json
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from riskcheck.post import Post
from riskcheck.profile import load
from riskcheck.store import Store
from tests.report.samples import HOSTILE
from tests.web.conftest import CRUDE, RISKY, SAFE, TEXTS, Site

DIGEST = Post(text=RISKY, platform="x").digest


def test_check_is_what_the_command_line_prints(site: Site) -> None:
    from click.testing import CliRunner

    from riskcheck.cli import cli

    printed = CliRunner().invoke(cli, ["check", "--json", RISKY, "--profile", str(site.profile)])
    answer = site.client.post("/api/check", json={"text": RISKY})
    assert answer.json() == json.loads(printed.stdout)


@pytest.mark.parametrize("text", ["", " ", "\x00", "\u202eevil", HOSTILE, "\U0001f600" * 400, "a" * 100_000])
def test_any_text_is_answered(site: Site, text: str) -> None:
    answer = site.client.post("/api/check", json={"text": text})
    assert answer.status_code == 200
    for found in answer.json()["findings"]:
        for span in found["spans"]:
            assert text[span["start"] : span["end"]] == span["text"]


def test_a_lone_surrogate_is_refused_in_words(site: Site) -> None:
    answer = site.client.post(
        "/api/check", content=b'{"text": "\\ud800"}', headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 422
    assert "text" in answer.json()["error"]


def test_score_gives_as_many_rows_as_it_gets(site: Site) -> None:
    posts = [{"text": text, "id": str(n)} for n, text in enumerate((*TEXTS, "", "hola a todos, odio mi trabajo"))]
    rows = site.client.post("/api/score", json={"posts": posts}).json()["results"]
    assert [row["id"] for row in rows] == [post["id"] for post in posts]


def test_a_suggestion_is_scored_and_milder(site: Site) -> None:
    found = site.client.post("/api/rewrite", json={"text": CRUDE}).json()["suggestion"]
    assert found["text"] == "what on earth is wrong with this bus"
    again = site.client.post("/api/check", json={"text": found["text"]}).json()
    assert again["band"] == found["band"] == "none"
    assert site.client.post("/api/rewrite", json={"text": SAFE}).json() == {"suggestion": None}


def test_the_profile_is_the_file_of_the_command_line(site: Site) -> None:
    given = {"stage": "employed", "keywords": ["canal"], "off": ["crude_language"], "hoped_for": ["Brightwell"]}
    answer = site.client.put("/api/profile", json=given)
    assert answer.status_code == 200
    assert load(site.profile).keywords == ("canal",)
    assert answer.json()["profile"]["stage"] == "employed"
    found = site.client.post("/api/check", json={"text": SAFE}).json()
    assert found["findings"][0]["category"] == "keyword"
    site.profile.write_text('keywords = ["walk"]\n', encoding="utf-8")
    assert site.client.post("/api/check", json={"text": SAFE}).json()["findings"][0]["spans"][0]["text"] == "walk"


def test_a_broken_profile_is_told_and_does_not_stop_the_page(site: Site) -> None:
    site.profile.write_text("stage = 'nowhere'\n", encoding="utf-8")
    answer = site.client.post("/api/check", json={"text": SAFE})
    assert answer.status_code == 409
    assert "stage is 'nowhere'" in answer.json()["error"]
    assert site.client.put("/api/profile", json={}).status_code == 200
    assert site.client.post("/api/check", json={"text": SAFE}).status_code == 200


@pytest.mark.parametrize(
    "given",
    [{"stage": "x"}, {"off": ["poetry"]}, {"keywords": [" "]}, {"keywords": "canal"}, {"colour": "red"}, []],
)
def test_a_wrong_profile_changes_nothing(site: Site, given: object) -> None:
    assert site.client.put("/api/profile", json=given).status_code == 422
    assert site.profile.read_text(encoding="utf-8") == ""


def test_decisions_are_those_of_the_command_line(site: Site) -> None:
    assert site.client.post("/api/decisions", json={"digest": DIGEST, "decision": "keep"}).status_code == 200
    site.client.post("/api/decisions", json={"digest": DIGEST, "decision": "delete"})
    with Store() as store:
        assert store.decisions() == {DIGEST: "delete"}
    assert site.client.post("/api/undo").json() == {"digest": DIGEST, "decision": "keep"}
    assert site.client.get("/api/decisions").json()["decisions"][0]["decision"] == "keep"
    assert site.client.delete(f"/api/decisions/{DIGEST}").status_code == 204
    assert site.client.delete(f"/api/decisions/{DIGEST}").status_code == 404
    assert site.client.post("/api/undo").json() == {"digest": None, "decision": None}
    assert site.client.post("/api/decisions", json={"digest": "x", "decision": "keep"}).status_code == 422


def test_an_audit_reads_assesses_and_removes_what_was_sent(site: Site, archive: Path) -> None:
    done = site.audit(("x.zip", archive.read_bytes()))
    assert done["state"] == "done", done
    summary = done["summary"]
    assert summary["posts"] == len(TEXTS)
    assert summary["to_do"] >= 3
    assert summary["statement"][0].startswith("Read x.zip as an export of X (Twitter)")
    assert list(summary["by_month"]) == ["2024-01"]
    folders = [audit.folder for audit in _audits(site)]
    assert [path.name for folder in folders for path in folder.rglob("*") if "upload" in path.parts] == []
    assert {oct(folder.stat().st_mode & 0o777) for folder in folders} == {"0o700"}
    assert len(site.client.get("/api/runs").json()["runs"]) == 1


def _audits(site: Site) -> list:
    return list(site.server.config.app._app.state.audits)


def test_posts_are_filtered_searched_sorted_and_paged(site: Site, archive: Path) -> None:
    number = site.audit(("x.zip", archive.read_bytes()))["id"]

    def posts(**query: object) -> list[str]:
        answer = site.client.get(f"/api/audit/{number}/posts", params=query)
        assert answer.status_code == 200, answer.text
        return [post["post"]["text"] for post in answer.json()["posts"]]

    everything = posts()
    assert SAFE not in everything
    assert posts(words="BUS fuck") == [CRUDE]
    assert posts(category="crude_language", words="bus") == [CRUDE]
    assert posts(period="2024-01") == posts(period="2024") == everything
    assert posts(period="2023") == posts(platform="reddit") == posts(kind="reply") == []
    assert posts(sort="old") == list(reversed(posts(sort="new")))
    assert [posts(limit=1, offset=at)[0] for at in range(len(everything))] == everything
    site.client.post("/api/decisions", json={"digest": DIGEST, "decision": "false_alarm"})
    assert RISKY not in posts(decision="open")
    assert posts(decision="false_alarm") == [RISKY]
    assert site.client.get(f"/api/audit/{number}").json()["summary"]["settled"] == 1
    assert site.client.get(f"/api/audit/{number}/posts", params={"period": "x"}).status_code == 422


def test_reports_hold_the_decisions_of_now(site: Site, archive: Path) -> None:
    number = site.audit(("x.zip", archive.read_bytes()))["id"]
    path = f"/api/audit/{number}/reports"
    assert site.client.get(f"{path}/cleanup-x-ids.txt").status_code == 404
    site.client.post("/api/decisions", json={"digest": DIGEST, "decision": "delete"})
    assert site.client.get(f"{path}/cleanup-x-ids.txt").text == "1000000000000000001\n"
    assert site.client.get(f"{path}/cleanup-x-ids.txt?cleanup=all").text.count("\n") > 1
    for name in ("report.html", "report.md", "posts.csv", "posts.jsonl", "cleanup.csv", "coverage.json"):
        answer = site.client.get(f"{path}/{name}")
        assert answer.status_code == 200
        assert f'filename="{name}"' in answer.headers["content-disposition"]
    rows = [json.loads(line) for line in site.client.get(f"{path}/posts.jsonl").text.splitlines()]
    assert [row["post"]["text"] for row in rows] == list(TEXTS)
    assert rows[0]["decision"] == "delete"
    assert site.client.get(f"{path}/passwd").status_code == 422


def test_a_folder_is_read_as_one_export(site: Site, archive: Path) -> None:
    with zipfile.ZipFile(archive) as packed:
        files = [(f"my export/{name}", packed.read(name)) for name in packed.namelist()]
    done = site.audit(*files)
    assert done["names"] == ["my export"]
    assert done["summary"]["posts"] == len(TEXTS)


def test_what_cannot_be_read_is_told(site: Site) -> None:
    broken = BytesIO()
    with zipfile.ZipFile(broken, "w") as packed:
        packed.writestr("holiday.bin", b"\x00\x01")
    done = site.audit(("x.zip", broken.getvalue()))
    assert done["state"] == "failed"
    assert "no reader understands this archive" in done["error"]
    assert site.client.get(f"/api/audit/{done['id']}/posts").status_code == 409


def test_limits_of_uploads(site: Site) -> None:
    number = site.client.post("/api/audit", json={}).json()["id"]
    path = f"/api/audit/{number}/file"
    assert site.client.post(f"/api/audit/{number}/start").status_code == 409
    assert site.client.put(path, params={"name": "../x"}, content=b"x").status_code == 409
    assert site.client.put(path, params={"name": "big.zip"}, content=b"x" * (9 << 20)).status_code == 413
    assert site.client.put(path, params={"name": "a.txt"}, content=b"x").json() == {"files": 1, "bytes": 1}
    assert site.client.put(path, params={"name": "a.txt"}, content=b"x").status_code == 409
    for number_of in range(19):
        site.client.put(path, params={"name": f"{number_of}.txt"}, content=b"x")
    assert site.client.put(path, params={"name": "one-more.txt"}, content=b"x").status_code == 413
    assert site.client.put(f"/api/audit/{'0' * 16}/file?name=a", content=b"x").status_code == 404


def test_a_running_audit_can_be_removed(site: Site) -> None:
    texts = "\n".join(f"my boss is an idiot, number {n}" for n in range(20_000))
    number = site.client.post("/api/audit", json={}).json()["id"]
    site.client.put(f"/api/audit/{number}/file", params={"name": "posts.txt"}, content=texts.encode())
    site.client.post(f"/api/audit/{number}/start")
    assert site.client.delete(f"/api/audit/{number}").status_code == 204
    assert site.client.get(f"/api/audit/{number}").status_code == 404
    assert site.audit(("posts.txt", b"fine"))["state"] == "done"
    assert len(site.client.get("/api/runs").json()["runs"]) == 1


def test_only_so_many_audits_are_kept(site: Site) -> None:
    answers = [site.client.post("/api/audit", json={}).status_code for _ in range(9)]
    assert answers == [201] * 8 + [409]
    assert site.client.post("/api/audit", json={"since": "2024-02-01", "until": "2024-01-01"}).status_code == 409


def test_runs_tell_what_was_decided_since(site: Site, archive: Path) -> None:
    site.audit(("x.zip", archive.read_bytes()))
    site.client.post("/api/decisions", json={"digest": DIGEST, "decision": "delete"})
    found = site.client.get("/api/runs").json()
    assert found["decisions"] == {"delete": 1}
    assert found["runs"][0]["since"] == {"delete": 1}
    assert found["runs"][0]["archives"] == ["x.zip"]
