"""The film on bare metal as it ages and is renewed: a state that the front carries along."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from alloycoat.morphology import texture
from alloycoat.morphology.kernels import deposition as front
from alloycoat.morphology.scene import Scene

Array = NDArray[np.float64]


@dataclass(slots=True)
class Interface:
    """Local resistance of charge transfer and film over that of a mean aged interface.

    aged: what it tends to at each place when left alone, exp(spread * unit field). state: what it is now; it follows
    p' = (p_aged - p)/film_time - (p - p_fresh) v/film_break where metal grows at v, so that places which grow fast keep
    a fresh film and places which do not grow passivate (fast and slow surfaces side by side: Wood et al. 2016).
    """

    scene: Scene
    aged: Array = field(init=False)
    state: Array = field(init=False)

    def __post_init__(self) -> None:
        scene, surface = self.scene, self.scene.surface
        if surface.film_spread > 0.0:
            self.aged = np.exp(surface.film_spread * texture.field(scene, "film", surface.film_grain))
        else:
            self.aged = np.ones((scene.ny, scene.nx))
        self.state = self.aged.copy()

    @property
    def changes(self) -> bool:
        """Whether growth renews the film."""
        return self.scene.surface.fresh_share != 1.0 or self.scene.surface.film_spread > 0.0

    def after(self, eta: Array, push: Array, dt: float) -> Array:
        """The state after `dt` in which the front went on by `push` (m; below zero where it went back)."""
        surface = self.scene.surface
        if not self.changes:
            return self.state
        near = (eta > 1e-4) & (eta < 1.0 - 1e-4)
        grown = np.maximum(push[near], 0.0) / surface.film_break
        aging = dt / surface.film_time
        rate = grown + aging
        rest = (self.aged[near] * aging + surface.fresh_share * grown) / np.maximum(rate, 1e-300)
        state = self.state.copy()
        state[near] = rest + (state[near] - rest) * np.exp(-rate)
        # the tails that the front will reach take the state of the front
        known = near.astype(np.int8)
        front.spread(eta, state, 1e-9, 6, known)
        return state
