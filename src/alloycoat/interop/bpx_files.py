"""Battery Parameter eXchange 1.1 (extra `bpx`): a positive electrode in, a full cell without its anode out.

Functions in a file are arithmetic of x; they are read as such and never run as code.
"""

from __future__ import annotations

import ast
import json
import math
import operator
import warnings
from collections.abc import Callable
from itertools import accumulate
from pathlib import Path
from typing import Any

from alloycoat.cell.full import FullCell
from alloycoat.chemistry.positives import Positive
from alloycoat.errors import AlloycoatError, DataFileError
from alloycoat.quantities import FARADAY
from alloycoat.sources import Value
from alloycoat.store import write_text

_POINTS = 101
_SOURCE = "bpx-file"
_DENSITY = (4700.0, 3500.0, 4800.0)
"""kg/m3, assumed: the format has no density of the active material; only Wh/kg depends on it."""
_LOWEST, _HIGHEST = 0.9, 5.3
"""V against lithium between which a positive electrode works."""
_RISE = 0.05
"""V by which a curve may rise with the filling (noise of a fit) before it is refused."""
_OPERATORS: dict[type[ast.AST], Callable[..., float]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.Pow: operator.pow, ast.USub: operator.neg, ast.UAdd: operator.pos,
}  # fmt: skip
_FUNCTIONS = {"exp": math.exp, "tanh": math.tanh, "cosh": math.cosh, "sinh": math.sinh}


def evaluate(text: str, x: float) -> float:
    """Value of an arithmetic expression of x (numbers, + - * / **, exp, tanh, cosh, sinh).

    Raises DataFileError for anything else.

    >>> evaluate("3 + 0.5 * tanh(x) ** 2", 0.0)
    3.0
    """

    def value(node: ast.AST) -> float:
        if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)) and not isinstance(node.value, bool):
            return float(node.value)
        if isinstance(node, ast.Name) and node.id == "x":
            return x
        if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
            return float(_OPERATORS[type(node.op)](value(node.left), value(node.right)))
        if isinstance(node, ast.UnaryOp) and type(node.op) in _OPERATORS:
            return float(_OPERATORS[type(node.op)](value(node.operand)))
        call = node.func if isinstance(node, ast.Call) and len(node.args) == 1 and not node.keywords else None
        if isinstance(node, ast.Call) and isinstance(call, ast.Name) and call.id in _FUNCTIONS:
            return _FUNCTIONS[call.id](value(node.args[0]))
        raise DataFileError(f"BPX function: {text[:60]!r} is more than arithmetic of x with exp, tanh, cosh, sinh")

    try:
        found = value(ast.parse(text.strip(), mode="eval").body)
    except (SyntaxError, ValueError, ZeroDivisionError, OverflowError, RecursionError, TypeError) as error:
        raise DataFileError(f"BPX function: {text[:60]!r} cannot be evaluated at x = {x:g}: {error}") from None
    if isinstance(found, complex) or not math.isfinite(found):
        raise DataFileError(f"BPX function: {text[:60]!r} is not finite at x = {x:g}")
    return found


def _at(curve: Any, x: float) -> float:
    """A constant, function or table of the format at x."""
    if isinstance(curve, (int, float)):
        return float(curve)
    if isinstance(curve, str):
        return evaluate(curve, x)
    import numpy as np

    return float(np.interp(x, curve.x, curve.y))


def _parsed(path: Path) -> Any:
    try:
        import bpx
    except ImportError:
        raise AlloycoatError("BPX files need the library 'bpx'; run: pip install 'alloycoat[bpx]'") from None
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DataFileError(f"{path}: cannot be read: {error}") from None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # older files are converted; what was converted changes no value used here
            return bpx.parse_bpx_obj(json.loads(text))
    except Exception as error:
        said = str(error).strip().splitlines()
        raise DataFileError(f"{path}: is no valid BPX file: {' '.join(said[:3])[:200]}") from None


def read_bpx_positive(path: str | Path, anode: str = "Li") -> Positive:
    """The positive electrode of a BPX file, to be used in `full(positive=...)`.

    anode: the metal whose ions the file is about; BPX is written for lithium. Capacity is F c_max over an assumed
    density, the ends of use are the file's stoichiometries, the limits the open-circuit voltages there. Raises
    DataFileError for files that are broken, blended, or without a positive electrode.
    """
    file = Path(path)
    if anode != "Li":
        raise DataFileError(f"{file}: BPX files are about lithium; the anode {anode} cannot take their positive")
    found: Any = getattr(_parsed(file).parameterisation, "positive_electrode", None)
    needed = ("ocp", "diffusivity", "maximum_concentration", "porosity", "transport_efficiency", "particle_radius")
    missing = [name for name in needed if getattr(found, name, None) is None]
    if missing:
        raise DataFileError(f"{file}: its positive electrode has no {missing[0]} (a blended or partial one?)")
    low, high = float(found.minimum_stoichiometry), float(found.maximum_stoichiometry)
    fillings = [low + (high - low) * k / (_POINTS - 1) for k in range(_POINTS)]
    volts = [_at(found.ocp, x) for x in fillings]
    _check_curve(file, volts)
    for k in range(1, _POINTS):
        volts[k] = min(volts[k], volts[k - 1])  # the curve of an insertion host falls with its filling
    solid = found.surface_area_per_unit_volume * found.particle_radius / 3.0
    middle = 0.5 * (low + high)

    def given(number: float, unit: str) -> Value:
        return Value(float(number), unit, "computed", _SOURCE, float(number), float(number), f"from {file.name}")

    return Positive(
        name=file.stem, anode=anode, with_metal=True,
        capacity=given(FARADAY * found.maximum_concentration / _DENSITY[0], "C/kg"),
        x_charged=given(low, ""), x_discharged=given(high, ""), lower_voltage=given(volts[-1], "V"),
        upper_voltage=given(volts[0], "V"),
        density=Value(_DENSITY[0], "kg/m**3", "assumed", _SOURCE, _DENSITY[1], _DENSITY[2], "BPX has none"),
        diffusivity=given(_at(found.diffusivity, middle), "m**2/s"), radius=given(found.particle_radius, "m"),
        exchange_current_density=given(0.5 * FARADAY * found.reaction_rate_constant, "A/m**2"),
        active_fraction=given(solid / (1.0 - found.porosity), ""), electrode_porosity=given(found.porosity, ""),
        electrode_macmullin=given(1.0 / found.transport_efficiency, ""), curve=(tuple(fillings), tuple(volts)),
        notes=(f"positive from the file {file.name}; diffusivity taken at half filling, density assumed",), sources=(),
    )  # fmt: skip


