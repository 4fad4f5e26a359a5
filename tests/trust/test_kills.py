"""A few of the kills of ``tests/trust/faults.py``; many are run by hand, see docs/security.md."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.skipif(os.name != "posix", reason="forks and kills are as on POSIX systems")
def test_killed_at_random_moments(tmp_path: Path) -> None:
    for module in ("fastapi", "httpx", "mastodon", "pyarrow"):
        pytest.importorskip(module)
    done = subprocess.run(
        [sys.executable, "-m", "tests.trust.faults", "--kills", "12", "--seed", "7"],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["kills"] >= 12
    assert list(tmp_path.iterdir()) == []
