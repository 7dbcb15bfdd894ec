"""The report: the main job, its page, and `report(outcomes, path)`, which sets outcomes side by side.

The room is callable itself: `alloycoat.report` names both the function and, once imported, the module, so that
`alloycoat.report([outcome], "page.html")` works whoever imported what before.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from alloycoat.outcome import Outcome

__all__ = ["report"]


def report(outcomes: Sequence[Outcome], path: str | Path) -> Path:
    """Write a page that compares outcomes: polarization, life, failure, efficiency; returns its path.

    The page is one html file that opens offline. Raises RecipeError for no outcome, DataFileError where the
    folder cannot be written.
    """
    from alloycoat.report.comparison import comparison  # drawing is loaded when something is drawn
    from alloycoat.store import write_text

    return write_text(Path(path), comparison(outcomes))


class _Room(ModuleType):
    """The module as a callable: calling it is calling `report`."""

    def __call__(self, outcomes: Sequence[Outcome], path: str | Path) -> Path:
        return report(outcomes, path)


sys.modules[__name__].__class__ = _Room
