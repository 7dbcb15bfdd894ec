"""The mechanistic predictor: few global parameters of the ageing cell fitted to the published lives, paper by paper.

Bare cells first: ln life = surface(loss by solvent class, loss with film formers, moss area). Then the coated cells,
with what the bare ones taught as prior: surface(..., coating loss, coverage gap) + one shift per solvent class (what
the cell does not know about coatings). Solved by repeated linearization with the likelihood of `likelihood`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from alloycoat.calibration import ageing_lives as emulator
from alloycoat.calibration import models as declared
from alloycoat.calibration.ageing_lives import SPREADS, Lines, Rig, Surface
from alloycoat.calibration.cases import Case, case_of
from alloycoat.calibration.folds import Fold
from alloycoat.calibration.likelihood import Array, Fitted, Predictive, Problem, fit
from alloycoat.calibration.models import Filled, bounds, known_rows, numbered
from alloycoat.literature.rows import CellRow

FORMER_SPREAD = 0.27
"""Standard deviation of the logarithm of the factor on the loss with LiNO3 or FEC (0.5 to 1)."""
BARE = (
    ("loss in ethers", 0.0, 1.0), ("loss in carbonates", 0.0, 1.0), ("loss with film formers", 0.0, 1.0),
    ("moss area", 0.0, 1.0),
)  # fmt: skip
COATED = (
    *BARE, ("coating loss", 0.0, 1.0), ("coverage gap", 0.0, 1.0), ("shift in ethers", 0.0, 0.5),
    ("shift in carbonates", 0.0, 0.5), ("own bare residual", 0.5, 0.3),
)  # fmt: skip
"""(parameter, prior mean, prior standard deviation): physical ones in standard deviations of their table range,
shifts in ln life; own bare residual: power with which the own bare life over its prediction carries over."""
_ROUNDS, _CLOSE = 25, 1e-3


@dataclass(frozen=True, slots=True)
class Surfaces:
    """The quadratics of every kind of cell, by side."""

    bare: dict[str, Surface]
    coated: dict[str, Surface]

    @classmethod
    def of(cls, lines: Lines, rows: Sequence[CellRow]) -> Surfaces:
        """Through the simulated lives."""
        kinds = emulator.rigs(rows)
        made = [{rig.key: emulator.surface(lines, rig, side) for rig in kinds} for side in ("bare", "coated")]
        return cls(*made)


@dataclass(frozen=True, slots=True)
class Calibrated:
    """Bare and coated fits; parameters as in BARE and COATED."""

    bare: Fitted
    coated: Fitted

    def factors(self, case: Case, side: str) -> dict[str, float]:
        """Factors on the parameters of the ageing cell for a case."""
        theta = (self.bare if side == "bare" else self.coated).coefficients
        loss = (1.0 - case.carbonate) * theta[0] + case.carbonate * theta[1]
        exponent = SPREADS["loss"] * loss + FORMER_SPREAD * theta[2] * case.film_former
        found = {"loss": float(np.exp(exponent)), "moss_slope": float(np.exp(SPREADS["moss_slope"] * theta[3]))}
        if side == "coated":
            found["coating_loss"] = float(np.exp(SPREADS["coating_loss"] * theta[4]))
            found["gap"] = float(np.exp(SPREADS["gap"] * theta[5]))
        return found


def _position(case: Case, side: str, theta: Array) -> tuple[Array, Array]:
    """(point of the surface, its derivative after theta) of a case."""
    axes = 2 if side == "bare" else 4
    turn = np.zeros((axes, len(theta)))
    turn[0, 0], turn[0, 1] = 1.0 - case.carbonate, case.carbonate
    turn[0, 2] = FORMER_SPREAD / SPREADS["loss"] * case.film_former
    turn[1, 3] = 1.0
    if side == "coated":
        turn[2, 4], turn[3, 5] = 1.0, 1.0
    return turn @ theta, turn


def _value(row: CellRow, case: Case, side: str, theta: Array, surfaces: Surfaces) -> tuple[float, Array]:
    """(ln life in h, gradient after theta) of one cell; beyond the design the surface goes on straight."""
    found = (surfaces.bare if side == "bare" else surfaces.coated)[Rig.of(row).key]
    point, turn = _position(case, side, theta)
    inside = np.clip(point, -2.0, 2.0)
    value, slope = found.at(inside)
    value += float(slope @ (point - inside))
    gradient = slope @ turn
    if side == "coated":
        gradient[6], gradient[7] = 1.0 - case.carbonate, case.carbonate
        value += float(gradient[6:8] @ theta[6:8])
    return value, np.asarray(gradient)


def residuals(rows: Sequence[CellRow], filled: Filled, bare: Fitted, surfaces: Surfaces) -> Array:
    """ln(own bare life / its prediction); 0 where the own bare life is not known."""
    found = []
    for row, case in zip(rows, filled.cases, strict=True):
        value, _ = _value(row, case, "bare", bare.coefficients, surfaces)
        found.append(0.0 if case.bare_life is None else case.bare_life[0] - value)
    return np.array(found)


def _linear(
    rows: Sequence[CellRow], cases: Sequence[Case], side: str, theta: Array, surfaces: Surfaces, own: Array
) -> tuple[Array, Array]:
    """(design, offset): ln life = offset + design theta near theta."""
    matrix, offset = np.zeros((len(rows), len(theta))), np.zeros(len(rows))
    for k, (row, case) in enumerate(zip(rows, cases, strict=True)):
        value, gradient = _value(row, case, side, theta, surfaces)
        matrix[k], offset[k] = gradient, value - gradient @ theta
    if side == "coated":
        matrix[:, 8] = own
    return matrix, offset


def fit_side(
    rows: Sequence[CellRow], cases: Sequence[Case], side: str, surfaces: Surfaces, *, prior: Fitted | None = None,
    own: Array | None = None,
) -> Fitted:  # fmt: skip
    """The fit of one side from a cold start, by repeated linearization.

    prior: the bare fit, for the coated side. own: residuals of the own bare cells; None fixes their power at 0.
    """
    table = BARE if side == "bare" else COATED
    mean, scatter = (np.array([line[k] for line in table]) for k in (1, 2))
    if prior is not None:
        mean[: len(BARE)] = prior.coefficients
        scatter[: len(BARE)] = np.sqrt(np.diag(prior.covariance))
    if side == "coated" and own is None:
        mean[8], scatter[8] = 0.0, 0.0
    known = np.zeros(len(rows)) if own is None else own
    low, high = bounds(rows, f"{side}-life")
    laboratories = numbered([row.laboratory for row in rows])
    theta = mean.copy()
    for _ in range(_ROUNDS):
        matrix, offset = _linear(rows, cases, side, theta, surfaces, known)
        found = fit(Problem(low - offset, high - offset, matrix, laboratories, mean, scatter))
        step = found.coefficients - theta
        theta = theta + np.clip(step, -1.0, 1.0)
        if np.abs(step).max() < _CLOSE:
            break
    return Fitted(theta, found.covariance, found.between, found.within, found.freedom)


def predict_side(
    rows: Sequence[CellRow],
    cases: Sequence[Case],
    side: str,
    fitted: Fitted,
    surfaces: Surfaces,
    own: Array | None = None,
) -> Predictive:
    """Predictions of one side."""
    known = np.zeros(len(rows)) if own is None else own
    matrix, offset = _linear(rows, cases, side, fitted.coefficients, surfaces, known)
    return fitted.predict(matrix).moved(offset)


def calibrate(rows: Sequence[CellRow], surfaces: Surfaces, *, own_bare: bool = False) -> Calibrated:
    """Bare cells, then coated ones; own_bare: with what the own bare cell adds."""
    bare_rows = known_rows("bare-life", "all", rows)
    bare = fit_side(bare_rows, [case_of(row) for row in bare_rows], "bare", surfaces)
    own = None
    if own_bare:
        own = residuals(rows, _filled(rows, rows), bare, surfaces)
    coated = fit_side(rows, [case_of(row) for row in rows], "coated", surfaces, prior=bare, own=own)
    return Calibrated(bare, coated)


def _filled(rows: Sequence[CellRow], learn: Sequence[CellRow]) -> Filled:
    """The cases of rows with bounds filled in by the bare-life model fitted to `learn`."""
    return declared.fill_bounds([case_of(row) for row in rows], declared.fit_bare(tuple(learn)))


KINDS = (("bare-life", "nothing"), ("coated-life", "nothing"), ("coated-life", "own bare"))
"""What the mechanistic predictor gives."""


def leave_one_paper_out(quantity: str, given: str, rows: Sequence[CellRow], surfaces: Surfaces) -> tuple[Fold, ...]:
    """One fold a paper, as for the statistical models; `rows`: modelled ones (`ageing_lives.MODELLED`)."""
    side = quantity.partition("-")[0]
    scored = known_rows(quantity, "all", rows)
    found = []
    for paper in dict.fromkeys(row.paper.key for row in scored):
        learn = [row for row in rows if row.paper.key != paper]
        outside = [k for k, row in enumerate(scored) if row.paper.key == paper]
        test = [scored[k] for k in outside]
        made = calibrate(learn, surfaces, own_bare=given == "own bare")
        fitted = made.bare if side == "bare" else made.coated
        cases, own, filled = [case_of(row) for row in test], None, None
        if given == "own bare":
            filled = _filled(test, learn)
            own = residuals(test, filled, made.bare, surfaces)
        predicted = predict_side(test, cases, side, fitted, surfaces, own)
        ratio = None
        if filled is not None:
            power = float(fitted.coefficients[8])
            predicted = predicted.moved(np.zeros(len(test)), abs(power) * filled.spread)
            ratio = declared.as_ratio(predicted, filled, power)
        found.append(Fold(paper, tuple(outside), predicted, ratio, "mechanistic"))
    return tuple(found)
