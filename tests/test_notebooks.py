"""The notebooks run from top to bottom on the invented corpus, and are stored without outputs."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
_MOST_SECONDS = 180


def code(path: Path) -> list[str]:
    return [cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]


def test_they_are_numbered_without_gaps() -> None:
    numbers = [re.match(r"(\d\d)-[a-z-]+$", path.stem) for path in NOTEBOOKS]
    assert [int(m[1]) if m else None for m in numbers] == list(range(1, len(NOTEBOOKS) + 1))
    assert len(NOTEBOOKS) >= 2


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_they_are_stored_without_outputs(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.outputs for cell in cells] == [[]] * len(cells)
    assert {cell.execution_count for cell in cells} == {None}
    assert notebook.cells[0].cell_type == "markdown"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_they_stay_thin(path: Path) -> None:
    """What is worth a class belongs into the package."""
    tree = ast.parse("\n".join(code(path)))
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    assert len([node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]) <= 4
    imported = {
        node.module.split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module
    }
    assert "riskcheck" in imported


# Jupyter's own warnings are not ours to mend.
@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_they_run_and_draw(path: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from nbclient import NotebookClient

    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    monkeypatch.setenv("MPLCONFIGDIR", str(tmp_path))
    before = path.read_bytes()
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook, timeout=_MOST_SECONDS, kernel_name="python3", resources={"metadata": {"path": str(path.parent)}}
    )
    client.execute()
    outputs = [(cell, output) for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    assert not [o for _, o in outputs if o.output_type == "stream" and o.name == "stderr"], outputs
    drawn = sum("image/png" in o.get("data", {}) for _, o in outputs)
    asked = sum("plt.subplots" in source for source in code(path))
    assert drawn == asked >= 3
    assert path.read_bytes() == before
