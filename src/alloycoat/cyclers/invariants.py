"""The invariants that every file is checked by: time against the clock, the integral of the current against the
capacity, its sign against the steps, the voltage against energy and power, ranges, and that both signs occur.

What is decided is written down; what contradicts itself is refused with the flag that settles it.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from alloycoat.cyclers.evidence import TOLERANCE, Evidence, charge_ratio, clock_ratio, near, power_ratio
from alloycoat.cyclers.hints import SIGNS, TIME_UNITS, Hints
from alloycoat.cyclers.signs import settle_sign, witnesses
from alloycoat.errors import DataFileError
from alloycoat.outcome import INVARIANT, Invariant, invariants_in
from alloycoat.record import CyclingRecord

FACTORS = {
    1e3: "1000", 1e-3: "0.001", 60.0: "60", 1 / 60: "1/60", 3600.0: "3600", 1 / 3600: "1/3600", 3.6: "3.6",
    1 / 3.6: "1/3.6", 1e6: "1e6", 1e-6: "1e-6",
}  # fmt: skip
"""Ratios that a wrong unit leaves behind."""
LARGEST_V = 10.0
"""A higher voltage is not one of a single cell in V."""
LARGEST_CURRENT_A = 1e3
"""A higher current is not one that a cycler for single cells gives."""
LONGEST_S = 10 * 365.25 * 86400.0
PREFIX = INVARIANT
"""Keys of a record's metadata that hold a check: this, then its name."""


def as_metadata(checks: tuple[Invariant, ...]) -> dict[str, str]:
    """The checks as entries of a record's metadata."""
    return {f"{PREFIX}{each.name}": f"{each.state}: {each.evidence}" for each in checks}


def stored(record: CyclingRecord) -> tuple[Invariant, ...]:
    """The checks that a reader wrote into the metadata of a record."""
    return invariants_in(record.metadata)


def settle_time_unit(evidence: Evidence, notes: list[str]) -> float:
    """Seconds of the unit of time. Raises DataFileError where the file contradicts itself or does not tell."""
    wall, stated = evidence.wall, evidence.time_unit
    names = {1.0: "s", 60.0: "min", 3600.0: "h"}
    if stated is not None:
        if wall and not near(wall[0], stated, 0.2):
            for unit, name in names.items():
                if near(wall[0], unit, 0.05):
                    raise DataFileError(
                        f"{evidence.file}: the column of time says {names.get(stated, f'{stated:g} s')}, but its clock "
                        f"says {name}; say which with --time-unit {name} or --time-unit {names.get(stated, 's')}"
                    )
        return stated
    for ratio, what, tolerance in ((wall, "clock", 0.05), (_unit_by_charge(evidence), "capacity", TOLERANCE)):
        for unit, name in names.items():
            if ratio and near(ratio[0], unit, tolerance):
                notes.append(f"the column of time has no unit; by the {what} of the file it is {name}")
                return unit
    raise DataFileError(
        f"{evidence.file}: the unit of the time is not written and cannot be told from the file; "
        "give it with --time-unit s, min or h"
    )


def _unit_by_charge(evidence: Evidence) -> tuple[float, int] | None:
    ratio = charge_ratio(evidence)
    return None if ratio is None or ratio[0] <= 0 else (1 / ratio[0], ratio[1])


def _check(name: str, ok: bool | None, words: str) -> Invariant:
    return Invariant(name, "undecided" if ok is None else "ok" if ok else "doubtful", words)


@np.errstate(over="ignore", invalid="ignore", divide="ignore")  # damaged files hold any number
def settle(evidence: Evidence, hints: Hints, notes: list[str]) -> tuple[Invariant, ...]:
    """Settle unit of time and sign of current by the file and what the user said, then check everything.

    Raises DataFileError where the file contradicts itself, or does not tell and the user did not either.
    """
    evidence.wall = clock_ratio(evidence)
    unit = TIME_UNITS[hints.time_unit] if hints.time_unit else settle_time_unit(evidence, notes)
    if hints.time_unit and evidence.time_unit not in {None, unit}:
        notes.append(f"time was taken in {hints.time_unit} as given, though the file says otherwise")
    evidence.scale_time(unit)
    if hints.current_sign:
        evidence.flip(SIGNS[hints.current_sign], notes, given=hints.current_sign)
    else:
        settle_sign(evidence, notes)
    return check_all(evidence, unit_given=hints.time_unit is not None, sign_given=hints.current_sign is not None)


def check_all(evidence: Evidence, *, unit_given: bool, sign_given: bool) -> tuple[Invariant, ...]:
    """All checks on rows whose unit and sign are settled. Raises DataFileError where the file contradicts itself."""
    return (
        _time_check(evidence, unit_given),
        _charge_check(evidence, unit_given),
        _sign_check(evidence, sign_given),
        _range_check(evidence),
        _voltage_check(evidence),
        _both_signs(evidence, sign_given),
        _complete_check(evidence),
    )


