"""The published models in three dimensions: the same equations in a box of cubic cells."""

from __future__ import annotations

from typing import Any

from alloycoat.morphology.kernels.space import SpaceDrift, SpaceSolver
from alloycoat.morphology.published_model import Published, PublishedRun


class SpaceRun(PublishedRun):
    """One model in a box of cells of `spacing` um.

    shape: cells away from the electrode (which fills the first 20 um) and along its two sides, which are mirrored;
    step, seed, settled: as in the plane.
    """

    def __init__(
        self,
        model: Published,
        shape: tuple[int, int, int],
        *,
        spacing: float = 1.0,
        step: float = 0.25,
        seed: int = 0,
        settled: float = 0.01,
    ) -> None:
        self._take(model, shape, spacing, step, seed, settled)
        self._begin()

    def _solvers(self, shape: Any) -> tuple[Any, Any]:
        return SpaceSolver(shape, self.spacing, self.model.potential, 0.0), SpaceDrift(shape)
