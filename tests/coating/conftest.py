from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from alloycoat.recipe import Recipe

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def examples() -> Path:
    return ROOT / "examples"


@pytest.fixture
def recipe() -> Callable[..., Recipe]:
    def make(base: str = "Li", /, *, cell: dict[str, Any] | None = None, anode: dict[str, Any] | None = None,
             **coating: Any) -> Recipe:  # fmt: skip
        tables: dict[str, Any] = {"anode": {"metal": base, **(anode or {})}, "coating": coating}
        if cell:
            tables["cell"] = cell
        return Recipe.from_tables(tables)

    return make
