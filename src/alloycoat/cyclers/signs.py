"""Which way the current flows: what a file says of its sign, settled or refused."""

from __future__ import annotations

import numpy as np

from alloycoat.cyclers.evidence import Evidence, Witness
from alloycoat.errors import DataFileError


def _witness(name: str, agree: np.ndarray, least: int) -> Witness | None:
    if agree.size < least:
        return None
    share = float(np.mean(agree))
    return Witness(name, 1 if share >= 0.9 else -1 if share <= 0.1 else 0, share)


def witnesses(evidence: Evidence) -> list[Witness]:
    """All that tells the sign: the state of the step, the capacities, and that voltage jumps with the current."""
    current, voltage = evidence.columns["current"], evidence.columns["voltage"]
    largest = float(np.percentile(np.abs(current), 95))
    flowing = np.abs(current) > 0.01 * largest if largest > 0 else np.zeros(current.size, dtype=bool)
    found: list[Witness | None] = []
    state = evidence.get("state")
    if state is not None:
        settled = np.concatenate([[False], state[1:] == state[:-1]])  # a first point may carry the previous sign
        rows = flowing & settled & (np.abs(np.nan_to_num(state)) == 1)
        found.append(_witness("the state of the steps", np.sign(current[rows]) == state[rows], 3))
    pairs = flowing[1:] & flowing[:-1] & (np.sign(current[1:]) == np.sign(current[:-1]))
    agree = []
    for name, sign in (("charge_capacity", 1), ("discharge_capacity", -1)):
        values = evidence.get(name)
        if values is not None:
            grows = pairs & (np.diff(values) > 0)
            agree.append(np.sign(current[1:][grows]) == sign)
    net = evidence.get("net_capacity")
    if net is not None:
        moves = pairs & np.isfinite(np.diff(net)) & (np.diff(net) != 0)
        agree.append(np.sign(current[1:][moves]) == np.sign(np.diff(net)[moves]))
    if agree:
        found.append(_witness("the capacities", np.concatenate(agree), 3))
    step, jump = np.diff(current), np.diff(voltage)
    rows = (np.abs(step) > 0.5 * largest) & (np.abs(jump) > 1e-6) & (np.diff(evidence.columns["time"]) < 3600)
    found.append(_witness("the jumps of the voltage", np.sign(step[rows]) == np.sign(jump[rows]), 3))
    return [each for each in found if each is not None]


def settle_sign(evidence: Evidence, notes: list[str]) -> None:
    """Make charging positive. Raises DataFileError where the file contradicts itself or does not tell."""
    if evidence.sign == -1:
        evidence.flip(-1, notes)
    if _is_unsigned(evidence):
        _give_sign(evidence, notes)
    evidence.said = said = tuple(witnesses(evidence))
    against = [each for each in said if each.says == -1]
    words = " and ".join(each.name for each in against)
    certain = [each for each in said if each.says == 1]
    if (len(against) >= 2 and not certain) or (against and evidence.sign is None and not certain):
        evidence.said = tuple(Witness(each.name, -each.says, 1 - each.share) for each in said)
        evidence.flip(-1, notes, given=f"charging was negative, by {words}")
    elif against:
        raise DataFileError(
            f"{evidence.file}: positive current discharges by {words}, "
            f"{'but charges by ' + certain[0].name if certain else 'which the format does not allow'}; say which "
            "with --current-sign charge-positive or --current-sign discharge-positive"
        )
    elif evidence.sign is None and not certain and np.any(evidence.columns["current"]):
        raise DataFileError(
            f"{evidence.file}: whether positive current charges cannot be told from the file; "
            "say it with --current-sign charge-positive or --current-sign discharge-positive"
        )


def _is_unsigned(evidence: Evidence) -> bool:
    """The current is never negative beyond noise, though the cell was discharged by state or capacity."""
    current = evidence.columns["current"]
    largest = float(np.max(np.abs(current), initial=0.0))
    if largest == 0 or float(np.min(current)) < -0.01 * largest:
        return False
    if evidence.sign == 0:
        return True
    state, taken = evidence.get("state"), evidence.get("discharge_capacity")
    flowing = np.abs(current) > 0.01 * largest
    by_state = state is not None and bool(np.any(flowing & (state == -1))) and bool(np.any(flowing & (state == 1)))
    by_capacity = taken is not None and int(np.sum(np.diff(taken)[flowing[1:]] > 0)) > 3
    return by_state or by_capacity


def _give_sign(evidence: Evidence, notes: list[str]) -> None:
    """Sign of an unsigned current by the state of the step, else by which capacity grows."""
    current, state = evidence.columns["current"], evidence.get("state")
    if state is not None and np.any(np.isfinite(state)):
        evidence.columns["current"] = np.where(state == -1, -np.abs(current), current)
        notes.append("the current has no sign in the file; it was given that of the step's state")
        unknown = int(np.sum(~np.isfinite(state) & (np.abs(current) > 0.01 * np.max(np.abs(current), initial=0.0))))
        if unknown:
            notes.append(
                f"in {unknown} rows with current the state of the step is not known: it was left positive there"
            )
        return
    taken = evidence.get("discharge_capacity")
    if taken is not None:
        grows = np.concatenate([[False], np.diff(taken) > 0])
        evidence.columns["current"] = np.where(grows, -np.abs(current), current)
        notes.append("the current has no sign in the file; it was taken as negative where the discharge capacity grows")
        return
    if np.any(current):
        raise DataFileError(
            f"{evidence.file}: the current has no sign and nothing says when the cell was discharged; "
            "export the column of its state too, or say --current-sign charge-positive where it was only charged"
        )
