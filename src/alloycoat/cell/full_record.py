"""What the cells of an insertion and of a sulfur positive keep: samples by order, inventories by cycle."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Numbers = NDArray[np.int64]
Part = tuple[Array, int, int]
"""Samples of one order, a column each (s, A/m2, V), with its cycle and step."""


def joined(parts: Sequence[Part]) -> tuple[Array, Numbers, Numbers]:
    """(samples of all orders, their cycles, their steps)."""
    data = np.concatenate([part for part, _, _ in parts], axis=1)
    sizes = [part.shape[1] for part, _, _ in parts]
    cycle = np.repeat([cycle for _, cycle, _ in parts], sizes)
    return data, cycle, np.repeat([step for _, _, step in parts], sizes)


def by_name(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> dict[str, Array]:
    """One array a name from one row a cycle; empty arrays where no cycle was done."""
    table = np.array(rows, dtype=float).reshape(-1, len(names))
    return {name: table[:, k] for k, name in enumerate(names)}
