"""Sums, extremes and medians of many consecutive groups of rows at once, without a loop over the groups."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from alloycoat.record import FloatArray

IndexArray = NDArray[np.intp]
BoolArray = NDArray[np.bool_]
_TIE = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """Rows told apart into consecutive groups: `start` the first row of each (none empty), `of` group by row."""

    start: IndexArray
    of: NDArray[np.int32]

    @classmethod
    def of_starts(cls, start: IndexArray, rows: int) -> Groups:
        """Groups that begin at `start` and end where the next begins, the last at `rows`."""
        size = np.diff(np.append(start, rows))
        return cls(start, np.repeat(np.arange(start.size, dtype=np.int32), size))

    @property
    def n(self) -> int:
        """Number of groups."""
        return int(self.start.size)

    @property
    def size(self) -> IndexArray:
        """Rows of each group."""
        return np.diff(np.append(self.start, self.of.size))

    def total(self, values: FloatArray) -> FloatArray:
        """Sum of each group."""
        return np.asarray(np.add.reduceat(values, self.start)) if self.n else np.zeros(0)

    def largest(self, values: FloatArray) -> FloatArray:
        """Largest value of each group."""
        return np.asarray(np.maximum.reduceat(values, self.start)) if self.n else np.zeros(0)

    def smallest(self, values: FloatArray) -> FloatArray:
        """Smallest value of each group."""
        return np.asarray(np.minimum.reduceat(values, self.start)) if self.n else np.zeros(0)

    def progress(self, weights: FloatArray, total: FloatArray) -> FloatArray:
        """How far through its group each row lies, 0 to 1, by weight; by count where the weights are zero."""
        running = np.cumsum(weights)
        before = np.append(0.0, running)[self.start]
        share = running
        share -= 0.5 * weights
        share -= before[self.of]
        share /= np.where(total > 0, total, 1.0)[self.of]
        for group in np.flatnonzero(total <= 0):
            rows = slice(int(self.start[group]), int(self.start[group] + self.size[group]))
            share[rows] = (np.arange(self.size[group]) + 0.5) / self.size[group]
        return share

    def median(
        self, values: FloatArray, weights: FloatArray | None = None, chosen: BoolArray | None = None
    ) -> FloatArray:
        """Weighted median of the chosen rows of each group; the plain one where all weights are zero.

        NaN for a group without a chosen row.
        """
        found = np.full(self.n, np.nan)
        rows = np.arange(values.size) if chosen is None else np.flatnonzero(chosen)
        if rows.size == 0:
            return found
        group = self.of[rows]
        first = np.flatnonzero(np.concatenate([[True], group[1:] != group[:-1]]))
        present = group[first]
        inner = Groups.of_starts(first, rows.size)
        value = values[rows]
        low, high = inner.smallest(value), inner.largest(value)
        span = high - low
        if not np.any(span > 0):
            found[present] = low
            return found
        # one sort for all groups: the key is the number of the group plus the place of the value within its range
        key = (value - low[inner.of]) / np.where(span > 0, span, 1.0)[inner.of]
        key *= 0.5
        key += inner.of
        order = np.argsort(key)
        del key
        value = value[order]
        if weights is None:
            found[present] = _plain(value, first, inner.size)
            return found
        weight = weights[rows][order]
        total = inner.total(weight)
        found[present] = _weighted(value, weight, inner, total)
        return found


def _plain(value: FloatArray, first: IndexArray, size: IndexArray) -> FloatArray:
    return np.asarray(0.5 * (value[first + (size - 1) // 2] + value[first + size // 2]))


def _weighted(value: FloatArray, weight: FloatArray, inner: Groups, total: FloatArray) -> FloatArray:
    """Medians of sorted values: the first value below or at which half of the weight lies."""
    flat = total <= 0
    weight /= np.where(flat, 1.0, total)[inner.of]
    below = np.cumsum(weight)
    base = np.append(0.0, below)[inner.start]
    last = inner.start + inner.size - 1
    at = np.searchsorted(below, base + 0.5 * (1 - _TIE))
    at = np.minimum(np.maximum(at, inner.start), last)
    # half of the weight lies exactly below a row: the median is between it and the next that weighs something
    tie = np.abs(below[at] - base - 0.5) <= _TIE
    above = np.minimum(np.searchsorted(below, base + 0.5 * (1 + 4 * _TIE)), last)
    middle = np.where(tie, 0.5 * (value[at] + value[np.maximum(above, at)]), value[at])
    return np.where(flat, _plain(value, inner.start, inner.size), middle)
