"""Electrolytes: salt, solvents, additives, and the transport of the salt as tables over its concentration.

Transport is that of the salt in its solvents near 298 K (electrolytes.csv); additives leave it unchanged.
A salt and solvents that are not tabulated together get the prior of their class, with a note that says so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from alloycoat.chemistry import electrolyte_text as wording
from alloycoat.chemistry.tables import Row, TableError, by_subject
from alloycoat.errors import RecipeError
from alloycoat.sources import Value

_UNITS = {"conductivity": "S/m", "diffusivity": "m**2/s", "transference": "", "thermodynamic_factor": ""}


@dataclass(frozen=True, slots=True)
class Transport:
    """One transport property over salt concentration, linear between the points, held beyond the ends.

    concentrations: mol/m3, rising; values: SI; value: at the concentration of the electrolyte, with interval.
    """

    concentrations: tuple[float, ...]
    values: tuple[float, ...]
    value: Value

    @property
    def c_min(self) -> float:
        """Lowest tabulated concentration in mol/m3."""
        return self.concentrations[0]

    @property
    def c_max(self) -> float:
        """Highest tabulated concentration in mol/m3."""
        return self.concentrations[-1]

    def at(self, concentration: ArrayLike) -> NDArray[np.float64]:
        """The property in SI units at `concentration` in mol/m3: linear, held at the ends [c_min, c_max]."""
        c = np.asarray(concentration, dtype=np.float64)
        return np.asarray(np.interp(c, self.concentrations, self.values), dtype=np.float64)

    def covers(self, concentration: float) -> bool:
        """True where `concentration` (mol/m3) lies in the tabulated range."""
        return self.c_min <= concentration <= self.c_max


@dataclass(frozen=True, slots=True)
class Electrolyte:
    """A salt in solvents: `concentration` in mol/m3, `charge` of the cation, solvent fractions that add to 1.

    conductivity in S/m, diffusivity of the salt in m2/s, transference of the cation (-), thermodynamic_factor
    1 + dln f/dln c (-). `basis` of the fractions: "v/v", "w/w", "mol" or "" where the text does not say.
    `notes` say in plain words what is assumed; `tabulated` is False where a class prior stands in. activation:
    energies in J/mol with which conductivity and diffusivity follow the temperature, where they are tabulated.
    """

    text: str
    salt: str
    formula: str
    cation: str
    anion: str
    charge: int
    concentration: float
    solvents: tuple[tuple[str, float], ...]
    solvent_class: str  # "ether", "carbonate" or "mixed"
    basis: str
    additives: tuple[tuple[str, str], ...]
    tabulated: bool
    conductivity: Transport
    diffusivity: Transport
    transference: Transport
    thermodynamic_factor: Transport
    notes: tuple[str, ...]
    activation: tuple[tuple[str, Value], ...] = ()

    @property
    def z(self) -> int:
        """Charge number of the cation."""
        return self.charge

    @property
    def sources(self) -> tuple[str, ...]:
        """Keys of the references of the four transport values."""
        used = (self.conductivity, self.diffusivity, self.transference, self.thermodynamic_factor)
        return tuple(dict.fromkeys(transport.value.source for transport in used))


def _weakest(points: list[Value]) -> Value:
    """The point whose kind, source and note describe an interpolation: the assumed one where there is one."""
    return next((point for point in points if point.kind == "assumed"), points[0])


def _between(nominal: float, levels: list[float], points: list[Value]) -> Value:
    """Value and interval at `nominal`; beyond the table the end is held and its interval widened.

    Widening with x = |ln(c/c_end)|: low/(1 + x) and high (1 + x) where positive, else half-widths grow by x
    times (half-width + 0.05); the kind becomes `assumed`.
    """
    if len(levels) == 1 or nominal <= levels[0] or nominal >= levels[-1]:
        end = 0 if nominal <= levels[0] else -1
        point, beyond = points[end], abs(float(np.log(nominal / levels[end])))
        if beyond < 0.02:
            return point
        low, high = point.low, point.high
        if low > 0:
            low, high = low / (1 + beyond), high * (1 + beyond)
        else:
            low, high = low - beyond * (point.value - low + 0.05), high + beyond * (high - point.value + 0.05)
        note = f"tabulated at {levels[end] / 1000:g} mol/L, used at {nominal / 1000:g}; {point.note}"
        return Value(point.value, point.unit, "assumed", point.source, low, high, note, point.subkind)
    right = int(np.searchsorted(levels, nominal))
    if abs(levels[right] - nominal) < 1e-6 * nominal:
        return points[right]
    pair = [points[right - 1], points[right]]
    share = (nominal - levels[right - 1]) / (levels[right] - levels[right - 1])

    def mean(get: Callable[[Value], float]) -> float:
        return (1 - share) * get(pair[0]) + share * get(pair[1])

    label = _weakest(pair)
    low, high = mean(lambda point: point.low), mean(lambda point: point.high)
    value = mean(lambda point: point.value)
    return Value(value, label.unit, label.kind, label.source, low, high, label.note, label.subkind)


def _transport(rows: dict[str, Row], quantity: str, nominal: float) -> Transport:
    """The table of one property, from rows named `quantity@mol_per_L`."""
    found = sorted(
        (float(name.split("@", 1)[1]) * 1000.0, row.quantity(_UNITS[quantity]))
        for name, row in rows.items()
        if name.startswith(f"{quantity}@")
    )
    if not found:
        raise TableError(f"electrolytes.csv: no {quantity} for {next(iter(rows.values())).subject}")
    levels, points = [level for level, _ in found], [point for _, point in found]
    return Transport(tuple(levels), tuple(point.value for point in points), _between(nominal, levels, points))


@lru_cache(maxsize=1)
def _tabulated() -> dict[tuple[str, frozenset[str]], str]:
    """(salt, set of solvents) -> subject of the table."""
    found: dict[tuple[str, frozenset[str]], str] = {}
    for subject in by_subject(wording.TABLE):
        if " in " in subject:
            salt, mixture = subject.split(" in ", 1)
            found[salt, frozenset(mixture.split("/"))] = subject
    return found


def _class_of(solvents: tuple[str, ...]) -> str:
    table = by_subject(wording.TABLE)
    classes = {table[f"solvent {name}"]["class"].text for name in solvents}
    only = classes.pop() if len(classes) == 1 else "mixed"
    return only if only in {"ether", "carbonate"} else "mixed"


def _notes(parsed: wording.ParsedElectrolyte, subject: str, rows: dict[str, Row]) -> list[str]:
    """What the user must know about where the transport comes from."""
    notes: list[str] = []
    if subject.startswith("class "):
        names = "/".join(parsed.solvents)
        kind = subject.removeprefix("class ")
        notes.append(f"{parsed.salt} in {names}: not tabulated, class prior ({kind}) used for its transport")
    elif "ratio" in rows and len(parsed.solvents) > 1:
        ratio = rows["ratio"].text.split(" ")[0]
        weights = dict(zip(subject.split(" in ", 1)[1].split("/"), map(float, ratio.split(":")), strict=True))
        given = dict(parsed.fractions)
        if any(abs(given[name] - weight / sum(weights.values())) > 0.05 for name, weight in weights.items()):
            notes.append(f"transport tabulated for {subject} {rows['ratio'].text}, used for another ratio")
    if parsed.additives:
        listed = ", ".join(name for name, _ in parsed.additives)
        notes.append(f"additives ({listed}) leave conductivity, diffusivity and transference unchanged")
    return notes


@lru_cache(maxsize=512)
def _build(parsed: wording.ParsedElectrolyte, concentration: float) -> Electrolyte:
    table = by_subject(wording.TABLE)
    salt = table[f"salt {parsed.salt}"]
    kind = _class_of(parsed.solvents)
    subject = _tabulated().get((parsed.salt, frozenset(parsed.solvents)))
    if subject is None:
        subject = f"class {kind} {salt['cation'].text}"
    rows = table[subject]
    transport = {quantity: _transport(rows, quantity, concentration) for quantity in _UNITS}
    notes = _notes(parsed, subject, rows)
    for quantity, curve in transport.items():
        if curve.value.kind == "assumed":
            notes.append(f"{quantity.replace('_', ' ')} assumed: {curve.value.note}")
    activation = tuple(
        (quantity, rows[f"{quantity}_activation"].quantity("J/mol"))
        for quantity in _UNITS
        if f"{quantity}_activation" in rows
    )
    full = replace(parsed, concentration=concentration)
    return Electrolyte(
        text=full.text, salt=parsed.salt, formula=salt["formula"].text, cation=salt["cation"].text,
        anion=salt["anion"].text, charge=int(salt["charge"].text), concentration=concentration,
        solvents=parsed.fractions, solvent_class=kind, basis=parsed.basis, additives=parsed.additives,
        tabulated=not subject.startswith("class "), conductivity=transport["conductivity"],
        diffusivity=transport["diffusivity"], transference=transport["transference"],
        thermodynamic_factor=transport["thermodynamic_factor"], notes=tuple(notes),
        activation=activation,
    )  # fmt: skip


def electrolyte(text: str, concentration: float | None = None) -> Electrolyte:
    """The electrolyte that `text` names, with the transport of its salt near 298 K.

    text: "1 M LiTFSI in DOL/DME + 2 wt% LiNO3", "LiPF6 (1 M) + EC/DMC", "LP30", ...; amounts of additives
    refer to the solution. concentration: of the salt in mol/m3, for a text that gives none.
    Raises RecipeError: `[cell] electrolyte`, the value given and the nearest known salt or solvent.
    Validity: the concentrations of each table (`Transport.c_min`, `c_max`), 298 K, no effect of additives.

    >>> electrolyte("LP57").solvents
    (('EC', 0.3), ('EMC', 0.7))
    """
    parsed = wording.read(text)
    found = parsed.concentration if parsed.concentration is not None else concentration
    if found is None:
        raise RecipeError(
            f"{wording.FIELD}: {text!r} gives no salt concentration; write for instance '1 M {parsed.text}'"
        )
    if not 0 < found <= 1e4:
        raise RecipeError(f"{wording.FIELD}: concentration {found!r} mol/m3 is not between 0 and 10 mol/L")
    return _build(parsed, float(found))


def electrolytes() -> tuple[str, ...]:
    """The tabulated pairs of salt and solvents, such as "LiTFSI in DOL/DME", sorted."""
    return tuple(sorted(_tabulated().values()))


def electrolyte_salts() -> tuple[str, ...]:
    """Names of the known salts, sorted."""
    return tuple(sorted(set(wording.names("salt").values())))


def electrolyte_solvents() -> tuple[str, ...]:
    """Names of the known solvents, sorted."""
    return tuple(sorted(set(wording.names("solvent").values())))
