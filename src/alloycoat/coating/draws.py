"""Uncertainty carried alongside: every quantity is an array whose first entry is the nominal value."""

from __future__ import annotations

from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from alloycoat.sources import Estimate, Value

Array = NDArray[np.float64]


class Draws:
    """Nominal value and samples of the same quantity, in one array of length 1 + `samples`.

    The deviates of a quantity depend on `seed` and its key alone, so that neither the order of the
    calculation nor another recipe in the batch changes them, and equal keys share their deviates.
    """

    def __init__(self, samples: int = 0, seed: int = 0) -> None:
        self.size = 1 + samples
        self.seed = seed
        self._deviates: dict[str, Array] = {}
        self.used: dict[str, None] = {}

    def deviates(self, key: str) -> Array:
        """Standard normal deviates of the quantity `key`, zero for the nominal entry."""
        if key not in self._deviates:
            normal = np.zeros(self.size)
            if self.size > 1:
                stream = np.random.Generator(np.random.Philox(key=[self.seed, crc32(key.encode())]))
                normal[1:] = stream.standard_normal(self.size - 1)
            self._deviates[key] = normal
        return self._deviates[key]

    def take(self, value: Value, key: str) -> Array:
        """Nominal and samples of a tabulated value; its source is remembered."""
        self.used[value.source] = None
        return value.draw(self.deviates(key))

    def exact(self, value: float) -> Array:
        """A number without spread."""
        return np.full(self.size, float(value))

    def cite(self, *keys: str) -> None:
        """Remember further sources behind the result."""
        self.used.update(dict.fromkeys(key for key in keys if key))


def estimate(values: Array) -> Estimate:
    """The nominal value with the 10th and 90th percentile of the samples."""
    return Estimate.of(float(values[0]), values[1:] if len(values) > 1 else None)
