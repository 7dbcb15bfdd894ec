"""How the kernels of this room are compiled: kept in numba's cache where one can be written, else in memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba

# sums may be reordered (vectorised); not-a-number and infinity keep their meaning
FAST = {"reassoc", "contract", "nsz", "arcp"}


def compiled(function: Callable[..., Any]) -> Any:
    """The numba version of `function`, one thread, compiled at its first call and kept for the next process."""
    return _make(function, fastmath=FAST, error_model="numpy", nogil=True)


def _make(function: Callable[..., Any], **options: Any) -> Any:
    try:
        return numba.njit(cache=True, **options)(function)
    except RuntimeError:  # no folder for the cache is no reason to stop
        return numba.njit(**options)(function)
