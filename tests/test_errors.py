from __future__ import annotations

import pytest

from riskcheck.errors import MissingExtraError, RiskCheckError, require


def test_a_missing_extra_names_the_command() -> None:
    with pytest.raises(MissingExtraError, match=r"pip install 'riskcheck\[parquet\]'"):
        require("no_such_module_at_all", "parquet")


def test_a_fault_inside_an_installed_package_is_not_hidden(tmp_path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "broken_package.py").write_text("import no_such_dependency\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(ModuleNotFoundError, match="no_such_dependency"):
        require("broken_package", "x")


def test_every_error_is_a_riskcheck_error() -> None:
    import riskcheck.errors as module

    tree = [v for v in vars(module).values() if isinstance(v, type) and issubclass(v, Exception)]
    assert len(tree) >= 9
    assert all(issubclass(v, RiskCheckError) for v in tree)
    assert all(v.__name__ in (module.__doc__ or "") for v in tree)
