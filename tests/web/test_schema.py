"""The OpenAPI description is true: schemathesis finds nothing that contradicts it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.web.conftest import Site


def test_every_operation_is_described(site: Site) -> None:
    schema = site.client.get("/api/openapi.json").json()
    assert schema["openapi"].startswith("3.")
    operations = {(method, path) for path, item in schema["paths"].items() for method in item}
    for wanted in (("post", "/api/check"), ("post", "/api/score"), ("post", "/api/audit"), ("put", "/api/profile")):
        assert wanted in operations
    for item in schema["paths"].values():
        for operation in item.values():
            assert operation["security"]
            assert {"401", "403", "422", "503"} <= set(operation["responses"])
            assert operation["summary"]


def test_schemathesis_runs_clean(site: Site, tmp_path: Path) -> None:
    pytest.importorskip("schemathesis", reason="schemathesis is not installed; the interface was not fuzzed")
    program = Path(sys.executable).with_name("schemathesis")
    done = subprocess.run(
        [
            program, "run", f"{site.base}/api/openapi.json", "-H", f"Authorization: Bearer {site.server.token}",
            "--max-examples", os.environ.get("RISKCHECK_EXAMPLES", "5"), "--seed", "1", "--no-color",
        ],
        cwd=tmp_path, capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
