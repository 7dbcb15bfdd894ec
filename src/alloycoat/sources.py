"""Where a number comes from: `Value` (a number of nature), `Reference` (a citation), the kinds of evidence."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

KINDS = ("measured", "computed", "assumed")
"""How a number came to be known. `assumed` always carries a spread."""

_Z90 = 1.2815515655446004  # standard normal quantile of 0.9


@dataclass(frozen=True, slots=True)
class Reference:
    """A paper or data set: what is printed when the sources of a result are asked for."""

    key: str
    citation: str
    doi: str = ""
    note: str = ""

    @property
    def url(self) -> str:
        """Link to the DOI, empty where none is known."""
        return f"https://doi.org/{self.doi}" if self.doi else ""


@dataclass(frozen=True, slots=True)
class Value:
    """A number of nature in SI units with the interval, the kind and the source that belong to it.

    `low` and `high` are the 10th and 90th percentile; equal to `value` where the spread is negligible.
    `positive` quantities are spread in the logarithm, others linearly; each side has its own width.
    """

    value: float
    unit: str
    kind: str
    source: str
    low: float
    high: float
    note: str = ""
    subkind: str = ""

    @property
    def is_certain(self) -> bool:
        """True where the spread is negligible."""
        return self.low == self.high

    def draw(self, normal: NDArray[np.float64]) -> NDArray[np.float64]:
        """Samples for standard normal deviates `normal` (any shape): a split (log-)normal distribution.

        x = v (h/v)^(n/1.2816) for n > 0 and v (l/v)^(-n/1.2816) for n < 0, in the logarithm where
        value, low and high are positive, else linearly; the median is `value`.
        """
        if self.is_certain:
            return np.full_like(normal, self.value)
        up, down = np.maximum(normal, 0.0) / _Z90, np.maximum(-normal, 0.0) / _Z90
        if self.value > 0 and self.low > 0:
            return np.asarray(
                self.value * (self.high / self.value) ** up * (self.low / self.value) ** down, dtype=float
            )
        return np.asarray(self.value + (self.high - self.value) * up - (self.value - self.low) * down)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A result with its 10th and 90th percentile; `low == high == value` where nothing is uncertain."""

    value: float
    low: float
    high: float

    @classmethod
    def of(cls, value: float, samples: NDArray[np.float64] | None) -> Estimate:
        """The estimate with the interval of `samples` (none: the value alone)."""
        if samples is None or np.ndim(samples) == 0:
            return cls(float(value), float(value), float(value))
        low, high = np.quantile(samples, (0.1, 0.9))
        return cls(float(value), float(min(low, value)), float(max(high, value)))

    @property
    def interval(self) -> list[float]:
        """[p10, p90] as it stands in the json output."""
        return [self.low, self.high]
