"""Which phases form: three declared rules, fixed before any comparison with a published layer.

1. supply: neither more A nor more M than there is; between two phases the lever rule.
2. diffusion: A converts M down to sqrt(2 D t); applied only where a diffusivity near room temperature is
   sourced for the pair, else the layer is taken to convert whole and the rule is reported as undecided.
3. ladder: the A-richest phase is the richest one seen near room temperature (titration or diffraction,
   sourced outside the papers scored); without such a study the equilibrium (convex hull) phase.
A liquid amalgam is read as a diffusion couple: every phase of the ladder, M-rich outside.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from alloycoat.chemistry import AnodeMetal, Phase
from alloycoat.coating.draws import Array, Draws
from alloycoat.coating.supply import prior
from alloycoat.errors import RecipeError


@dataclass(slots=True)
class Alloying:
    """Outcome for one coating element: phases outside to inside with moles of formula units per m2."""

    element: str
    equilibrium: Phase | None
    rule: str
    phases: list[tuple[Phase, Array]] = field(default_factory=list)
    left_over: Array | None = None
    anode_used: Array | None = None
    target: Phase | None = None
    warnings: list[str] = field(default_factory=list)


MISCIBLE = 0.05
"""Mole fraction of M in solid A above which, without any compound, the pair is read as a solid solution."""


def solid_solution(anode: AnodeMetal, element: str) -> Phase | None:
    """The tabulated composition nearest to the solubility limit of M in A, for a pair without compounds.

    None where the pair has a compound or M dissolves to less than MISCIBLE.
    """
    phases = anode.alloys.get(element, ())
    limit = anode.solubility.get(element)
    if limit is None or limit.value < MISCIBLE or not phases or any(p.on_hull or p.experimental for p in phases):
        return None
    return min(phases, key=lambda phase: abs(1.0 / (1.0 + phase.ratio) - limit.value))


def equilibrium_phase(anode: AnodeMetal, element: str) -> Phase | None:
    """The A-richest phase in equilibrium with A in excess: the last one on the hull; None where none is.

    For a pair without compounds whose metals mix: the solid solution at the solubility limit.
    """
    stable = [phase for phase in anode.alloys.get(element, ()) if phase.on_hull]
    return stable[-1] if stable else solid_solution(anode, element)


def allowed_steps(anode: AnodeMetal, element: str) -> tuple[tuple[Phase, ...], str, bool, str]:
    """(phases that may form in order of rising A, rule, converts whole, note).

    From the room-temperature ladder where there is one, else from the hull.
    """
    phases = anode.alloys.get(element, ())
    ladder = anode.ladders.get(element)
    if ladder is None:
        mixed = solid_solution(anode, element)
        if mixed is not None:
            note = f"{anode.symbol} and {element} form a solid solution; {mixed.formula} stands for its limit"
            return (mixed,), "equilibrium: solid solution", True, note
        richest = max((phase.ratio for phase in phases if phase.on_hull), default=0.0)
        stable = tuple(p for p in phases if (p.on_hull or p.experimental) and p.ratio <= richest)
        if not stable:
            return (), "no alloy known", True, f"no compound of {anode.symbol} and {element} is tabulated"
        return (
            stable,
            "equilibrium",
            True,
            (f"no room-temperature study of {anode.symbol}-{element} is tabulated: the equilibrium phase is taken"),
        )
    if not ladder.active or not ladder.richest:
        return (), "room-temperature ladder: no reaction", True, ladder.note
    seen = set(ladder.steps) | {ladder.richest}
    top = next(phase.ratio for phase in phases if phase.formula == ladder.richest)
    steps = tuple(phase for phase in phases if phase.formula in seen and phase.ratio <= top)
    return steps, "room-temperature ladder", ladder.complete, ""


def lever(ratio: Array, ladder: tuple[float, ...]) -> list[Array]:
    """Share of M in each of `ladder` (A per M, rising, starting at 0 for M itself) at overall `ratio`.

    Linear between neighbours, all of it in the last where the ratio is above; the shares sum to 1.
    """
    nodes = np.asarray(ladder)
    y = np.clip(ratio, nodes[0], nodes[-1])
    shares = []
    for k, node in enumerate(nodes):
        rising = (y - nodes[k - 1]) / (node - nodes[k - 1]) if k else np.ones_like(y)
        falling = (nodes[k + 1] - y) / (nodes[k + 1] - node) if k + 1 < len(nodes) else np.ones_like(y)
        shares.append(np.clip(np.minimum(rising, falling), 0.0, 1.0))
    return shares


def conversion(steps: tuple[Phase, ...], moles: Array, time: float | None, draws: Draws) -> tuple[Array, str | None]:
    """Fraction of M alloyed in `time` by rule 2, and why it was not applied (None where it was).

    f = min(1, sqrt(2 D t)/L) with L the dense thickness of the whole M as the last phase and D the slowest
    sourced diffusivity of the pair near 298 K.
    """
    sourced = [step.diffusivity for step in steps if step.diffusivity and step.diffusivity.kind != "assumed"]
    if not sourced:
        return draws.exact(1.0), "no sourced diffusivity near room temperature"
    if time is None:
        return draws.exact(1.0), "no contact time given"
    slowest = min(sourced, key=lambda value: value.value)
    reach = np.sqrt(2.0 * draws.take(slowest, f"{steps[-1].formula} diffusivity") * time)
    last = steps[-1]
    volume = draws.take(last.molar_volume, f"{last.formula} molar volume") / last.atoms_element
    length = moles * volume
    return np.minimum(1.0, reach / np.maximum(length, 1e-30)), None


def _graded(
    anode: AnodeMetal, element: str, moles: Array, available: Array, brought: float, result: Alloying
) -> Alloying:
    """Liquid couple: every allowed phase that is no poorer in A than the liquid, M split evenly (assumed).

    brought: A per M of the liquid. Raises RecipeError where it is richer in A than every phase.
    """
    steps, rule, _, note = allowed_steps(anode, element)
    if steps and brought > steps[-1].ratio:
        raise RecipeError(
            f"[coating] composition: {brought:.3g} {anode.symbol} per {element} is richer in {anode.symbol} than "
            f"{steps[-1].formula}, the richest phase; take a liquid with more {element}"
        )
    steps = tuple(step for step in steps if step.ratio >= brought)
    result.rule = f"{rule}, graded couple"
    if note:
        result.warnings.append(note)
    result.warnings.append(
        f"the split of {element} among the phases of the couple is not known: equal shares are assumed"
    )
    share = moles / max(len(steps), 1)
    mean = sum(step.ratio for step in steps) / max(len(steps), 1)
    limited = np.minimum(1.0, available / np.maximum(moles * mean, 1e-300))
    result.phases = [(step, share * limited / step.atoms_element) for step in steps]
    result.left_over = moles * (1 - limited) if steps else moles
    result.anode_used = np.asarray(moles * mean * limited if steps else np.zeros_like(moles))
    if steps and limited[0] < 1:
        result.rule = "supply of the anode metal"
    return result


def alloy(
    anode: AnodeMetal,
    element: str,
    moles: Array,
    available: Array,
    time: float | None,
    draws: Draws,
    *,
    brought: float | None = None,
) -> Alloying:
    """Phases of `moles` (mol/m2) of M on anode metal of which `available` mol/m2 is left.

    The three rules of this module. `time`: contact in s, None where unknown. `brought`: A per M of a liquid
    amalgam, None for everything else.
    """
    result = Alloying(element, equilibrium_phase(anode, element), "")
    steps, result.rule, complete, note = allowed_steps(anode, element)
    ladder = anode.ladders.get(element)
    if ladder is not None:
        draws.cite(ladder.source)
    result.target = steps[-1] if steps else None
    if brought is not None:
        return _graded(anode, element, moles, available, brought, result)
    if note:
        result.warnings.append(note)
    if not steps:
        result.left_over, result.anode_used = moles, np.zeros_like(moles)
        return result
    converted, unused = conversion(steps, moles, time, draws)
    if unused:
        result.warnings.append(f"{anode.symbol}-{element}: {unused}: complete alloying is taken")
    elif converted[0] < 1:
        result.rule = "diffusion"
    if not complete:
        converted = converted * np.minimum(prior("incomplete alloying", "converted_fraction", "", draws), 1.0)
        result.rule = "room-temperature ladder, incomplete"
        result.warnings.append(
            f"room-temperature studies find unreacted {element} beside {steps[-1].formula}; its share is assumed"
        )
    supply = available / np.maximum(moles * converted, 1e-300)
    if supply[0] < steps[-1].ratio:
        result.rule = "supply of the anode metal"
    nodes = (0.0, *(step.ratio for step in steps))
    shares = lever(np.minimum(supply, steps[-1].ratio), nodes)
    held = moles * converted
    result.phases = [
        (step, held * share / step.atoms_element)
        for step, share in zip(steps, shares[1:], strict=True)
        if share[0] > 1e-12
    ]
    # samples whose supply falls into a phase that the nominal case lacks keep their M as left-over
    alloyed = sum((phase.atoms_element * n for phase, n in result.phases), np.zeros_like(moles))
    result.left_over = np.maximum(moles - alloyed, 0.0)
    result.anode_used = sum((phase.atoms_anode * n for phase, n in result.phases), np.zeros_like(moles))
    return result