def _check_curve(file: Path, volts: list[float]) -> None:
    """Refuse a curve that cannot be that of an insertion positive against lithium: another chemistry, or a mix-up."""
    if not _LOWEST <= min(volts) <= max(volts) <= _HIGHEST:
        raise DataFileError(
            f"{file}: open-circuit voltage of {min(volts):.3g} to {max(volts):.3g} V: a positive electrode against "
            f"lithium lies within {_LOWEST:g} to {_HIGHEST:g} V (another chemistry, or the negative electrode?)"
        )
    rise = max(later - lowest for lowest, later in zip(_running_minimum(volts), volts, strict=True))
    if rise > _RISE:
        raise DataFileError(
            f"{file}: its open-circuit voltage rises by {rise:.3g} V with the filling of the host; it must fall"
        )


def _running_minimum(volts: list[float]) -> list[float]:
    return list(accumulate(volts, min))


def to_bpx(cell: FullCell, title: str = "") -> dict[str, Any]:
    """A full cell as a BPX document of model `Partial`: BPX has no metal electrode, so the anode is left out."""
    metal, host = cell.metal, cell.positive
    most = host.capacity.value * host.density.value / FARADAY
    solid = host.active_fraction.value * (1.0 - host.electrode_porosity.value)
    area = metal.area_m2 or 1.0

    def curve(found: tuple[tuple[float, ...], tuple[float, ...]]) -> Any:
        return found[1][0] if len(found[0]) == 1 else {"x": list(found[0]), "y": list(found[1])}

    return {
        "Header": {
            "BPX": "1.1.0", "Title": title or f"{metal.anode} against {host.name}", "Model": "Partial",
            "Description": "Made by alloycoat: positive, separator, electrolyte; the metal anode has no place in BPX",
        },
        "Parameterisation": {
            "Cell": {
                "Electrode area [m2]": area,
                "Number of electrode pairs connected in parallel to make a cell": 1,
                "Lower voltage cut-off [V]": host.lower_voltage.value,
                "Upper voltage cut-off [V]": host.upper_voltage.value,
                "Nominal cell capacity [A.h]": cell.loading * area / 3600.0,
                "Reference temperature [K]": metal.temperature_K,
            },
            "Electrolyte": {
                "Cation transference number": metal.nominal(metal.transference),
                "Conductivity [S.m-1]": curve(metal.conductivity), "Diffusivity [m2.s-1]": curve(metal.diffusivity),
            },
            "Separator": {
                "Thickness [m]": metal.separator_thickness, "Porosity": metal.porosity,
                "Transport efficiency": metal.permeance,
            },
            "Positive electrode": {
                "Thickness [m]": cell.thickness, "Porosity": host.electrode_porosity.value,
                "Transport efficiency": 1.0 / host.electrode_macmullin.value, "Conductivity [S.m-1]": 100.0,
                "Minimum stoichiometry": host.x_charged.value, "Maximum stoichiometry": host.x_discharged.value,
                "Maximum concentration [mol.m-3]": most, "Particle radius [m]": host.radius.value,
                "Surface area per unit volume [m-1]": 3.0 * solid / host.radius.value,
                "Diffusivity [m2.s-1]": host.diffusivity.value, "OCP [V]": curve(host.curve),
                "Reaction rate constant [mol.m-2.s-1]": 2.0 * host.exchange_current_density.value / FARADAY,
            },
        },
    }  # fmt: skip


def write_bpx(cell: FullCell, path: str | Path, title: str = "") -> Path:
    """Write `to_bpx` to a json file, whole or not at all, after the library has read it back."""
    document = to_bpx(cell, title)
    try:
        import bpx
    except ImportError:
        raise AlloycoatError("BPX files need the library 'bpx'; run: pip install 'alloycoat[bpx]'") from None
    bpx.parse_bpx_obj(json.loads(json.dumps(document)))
    return write_text(Path(path), json.dumps(document, indent=1) + "\n")
