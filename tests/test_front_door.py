"""The front door costs nothing: what importing the package and asking for help may not load."""

from __future__ import annotations

import subprocess
import sys

import pytest

import alloycoat

HEAVY = ("numpy", "scipy", "numba", "pint", "pydantic", "matplotlib", "alloycoat.chemistry")


def _loaded_after(code: str) -> set[str]:
    script = f"import sys\n{code}\nprint('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_importing_the_package_loads_nothing_heavy() -> None:
    loaded = _loaded_after("import alloycoat")
    assert not loaded & {*HEAVY, "typer", "json", "csv"}


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import contextlib, io\nfrom alloycoat.cli.app import app\n"
        "with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):\n    app(['--help'])"
    )
    assert not _loaded_after(code) & set(HEAVY)


def test_reading_tables_does_not_load_the_compiler_or_the_plots() -> None:
    loaded = _loaded_after("import alloycoat\nalloycoat.coat, alloycoat.cycle, alloycoat.analyze, alloycoat.evidence")
    assert not loaded & {"numba", "matplotlib"}


def test_every_promised_name_is_there() -> None:
    for name in alloycoat.__all__:
        assert getattr(alloycoat, name) is not None
    assert set(alloycoat.__all__) <= set(dir(alloycoat))
    with pytest.raises(AttributeError, match="no attribute 'coatt'"):
        alloycoat.coatt  # noqa: B018
