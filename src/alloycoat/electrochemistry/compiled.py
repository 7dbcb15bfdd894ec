"""The same scalar law, compiled: numba is imported when the first one is asked for, not before."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import ParamSpec, TypeVar, cast

P = ParamSpec("P")
R = TypeVar("R")


@cache
def make_compiled(function: Callable[P, R]) -> Callable[P, R]:
    """The numba version of a scalar law of this room (the law itself where NUMBA_DISABLE_JIT is set).

    function: a module-level function of floats that calls nothing of ours. Compiles at the first call.
    """
    import numba

    return cast("Callable[P, R]", numba.njit(error_model="numpy")(function))
