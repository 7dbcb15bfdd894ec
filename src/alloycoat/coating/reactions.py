"""What is reduced, what is left: moles of metal, by-product and anode consumed, and the driving force."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from alloycoat import chemistry
from alloycoat.chemistry import AnodeMetal, Phase, Precursor, Salt
from alloycoat.chemistry.tables import by_subject
from alloycoat.coating.draws import Array, Draws
from alloycoat.errors import RecipeError
from alloycoat.quantities import FARADAY
from alloycoat.sources import Estimate, Value

_Z90 = 1.2815515655446004  # standard normal quantile of 0.9


@dataclass(slots=True)
class Reduction:
    """Reduction of one precursor: M per area, salts of the anode made, anode metal used up (mol/m2)."""

    precursor: Precursor
    metal: Array
    salts: dict[str, Array]
    anode_used: Array
    equation: str
    notes: list[str] = field(default_factory=list)


def halide_of(anode: AnodeMetal, anion: str) -> Salt:
    """The plain salt A X_z of the anode metal and the precursor's anion; raises MissingDataError."""
    return anode.salts_of(anion)[0]


def term(number: float, formula: str) -> str:
    """ "3 Li", or "Li" for one."""
    return formula if abs(number - 1) < 1e-9 else f"{number:g} {formula}"


def _equation(anode: AnodeMetal, precursor: Precursor, salt: Salt) -> str:
    n, z = precursor.charge, anode.charge
    scale = 1 if n % z == 0 else z
    return (
        f"{term(scale * n / z, anode.symbol)} + {term(scale, precursor.formula)} -> "
        f"{term(scale, precursor.element)} + {term(scale * n / z, salt.formula)}"
    )


def _gibbs(products: dict[str, float], reagent: Salt, anode: AnodeMetal) -> float | None:
    """Gibbs energy per mole of `reagent` consumed with anode metal in excess, J/mol; None without data."""
    total = 0.0
    for formula, number in products.items():
        salt = anode.salts.get(formula)
        if salt is None or salt.formation_energy is None:
            return None
        total += number * salt.formation_energy.value
    return total - (reagent.formation_energy.value if reagent.formation_energy else 0.0)


def _nitrate_products(anode: AnodeMetal, nitrate: Salt) -> tuple[dict[str, float], float, str]:
    """(products per nitrate, anode consumed per nitrate, source) of the declared set of lowest energy."""
    row = by_subject("coating")[f"NO3 {anode.symbol}"]["products"]
    best: tuple[float, dict[str, float], float] | None = None
    for candidate in row.text.split("|"):
        formulas = [part.strip() for part in candidate.split("+")]
        if any(formula not in anode.salts for formula in formulas):
            continue
        numbers = chemistry.balance([nitrate.formula, anode.symbol], formulas)
        per = float(numbers[nitrate.formula])
        products = {formula: float(numbers[formula]) / per for formula in formulas}
        energy = _gibbs(products, nitrate, anode)
        rank = energy if energy is not None else np.inf
        if best is None or rank < best[0]:
            best = (rank, products, float(numbers[anode.symbol]) / per)
    if best is None:
        return {nitrate.formula: 1.0}, 0.0, row.source
    return best[1], best[2], row.source


def reduce(anode: AnodeMetal, precursor: Precursor, moles: Array, draws: Draws) -> Reduction:
    """(n/z) A + M X_n -> M + (n/z) A X_z for `moles` (mol/m2) of the precursor.

    A nitrate goes on to the declared products of lowest Gibbs energy. Coefficients follow from element and
    charge conservation.
    """
    salt = halide_of(anode, precursor.anion)
    made = moles * precursor.charge / anode.charge
    used = moles * precursor.charge / anode.charge
    salts = {salt.formula: made}
    equation, notes = _equation(anode, precursor, salt), []
    if precursor.anion == "NO3":
        products, extra, source = _nitrate_products(anode, salt)
        draws.cite(source)
        salts = {formula: made * number for formula, number in products.items()}
        used = used + made * extra
        follow = " + ".join(term(number, formula) for formula, number in products.items())
        equation += f"; {salt.formula} + {term(extra, anode.symbol)} -> {follow}"
        notes.append(
            f"{salt.formula} is taken to be reduced further, to {follow} (lowest Gibbs energy of the declared "
            "products; assumed)"
        )
    return Reduction(precursor, moles, salts, used, equation, notes)


