"""Charge transfer and films of the bare and the coated metal, by anode and class of solvent; all assumed.

No exchange current density or film resistance of these metals in these electrolytes was found as a
measurement: models of lithium metal alone span 0.39 to 100 A/m2. Every value carries that width.
"""

from __future__ import annotations

from dataclasses import dataclass

from alloycoat.chemistry.tables import by_subject
from alloycoat.errors import MissingDataError, unknown_name
from alloycoat.sources import Value

_TABLE = "kinetics"
SOLVENT_CLASSES = ("carbonate", "ether", "mixed")
"""Classes of solvent that `kinetics` knows."""


@dataclass(frozen=True, slots=True)
class Kinetics:
    """j = i0 [exp(alpha_a F eta/RT) - exp(-alpha_c F eta/RT)] behind a film, alpha_a + alpha_c = z.

    exchange_current_density: bare metal, A/m2; coated_factor: that of a coated surface over it;
    film_resistance, coated_film_resistance: ohm m2, per wetted area; passivated: the film carries the
    polarization, and that of the bare metal is an input, not a prediction (magnesium).
    """

    anode: str
    solvent_class: str
    exchange_current_density: Value
    coated_factor: Value
    film_resistance: Value
    coated_film_resistance: Value
    alpha_anodic: Value
    alpha_cathodic: Value
    passivated: bool

    @property
    def alpha(self) -> tuple[float, float]:
        """(alpha_a, alpha_c), the charge transfer coefficients; their sum is the charge number."""
        return self.alpha_anodic.value, self.alpha_cathodic.value


def kinetics(anode: str, solvent_class: str) -> Kinetics:
    """Kinetics of the metal `anode` ("Li", "Na", "K", "Mg") in an "ether", "carbonate" or "mixed" solvent.

    Raises MissingDataError naming the metal or the class that is not known.
    """
    table = by_subject(_TABLE)
    if solvent_class not in SOLVENT_CLASSES:
        raise MissingDataError(unknown_name("solvent class", solvent_class, SOLVENT_CLASSES))
    rows = table.get(f"{anode} {solvent_class}")
    if rows is None:
        metals = {subject.split(" ")[0] for subject in table if subject.split(" ")[-1] in SOLVENT_CLASSES}
        raise MissingDataError(unknown_name("anode", anode, metals))
    forward = rows["alpha_anodic"].quantity("")
    charge = 2.0 * forward.value
    backward = Value(
        charge - forward.value, "", forward.kind, forward.source, charge - forward.high, charge - forward.low,
        forward.note,
    )  # fmt: skip
    return Kinetics(
        anode=anode,
        solvent_class=solvent_class,
        exchange_current_density=rows["exchange_current_density"].quantity("A/m**2"),
        coated_factor=rows["coated_factor"].quantity(""),
        film_resistance=rows["film_resistance"].quantity("ohm*m**2"),
        coated_film_resistance=rows["coated_film_resistance"].quantity("ohm*m**2"),
        alpha_anodic=forward,
        alpha_cathodic=backward,
        passivated="passivated" in rows and rows["passivated"].text == "yes",
    )


def electrolyte_amount() -> Value:
    """Electrolyte per area of a laboratory coin cell in m3/m2, assumed where a recipe gives none."""
    return by_subject(_TABLE)["coin cell"]["electrolyte_amount"].quantity("m")


def nucleation_overpotential() -> Value:
    """Overpotential in V at which the metal nucleates on top of a mixed-conducting layer (assumed)."""
    return by_subject("coating")["plating on top"]["nucleation_overpotential"].quantity("V")
