"""Files of posts: as many rows out as in, in order, the same bytes however the run went."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from riskcheck.batch import Settings, Summary, score_file, score_folder
from riskcheck.batch.formats import Format, format_of
from riskcheck.batch.rows import chunks
from riskcheck.batch.spool import Spool
from riskcheck.categories import NAMES
from riskcheck.checker import RiskChecker
from riskcheck.errors import InputError
from riskcheck.post import Post
from riskcheck.profile import Profile

TEXTS = [
    "i hate my job so much, my boss is an idiot",
    "Thrilled to share that I'm joining the team next month!",
    "lovely day at the park",
    "Me odia este trabajo y mi jefe es un idiota de verdad",
    "",
    'a "quoted", text\nwith a line break 😂',
    "so bored at work #ihatemyjob",
]
SETTINGS = Settings(today=dt.date(2026, 1, 1))


def write_jsonl(path: Path, count: int = 40) -> Path:
    rows = [{"id": f"p{i}", "text": TEXTS[i % len(TEXTS)], "more": [i]} for i in range(count)]
    path.write_bytes(b"".join(msgspec.json.encode(row) + b"\n" for row in rows))
    return path


def rows_of(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_every_row_is_what_check_says_of_it(tmp_path: Path, checker: RiskChecker) -> None:
    source, target = write_jsonl(tmp_path / "in.jsonl"), tmp_path / "out.jsonl"
    summary = score_file(source, target, SETTINGS, chunk=7)
    rows = rows_of(target)
    expected = [checker.check(Post(text=TEXTS[i % len(TEXTS)], id=f"p{i}")).to_dict() for i in range(40)]
    for row, wanted in zip(rows, expected, strict=True):
        assert row.keys() == wanted.keys()
        assert row["scores"] == pytest.approx(wanted["scores"], abs=1e-4)
        for key in ("id", "band", "notes", "model"):
            assert row[key] == wanted[key]
        assert [f["spans"] for f in row["findings"]] == [f["spans"] for f in wanted["findings"]]
    assert summary.rows == 40
    assert sum(summary.bands.values()) == 40
    assert summary.reaches("medium")
    assert {p.name for p in tmp_path.iterdir()} == {"in.jsonl", "out.jsonl"}


def test_scores_only_leaves_out_the_spans_and_nothing_else(tmp_path: Path) -> None:
    source = write_jsonl(tmp_path / "in.jsonl")
    profile = Profile(allow=("boss",), off=("crude_language",))
    for name, spans in (("all", True), ("scores", False)):
        settings = Settings(profile=profile, spans=spans)
        score_file(source, tmp_path / f"{name}.jsonl", settings)
    whole, scores = rows_of(tmp_path / "all.jsonl"), rows_of(tmp_path / "scores.jsonl")
    assert any(finding["spans"] for row in whole for finding in row["findings"])
    for row in whole:
        for finding in row["findings"]:
            finding["spans"] = []
    assert scores == whole


@pytest.mark.parametrize("name", ["o.jsonl", "o.csv", "o.tsv", "o.jsonl.gz", "o.csv.zst", "o.parquet"])
def test_jobs_and_runs_do_not_change_the_bytes(tmp_path: Path, name: str) -> None:
    pytest.importorskip("zstandard")
    source = write_jsonl(tmp_path / "in.jsonl", 30)
    contents = []
    for run, jobs in (("a", 1), ("b", 2)):
        (tmp_path / run).mkdir()
        score_file(source, tmp_path / run / name, SETTINGS, jobs=jobs, chunk=8)
        contents.append((tmp_path / run / name).read_bytes())
    assert contents[0] == contents[1]


@pytest.mark.parametrize("kind", ["csv", "tsv", "csv.gz", "jsonl.gz", "jsonl.zst", "parquet"])
def test_formats_in_say_the_same_as_jsonl(tmp_path: Path, kind: str) -> None:
    score_file(write_jsonl(tmp_path / "in.jsonl", 14), tmp_path / "expected.jsonl", SETTINGS)
    source = tmp_path / f"other.{kind}"
    rows = rows_of(tmp_path / "in.jsonl")
    if kind == "parquet":
        pq.write_table(pa.Table.from_pylist(rows), source, row_group_size=4)
    elif kind.startswith("jsonl"):
        content = (tmp_path / "in.jsonl").read_bytes()
        pack = gzip.compress if kind.endswith("gz") else pytest.importorskip("zstandard").compress
        source.write_bytes(pack(content))
    else:
        opener = gzip.open if kind.endswith("gz") else open
        with opener(source, "wt", encoding="utf-8-sig", newline="") as stream:
            writer = csv.writer(stream, delimiter="\t" if kind == "tsv" else ",")
            writer.writerow(["more", "text", "id"])
            writer.writerows([row["more"], row["text"], row["id"]] for row in rows)
    score_file(source, tmp_path / "found.jsonl", SETTINGS, chunk=5)
    expected = rows_of(tmp_path / "expected.jsonl")
    found = rows_of(tmp_path / "found.jsonl")
    assert [(r["id"], r["band"], r["findings"]) for r in found] == [
        (r["id"], r["band"], r["findings"]) for r in expected
    ]


def test_formats_out_hold_the_same(tmp_path: Path) -> None:
    source = write_jsonl(tmp_path / "in.jsonl", 14)
    source.write_bytes(source.read_bytes() + b"broken\n")
    for name in ("o.jsonl", "o.csv", "o.parquet"):
        assert score_file(source, tmp_path / name, SETTINGS, chunk=5).errors == 1
    rows = rows_of(tmp_path / "o.jsonl")
    with (tmp_path / "o.csv").open(encoding="utf-8", newline="") as stream:
        cells = list(csv.DictReader(stream))
    table = pq.read_table(tmp_path / "o.parquet").to_pylist()
    assert pq.ParquetFile(tmp_path / "o.parquet").num_row_groups == 3
    assert [r["id"] for r in rows] == [r["id"] for r in cells] == [r["id"] for r in table]
    for row, cell, record in zip(rows[:-1], cells, table, strict=False):
        assert cell["band"] == record["band"] == row["band"]
        if row["score"] is None:
            assert (cell["score"], record["score"]) == ("", None)
        else:
            assert float(cell["score"]) == record["score"] == row["score"]
            assert float(cell["hostility"]) == record["scores"]["hostility"] == row["scores"]["hostility"]
        assert record["findings"] == row["findings"]
        assert cell["findings"] == ";".join(f"{f['category']}:{f['severity']}" for f in row["findings"])
    assert "not valid JSON" in rows[-1]["error"] == cells[-1]["error"] == table[-1]["error"]
    assert set(rows[0]["scores"]) == set(NAMES)


def test_unreadable_rows_come_out_as_what_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("riskcheck.batch.rows.LONGEST_LINE", 2000)
    lines = [
        (b'{"id": "a", "text": "lovely day at the park"}', None),
        (b"{broken", "not valid JSON"),
        (b'{"id": "c"}', "no text in 'text'"),
        (b'{"id": "d", "text": null}', "no text in 'text'"),
        (b'{"id": 5, "text": ["x"]}', "not a row with a text"),
        (b'["text"]', "not a row with a text"),
        (b'{"text": "\\ud800 alone"}', "not valid JSON"),
        (b'{"text": "' + b"x" * 5000 + b'"}', "too long"),
        (b'{"text": "caf\xe9"}', "not valid"),
        (b'{"id": ' + b"[" * 1500, "not valid JSON"),
        (b'{"id": {"a": 1}, "text": "no complaints", "created_at": "yesterday"}', None),
    ]
    source = tmp_path / "in.jsonl"
    source.write_bytes(b"\xef\xbb\xbf" + b"\n\n".join(line for line, _ in lines))
    summary = score_file(source, tmp_path / "out.jsonl", SETTINGS, chunk=3)
    rows = rows_of(tmp_path / "out.jsonl")
    assert [row["id"] for row in rows] == ["a", "2", "c", "d", "5", "6", "7", "8", "9", "10", "11"]
    for row, (_, wanted) in zip(rows, lines, strict=True):
        assert wanted in row["error"] if wanted else "error" not in row, row
    assert (summary.rows, summary.errors) == (11, 9)


def test_a_csv_line_without_end_is_one_row_that_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("riskcheck.batch.rows.LONGEST_LINE", 2000)
    source = tmp_path / "in.csv"
    endless = "3," + ",".join(["x" * 50] * 500)
    source.write_text(f"id,text\n1,lovely day\n{endless}\n5,the end\n", encoding="utf-8")
    assert score_file(source, tmp_path / "out.jsonl", SETTINGS).errors == 1
    rows = rows_of(tmp_path / "out.jsonl")
    assert [(row["id"], row.get("error")) for row in rows] == [("1", None), ("2", "the row is too long"), ("5", None)]


def test_a_long_header_is_not_held_against_the_first_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("riskcheck.batch.rows.LONGEST_LINE", 2000)
    source = tmp_path / "in.csv"
    source.write_text("id,text," + ",".join(["more"] * 1000) + "\n1,lovely day\n", encoding="utf-8")
    assert score_file(source, tmp_path / "out.jsonl", SETTINGS).errors == 0


def test_long_rows_make_chunks_of_fewer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("riskcheck.batch.rows._HEAVIEST", 10_000)
    lines = tmp_path / "in.jsonl"
    lines.write_text("".join(json.dumps({"text": "a" * size}) + "\n" for size in (9000, 2000, 5, 5, 5, 20_000)))
    found = [len(chunk) for chunk in chunks(lines, Format("jsonl"), SETTINGS, 3)]
    assert found == [2, 3, 1]


def test_a_long_text_that_parquet_stores_once_does_not_fill_the_memory(tmp_path: Path) -> None:
    source = tmp_path / "in.parquet"
    once = pa.DictionaryArray.from_arrays(pa.array([0] * 100_000, pa.int32()), pa.array(["a post " * 700_000]))
    pq.write_table(pa.table({"text": once}), source, compression="zstd")
    assert source.stat().st_size < 10_000
    code = textwrap.dedent(
        f"""
        import resource
        from pathlib import Path
        from riskcheck.batch import Settings
        from riskcheck.batch.formats import Format
        from riskcheck.batch.rows import chunks
        first = next(chunks(Path({str(source)!r}), Format("parquet"), Settings(), 5000))
        print(len(first), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
        """
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    rows, mebibytes = map(int, done.stdout.split())
    assert 1 <= rows < 20
    assert mebibytes < 2000  # all 5,000 rows would take 24,000


def test_csv_rows_that_are_short_or_not_utf8(tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    source.write_bytes(
        b'id,text\n1,lovely day\n2\n3,caf\xe9\n\n4,"two\nlines"\n5,' + b"x" * 200_000 + b"\n6,end of it\n"
    )
    score_file(source, tmp_path / "out.jsonl", SETTINGS)
    rows = rows_of(tmp_path / "out.jsonl")
    assert [row.get("error", "")[:20] for row in rows] == [
        "", "no text in 'text'", "the text is not vali", "", "not valid CSV: field", "",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["o.jsonl", "o.csv.gz", "o.parquet"])
def test_an_empty_file_gives_an_empty_output(tmp_path: Path, name: str) -> None:
    (tmp_path / "in.jsonl").write_bytes(b"")
    assert score_file(tmp_path / "in.jsonl", tmp_path / name, SETTINGS) == Summary()
    assert (tmp_path / name).exists()


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("in.jsonl", None, "no such file|cannot be read"),
        ("in.txt", b"x", "no format that riskcheck knows"),
        ("in.csv", b"id,body\n1,x\n", "has no column 'text' .columns: id, body."),
        ("in.jsonl.gz", gzip.compress(os.urandom(3000))[:-900], "get a whole copy"),
        ("in.jsonl.zst", b"no zstandard", "damaged|get a whole copy"),
        ("in.parquet", b"PAR1 no", "no whole Parquet file"),
        ("in.jsonl", b"\xff\xfex\0", "UTF-16"),
    ],
)
def test_files_that_cannot_be_read_leave_no_output(
    tmp_path: Path, name: str, content: bytes | None, message: str
) -> None:
    source, target = tmp_path / name, tmp_path / "out.jsonl"
    if content is not None:
        source.write_bytes(content)
    with pytest.raises(InputError, match=message):
        score_file(source, target, SETTINGS)
    assert not target.exists()


def test_input_and_output_must_differ(tmp_path: Path) -> None:
    source = write_jsonl(tmp_path / "in.jsonl")
    with pytest.raises(InputError, match="is the input too"):
        score_file(source, source, SETTINGS)
    assert len(rows_of(source)) == 40


def test_a_second_run_on_the_same_output_is_refused(tmp_path: Path) -> None:
    source = write_jsonl(tmp_path / "in.jsonl")
    with Spool(tmp_path / "out.jsonl", "jsonl"), pytest.raises(InputError, match="another run is writing it"):
        score_file(source, tmp_path / "out.jsonl", SETTINGS)


class StopError(Exception):
    pass


def cut_off(source: Path, target: Path, after: int, settings: Settings = SETTINGS) -> None:
    """A run that ends after so many rows."""

    def progress(summary: Summary) -> None:
        if summary.rows >= after:
            raise StopError

    with pytest.raises(StopError):
        score_file(source, target, settings, chunk=6, progress=progress)


@pytest.mark.parametrize("name", ["o.jsonl", "o.csv.gz", "o.parquet"])
@pytest.mark.parametrize("damage", ["", "half a block", "half a line", "other bytes"])
def test_a_run_that_was_cut_off_goes_on_to_the_same_bytes(tmp_path: Path, name: str, damage: str) -> None:
    source, whole = write_jsonl(tmp_path / "in.jsonl"), tmp_path / "whole"
    whole.mkdir()
    score_file(source, whole / name, SETTINGS, chunk=6)
    target = tmp_path / name
    cut_off(source, target, 20)
    assert not target.exists()
    part, journal = tmp_path / f".{name}.riskcheck-part", tmp_path / f".{name}.riskcheck-journal"
    if damage == "half a block":
        part.write_bytes(part.read_bytes()[:-9])
    elif damage == "half a line":
        journal.write_bytes(journal.read_bytes()[:-5])
    elif damage == "other bytes":
        part.write_bytes(part.read_bytes()[:-1] + b"?")
    seen: list[int] = []
    later = Settings(today=dt.date(2027, 1, 1))
    summary = score_file(source, target, later, chunk=6, resume=True, progress=lambda s: seen.append(s.rows))
    assert target.read_bytes() == (whole / name).read_bytes()
    assert summary.rows == 40
    assert seen[0] == (24 if not damage else 18)
    assert {p.name for p in tmp_path.iterdir()} == {"in.jsonl", name, "whole"}


def test_going_on_with_other_settings_or_input_is_refused(tmp_path: Path) -> None:
    source, target = write_jsonl(tmp_path / "in.jsonl"), tmp_path / "out.jsonl"
    cut_off(source, target, 12)
    with pytest.raises(InputError, match="another spans; run without --resume"):
        score_file(source, target, Settings(spans=False), chunk=6, resume=True)
    write_jsonl(source, 41)
    with pytest.raises(InputError, match="another input"):
        score_file(source, target, SETTINGS, chunk=6, resume=True)
    score_file(source, target, SETTINGS, chunk=6)
    assert len(rows_of(target)) == 41


def test_going_on_where_nothing_was_begun_begins(tmp_path: Path) -> None:
    source = write_jsonl(tmp_path / "in.jsonl", 9)
    assert score_file(source, tmp_path / "out.jsonl", SETTINGS, resume=True).rows == 9


def test_a_killed_process_goes_on(tmp_path: Path) -> None:
    source, target = write_jsonl(tmp_path / "in.jsonl", 40), tmp_path / "out.jsonl"
    score_file(source, tmp_path / "whole.jsonl", SETTINGS, chunk=2)
    code = f"""
        import datetime as dt, time
        from pathlib import Path
        from riskcheck.batch import Settings, score_file
        score_file(Path({str(source)!r}), Path({str(target)!r}), Settings(today=dt.date(2026, 1, 1)), chunk=2,
                   progress=lambda s: (print(s.rows, flush=True), time.sleep(0.05)))
    """
    run = subprocess.Popen([sys.executable, "-c", textwrap.dedent(code)], stdout=subprocess.PIPE, text=True)
    assert run.stdout is not None
    while int(run.stdout.readline()) < 10:
        pass
    run.send_signal(signal.SIGKILL)
    run.wait(30)
    run.stdout.close()
    assert not target.exists()
    score_file(source, target, SETTINGS, chunk=2, resume=True)
    assert target.read_bytes() == (tmp_path / "whole.jsonl").read_bytes()


def folder(tmp_path: Path, parts: int = 4, rows: int = 12) -> Path:
    source = tmp_path / "parts"
    source.mkdir()
    for i in range(parts):
        write_jsonl(source / f"part-{i}.jsonl", rows + i)
    pq.write_table(pa.table({"text": TEXTS, "id": list(range(len(TEXTS)))}), source / "part-p.parquet")
    return source


def test_a_folder_is_scored_part_by_part_and_each_once(tmp_path: Path) -> None:
    source, target = folder(tmp_path), tmp_path / "out"
    summary = score_folder(source, target, SETTINGS, jobs=2, chunk=5)
    assert summary.rows == 12 + 13 + 14 + 15 + len(TEXTS)
    names = {p.name for p in source.iterdir()}
    assert {p.name for p in target.iterdir()} == names | {"_done", "_riskcheck.json"}
    for name in sorted(names)[:4]:
        score_file(source / name, tmp_path / "alone.jsonl", SETTINGS, chunk=5)
        assert (target / name).read_bytes() == (tmp_path / "alone.jsonl").read_bytes()
    assert pq.read_table(target / "part-p.parquet").num_rows == len(TEXTS)
    times = {name: (target / name).stat().st_mtime_ns for name in names}
    (target / "part-1.jsonl").unlink()
    write_jsonl(source / "part-2.jsonl", 20)
    again = score_folder(source, target, Settings(today=dt.date(2027, 1, 1)), chunk=5)
    assert again.rows == summary.rows + 20 - 14
    changed = {name for name in names if (target / name).stat().st_mtime_ns != times[name]}
    assert changed == {"part-1.jsonl", "part-2.jsonl"}
    with pytest.raises(InputError, match="was filled with another spans"):
        score_folder(source, target, Settings(spans=False), chunk=5)


def test_a_part_that_cannot_be_read_does_not_stop_the_others(tmp_path: Path) -> None:
    source, target = folder(tmp_path, 2), tmp_path / "out"
    (source / "bad.csv").write_bytes(b"a,b\n1,2\n")
    with pytest.raises(InputError, match=r"1 of 4 parts could not be scored; the first: .*no column 'text'"):
        score_folder(source, target, SETTINGS)
    assert {p.name for p in target.iterdir() if p.is_file()} == {
        "_riskcheck.json", "part-0.jsonl", "part-1.jsonl", "part-p.parquet",
    }  # fmt: skip


def test_folders_of_nothing(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="holds no files of posts"):
        score_folder(tmp_path / "empty", tmp_path / "out", SETTINGS)
    with pytest.raises(InputError, match="is the input too"):
        score_folder(folder(tmp_path), tmp_path / "parts", SETTINGS)


def test_a_dask_cluster_survives_the_loss_of_a_worker(tmp_path: Path) -> None:
    pytest.importorskip("distributed", reason="needs the dask extra: pip install 'riskcheck[dask]'")
    source, target, expected = folder(tmp_path, 12, 150), tmp_path / "out", tmp_path / "expected"
    score_folder(source, expected, SETTINGS, chunk=50)
    # A process of its own: the cluster brings threads, sockets and warnings that are none of this suite's.
    code = """
        import os, signal, sys, threading, time
        import datetime as dt
        from pathlib import Path
        from distributed import LocalCluster
        from riskcheck.batch import Settings, score_folder

        def kill(pid, target):
            while not any(target.glob("part-*")):
                time.sleep(0.01)
            os.kill(pid, signal.SIGKILL)
            print("killed", pid, flush=True)

        if __name__ == "__main__":
            source, target = map(Path, sys.argv[1:])
            with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
                pid = next(iter(cluster.workers.values())).pid
                threading.Thread(target=kill, args=(pid, target), daemon=True).start()
                settings = Settings(today=dt.date(2026, 1, 1))
                found = score_folder(
                    source, target, settings, backend="dask", scheduler=cluster.scheduler_address, chunk=50
                )
                print("rows", found.rows, flush=True)
    """
    script = tmp_path / "cluster.py"
    script.write_text(textwrap.dedent(code), encoding="utf-8")
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, str(script), str(source), str(target)], capture_output=True, text=True, timeout=300,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    assert "killed" in done.stdout, f"no worker was killed in {time.monotonic() - began:.0f} s"
    assert f"rows {sum(150 + i for i in range(12)) + len(TEXTS)}" in done.stdout
    for part in sorted(source.glob("*.jsonl")):
        assert (target / part.name).read_bytes() == (expected / part.name).read_bytes()
    assert not list(target.glob(".*"))


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("a.JSONL", Format("jsonl")),
        ("a.b.ndjson.gz", Format("jsonl", "gz")),
        ("a.csv.zst", Format("csv", "zst")),
        ("a.pq", Format("parquet")),
        ("-", Format("jsonl")),
    ],
)
def test_formats_by_ending(name: str, form: Format) -> None:
    assert format_of(Path(name)) == form


@pytest.mark.parametrize("name", ["a", "a.gz", "a.parquet.gz", "a.json", "gz"])
def test_unknown_endings_are_named(name: str) -> None:
    with pytest.raises(InputError, match=r"name it \.jsonl"):
        format_of(Path(name))