def _spread(value: Value, factor: float) -> tuple[float, float]:
    """(mean, standard deviation) of factor * value, from its 10th and 90th percentile."""
    return factor * value.value, abs(factor) * (value.high - value.low) / (2 * _Z90)


def reduction_potential(anode: AnodeMetal, precursor: Precursor, draws: Draws) -> tuple[float, float] | None:
    """(E, standard deviation) in V of M X_n + A -> M + A X, per electron; None where no table has the energies.

    E = -[(n/z) G(A X_z) - G(M X_n)]/(n F) from formation energies, or E(M^n+/M) - E(A^z+/A) from standard
    potentials (TFSI, triflates, nitrates). Positive: the anode reduces the salt.
    """
    if precursor.formation_energy is not None:
        salt = halide_of(anode, precursor.anion)
        if salt.formation_energy is not None:
            draws.cite(salt.formation_energy.source, precursor.formation_energy.source)
            made, s1 = _spread(salt.formation_energy, 1.0 / (anode.charge * FARADAY))
            spent, s2 = _spread(precursor.formation_energy, 1.0 / (precursor.charge * FARADAY))
            return spent - made, float(np.hypot(s1, s2))
    if precursor.standard_potential is not None:
        draws.cite(precursor.standard_potential.source, anode.standard_potential.source)
        noble, s1 = _spread(precursor.standard_potential, 1.0)
        base, s2 = _spread(anode.standard_potential, 1.0)
        return noble - base, float(np.hypot(s1, s2))
    return None


def alloying_potential(phase: Phase | None, charge: int, draws: Draws) -> tuple[float, float]:
    """What forming `phase` adds per electron of the reduction: -G_f(per M)/(n F), V and its deviation."""
    if phase is None or phase.formation_energy is None:
        return 0.0, 0.0
    draws.cite(phase.formation_energy.source)
    atoms = (phase.atoms_anode + phase.atoms_element) / phase.atoms_element
    return _spread(phase.formation_energy, -atoms / (charge * FARADAY))


@dataclass(frozen=True, slots=True)
class DrivingForce:
    """`reduction`: V per electron of M X_n -> M; `total` with alloying; `verdict` yes, undecided or no."""

    reduction: Estimate
    total: Estimate
    verdict: str


def driving_force(anode: AnodeMetal, precursor: Precursor, phase: Phase | None, draws: Draws) -> DrivingForce | None:
    """Does the anode reduce the salt? The 10-90 % interval, alloying included, decides.

    None where no table has the energies. A precursor of the anode's own metal has no reaction.
    """
    found = reduction_potential(anode, precursor, draws)
    if found is None:
        return None
    added = alloying_potential(phase, precursor.charge, draws)
    reduction = Estimate(found[0], found[0] - _Z90 * found[1], found[0] + _Z90 * found[1])
    mean, deviation = found[0] + added[0], float(np.hypot(found[1], added[1]))
    total = Estimate(mean, mean - _Z90 * deviation, mean + _Z90 * deviation)
    verdict = "no" if total.high < 0 else "yes" if total.low > 0 else "undecided"
    if verdict == "no" and precursor.anion == "NO3":  # reducing the nitrate itself pays for the metal
        verdict = "undecided"
    return DrivingForce(reduction, total, verdict)


def refuse_unreducible(anode: AnodeMetal, precursor: Precursor, force: DrivingForce | None) -> None:
    """Raise RecipeError for a salt that the metal cannot reduce."""
    if precursor.element == anode.symbol:
        raise RecipeError(
            f"[coating] precursor: {precursor.formula} is a salt of the anode metal {anode.symbol} itself; "
            "nothing is deposited"
        )
    if force is not None and force.verdict == "no":
        raise RecipeError(
            f"[coating] precursor: {anode.symbol} cannot reduce {precursor.formula} "
            f"({force.total.value:+.2f} V, {force.total.low:+.2f} to {force.total.high:+.2f} V, alloying included)"
        )
