"""One compiled unit out of many functions: `piece` marks a function that only compiled code calls.

`numba.njit` compiles every function it meets to machine code of its own, with all that it calls inside: with
seventy functions, each calling the next, most of the time to compile goes into code that nobody runs. A piece is
compiled into the unit of its caller instead, once, and machine code is made once, of the whole.
"""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

import numba
import numba.core.compiler
from numba.extending import intrinsic

compiler: Any = numba.core.compiler
types: Any = numba.types
_SCALARS: dict[Any, Any] = {float: types.float64, int: types.int64, bool: types.boolean, type(None): types.none}
_made: WeakKeyDictionary[Any, dict[Any, Any]] = WeakKeyDictionary()
"""By compiled unit: descriptions of the pieces in it, by function and types of the arguments."""


def _numba_type(hint: Any) -> Any:
    """The compiled type of an annotation; None where the argument itself tells (arrays, named tuples)."""
    if typing.get_origin(hint) is tuple:
        return types.Tuple([_numba_type(part) for part in typing.get_args(hint)])
    return _SCALARS.get(hint)


def _describe(context: Any, function: Callable[..., Any], signature: Any) -> Any:
    """Description of the piece for these types, compiled into the unit that is being made where it is new."""
    unit = context.active_code_library
    outermost = unit not in _made
    known = _made.setdefault(unit, {})
    key = function, signature.args
    if key not in known:
        flags = compiler.Flags()
        flags.no_compile = flags.no_cpython_wrapper = flags.no_cfunc_wrapper = True
        flags.error_model = "numpy"
        inside = context.subtarget(enable_nrt=False)  # nothing is allocated: no counting of references
        made = compiler.compile_internal(
            context.typing_context, inside, unit, function, signature.args, signature.return_type, flags, locals={}
        )
        known[key] = made.fndesc
        if outermost:  # everything that it calls is in: seen by nobody else, calls cost less
            for fn in unit._final_module.functions:
                if not fn.is_declaration and fn.name != made.fndesc.mangled_name:
                    fn.linkage = "internal"
    return known[key]


def piece(function: Any) -> Any:
    """Make `function` callable from compiled code; its annotations must name scalars and what it returns.

    With NUMBA_DISABLE_JIT set the function itself comes back.
    """
    if getattr(numba.config, "DISABLE_JIT", 0):
        return function
    hints: dict[str, Any] = {}

    def write_call(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return context.call_internal(builder, _describe(context, function, signature), signature, arguments)

    def types_of(_: Any, *given: Any) -> Any:
        if not hints:
            hints.update(typing.get_type_hints(function))
        names = function.__code__.co_varnames[: function.__code__.co_argcount]
        taken = [_numba_type(hints[name]) or kind for name, kind in zip(names, given, strict=True)]
        return _numba_type(hints["return"])(*taken), write_call

    names = ("typing_context", *function.__code__.co_varnames[: function.__code__.co_argcount])
    # numba binds the arguments of a call to these names
    types_of.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD) for name in names]
    )
    types_of.__name__ = function.__name__
    return intrinsic(types_of)
