"""d eta/dt = -L [g'(eta) - kappa lap eta] + S with the double well g = B eta^2 (1 - eta)^2, second order throughout.

Diffusion by the trapezoidal rule (two solves with `elliptic`, warm), the rest by Heun's rule with the same first
stage; the difference of the stages estimates the error of a step.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from alloycoat.morphology.kernels.compiled import compiled
from alloycoat.morphology.kernels.elliptic import EllipticSolver, Sides

Array = NDArray[np.float64]
Source = Callable[[float], Array]


@compiled
def well_slope(eta, barrier, out):  # type: ignore[no-untyped-def]
    """out = g'(eta) = 2 B eta (1 - eta) (1 - 2 eta)."""
    n, m = eta.shape
    for i in range(n):
        for j in range(m):
            e = eta[i, j]
            out[i, j] = 2.0 * barrier * e * (1.0 - e) * (1.0 - 2.0 * e)


@compiled
def interface_energy(eta, barrier, kappa, hx, hy, periodic_x, periodic_y):  # type: ignore[no-untyped-def]
    """Integral of g(eta) + kappa/2 |grad eta|^2; gradients live on the faces, no flux where nothing wraps."""
    n, m = eta.shape
    bulk, slope_x, slope_y = 0.0, 0.0, 0.0
    for i in range(n):
        above = i - 1 if i > 0 else n - 1
        for j in range(m):
            e = eta[i, j]
            bulk += barrier * e * e * (1.0 - e) * (1.0 - e)
            if i > 0 or periodic_x:
                slope_x += (e - eta[above, j]) ** 2
            if j > 0:
                slope_y += (e - eta[i, j - 1]) ** 2
            elif periodic_y:
                slope_y += (e - eta[i, m - 1]) ** 2
    return hx * hy * (bulk + 0.5 * kappa * (slope_x / (hx * hx) + slope_y / (hy * hy)))


class AllenCahn:
    """One field on one mesh.

    shape, spacing, sides: as for `EllipticSolver`; mobility: L; kappa, barrier: of the energy, in units of the
    caller; tolerance: of the linear solves. The planar interface is 1/2 (1 - tanh(x / sqrt(2 kappa / B) )), its
    energy sqrt(2 kappa B) / 6 per area.
    """

    def __init__(
        self,
        shape: tuple[int, int],
        spacing: tuple[float, float],
        sides: Sides,
        *,
        mobility: float,
        kappa: float,
        barrier: float,
        tolerance: float = 1e-9,
    ) -> None:
        self.mobility, self.kappa, self.barrier, self.tolerance = mobility, kappa, barrier, tolerance
        self.spacing = spacing
        self._solver = EllipticSolver(shape, spacing, sides)
        self._step = 0.0
        self._slope = np.empty(shape)

    def _solve(self, known: Array, guess: Array) -> Array:
        return self._solver.solve(-2.0 / self._step * known, guess, tolerance=self.tolerance).phi

    def _reaction(self, eta: Array, source: Array | float) -> Array:
        well_slope(eta, self.barrier, self._slope)
        return source - self.mobility * self._slope

    def step(self, eta: Array, time: float, step: float, source: Source | None = None) -> tuple[Array, float]:
        """eta at `time` + `step`, and the estimated error (largest |difference of the two stages| / 2).

        source: S at a time; the diffusive part at `time` is that of the implicit half, so that both halves carry
        the boundary values of `sides`.
        """
        if step != self._step:
            self._step = step
            diffusivity = np.full(eta.shape, self.mobility * self.kappa)
            self._solver.set_conductivity(diffusivity, screening=2.0 / step)
        now: Array | float = 0.0 if source is None else source(time)
        then: Array | float = 0.0 if source is None else source(time + step)
        first = self._reaction(eta, now)
        # (2/h - L kappa lap) (eta_end + eta) / 2 = 2/h eta + N / ... : solve for the mean of begin and end
        middle = self._solve(eta + 0.5 * step * first, eta)
        predicted = 2.0 * middle - eta
        mean = 0.5 * (first + self._reaction(predicted, then))
        end = 2.0 * self._solve(eta + 0.5 * step * mean, middle) - eta
        return end, 0.5 * float(np.max(np.abs(end - predicted)))