def _time_check(evidence: Evidence, unit_given: bool) -> Invariant:
    ratio = evidence.wall if evidence.wall is None else (evidence.wall[0] / evidence.unit, evidence.wall[1])
    if ratio is None:
        return _check("time_against_clock", None, "the file has no clock beside its time, or too little of it")
    words = f"its clock runs {ratio[0]:.4g} s per s of its time ({ratio[1]} stretches)"
    if not unit_given and any(near(ratio[0], unit, 0.05) for unit in (60, 3600, 1 / 60, 1 / 3600)):
        raise DataFileError(f"{evidence.file}: {words}; say the unit of its time with --time-unit s, min or h")
    return _check("time_against_clock", near(ratio[0], 1.0, 0.05), words)


def _charge_check(evidence: Evidence, unit_given: bool) -> Invariant:
    ratio = charge_ratio(evidence)
    if ratio is None:
        return _check("charge_against_capacity", None, "the file has no capacity to compare the current with")
    words = f"the integral of the current is {ratio[0]:.4g} times its capacity ({ratio[1]} stretches)"
    _refuse_factor(evidence, ratio[0], words, "time, current or capacity", unit_given)
    return _check("charge_against_capacity", near(ratio[0], 1.0), words)


def _voltage_check(evidence: Evidence) -> Invariant:
    ratio = power_ratio(evidence)
    if ratio is None:
        return _check("voltage_against_energy", None, "the file has no energy or power to compare the voltage with")
    words = f"the voltage is {ratio[0]:.4g} times what its energy or power says ({ratio[1]} stretches)"
    _refuse_factor(evidence, ratio[0], words, "voltage, current or power", False)
    return _check("voltage_against_energy", near(ratio[0], 1.0), words)


def _refuse_factor(evidence: Evidence, ratio: float, words: str, which: str, unit_given: bool) -> None:
    """Refuse a ratio that a wrong unit, or columns in each other's place, would give."""
    if 0.5 <= ratio <= 2.0:
        return
    factor = next((text for value, text in FACTORS.items() if near(ratio, value, 0.15)), None)
    if factor and ("60" in factor) and not unit_given:
        hint = "say the unit of its time with --time-unit s, min or h"
    elif factor:
        hint = f"a unit in the names of its columns of {which} is wrong by {factor}: correct it"
    else:
        hint = f"its columns of {which} contradict each other: is one under the wrong name?"
    raise DataFileError(f"{evidence.file}: {words}; {hint}")


def _sign_check(evidence: Evidence, sign_given: bool) -> Invariant:
    said = witnesses(evidence) if evidence.said is None else evidence.said
    if not said:
        return _check("sign_against_state", None, "nothing in the file confirms the sign of the current")
    words = "; ".join(f"{each.name} agree in {each.share:.1%}" for each in said)
    if sign_given:
        words += " (sign as given)"
    against, certain = any(each.says == -1 for each in said), any(each.says == 1 for each in said)
    return _check("sign_against_state", False if against else True if certain else None, words)


def _range_check(evidence: Evidence) -> Invariant:
    volts = float(np.max(np.abs(evidence.columns["voltage"])))
    amperes = float(np.max(np.abs(evidence.columns["current"])))
    span = float(np.ptp(evidence.columns["time"]))
    words = f"up to {volts:.4g} V, {amperes:.4g} A, {span / 3600:.4g} h"
    if volts > LARGEST_V:
        words += "; is the voltage in mV?"
    if amperes > LARGEST_CURRENT_A:
        words += "; is the current in mA?"
    fits = volts <= LARGEST_V and amperes <= LARGEST_CURRENT_A and span <= LONGEST_S
    return _check("ranges", fits, words)


def _both_signs(evidence: Evidence, sign_given: bool) -> Invariant:
    current, state = evidence.columns["current"], evidence.get("state")
    signs: Mapping[int, bool] = {way: bool(np.any(np.sign(current) == way)) for way in (1, -1)}
    if state is None or not np.any(np.abs(np.nan_to_num(state)) == 1):
        both = signs[1] and signs[-1]
        return _check(
            "both_signs",
            True if both else None,
            "both occur" if both else "the current flows one way only, or not at all",
        )
    wanted = {way for way in (1, -1) if np.any(state == way)}
    if len(wanted) == 2 and not (signs[1] and signs[-1]) and not sign_given:
        raise DataFileError(
            f"{evidence.file}: its steps charge and discharge, but its current has one sign only; "
            "is it a magnitude? Export it with its sign"
        )
    return _check("both_signs", all(signs[way] for way in wanted), f"{len(wanted)} of 2 states, each with its sign")


def _complete_check(evidence: Evidence) -> Invariant:
    """Whether rows are missing: inside by their numbers, at the end by the format."""
    record = evidence.get("record")
    if evidence.whole is False:
        return _check("complete", False, "the file ends inside a row")
    if record is not None and record.size > 1:
        skips = int(np.sum(np.diff(record) != 1))
        if skips:
            return _check("complete", False, f"the numbers of its rows skip {skips} times, of {record.size} rows")
    if evidence.whole is None:
        return _check("complete", None, "the file has no checksum or end by which to tell that it is whole")
    return _check("complete", True, "no row is missing that the file would tell of")
