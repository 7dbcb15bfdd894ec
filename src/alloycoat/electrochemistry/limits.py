"""What diffusion allows: limiting current, Sand's time, concentration overpotential (closed forms)."""

from __future__ import annotations

import math

from alloycoat.quantities import FARADAY, GAS_CONSTANT


def limiting_current_density(
    charge: float,
    concentration: float,
    diffusivity: float,
    permeance: float,
    transference: float,
    length: float,
) -> float:
    """Steady current density at which the salt at the plating electrode runs out.

    J* = 2 z F c0 D b/((1 - t+) L)

    charge: z; concentration: c0 in mol/m3; diffusivity: D in m2/s (free electrolyte); permeance: b = S^2/N_M
    (1 in free electrolyte); transference: t+ below 1; length: L in m between the electrodes. Returns A/m2.
    Validity: D and t+ constant, salt conserved between the two electrodes.
    Source: Brissot et al., J. Power Sources 81-82, 925 (1999), with porosity as in Newman.

    >>> round(limiting_current_density(1, 1000.0, 3e-10, 0.1, 0.4, 25e-6), 1)
    385.9
    """
    return 2.0 * charge * FARADAY * concentration * diffusivity * permeance / ((1.0 - transference) * length)


def sand_time(
    current_density: float,
    charge: float,
    concentration: float,
    diffusivity: float,
    permeance: float,
    porosity: float,
    transference: float,
) -> float:
    """Time after which the salt at the plating electrode is used up in a thick electrolyte (Sand's time).

    tau = pi eps S b D (z c0 F/(2 i (1 - t+)))^2

    current_density: i in A/m2 (sign ignored); charge: z; concentration: c0 in mol/m3; diffusivity: D in m2/s;
    permeance: b; porosity: eps S, the filled pore fraction; transference: t+. Returns s; infinite for i = 0.
    Validity: L > 6 sqrt(D b tau/(eps S)); in a thinner slab the salt lasts longer, for ever at i <= J*.
    Source: Sand, Phil. Mag. 1, 45 (1901), with migration as in Chazalviel, Phys. Rev. A 42, 7355 (1990).

    >>> round(sand_time(20.0, 1, 1000.0, 3e-10, 1.0, 1.0, 0.4), 1)
    15232.5
    """
    if current_density == 0.0:
        return math.inf
    reach = charge * concentration * FARADAY / (2.0 * current_density * (1.0 - transference))
    return math.pi * porosity * permeance * diffusivity * reach**2


def short_time_concentration(
    time: float,
    current_density: float,
    charge: float,
    concentration: float,
    diffusivity: float,
    permeance: float,
    porosity: float,
    transference: float,
) -> float:
    """Salt concentration at the plating electrode of a thick electrolyte at constant current.

    c = c0 - 2 (1 - t+) i/(z F) sqrt(t/(pi eps S b D))

    Units as in `sand_time`, time in s; a negative current density gives the stripping electrode. Returns
    mol/m3. Validity: t well below eps S L^2/(b D). Source: Carslaw & Jaeger, Conduction of Heat in Solids,
    section 2.9 (constant flux into a half-space).
    """
    flux = (1.0 - transference) * current_density / (charge * FARADAY)
    return concentration - 2.0 * flux * math.sqrt(time / (math.pi * porosity * permeance * diffusivity))


def concentration_overpotential(
    high: float, low: float, charge: float, temperature: float, transference: float = 0.0, factor: float = 1.0
) -> float:
    """Voltage between two equal electrodes that touch different salt concentrations.

    U = ((z + 1)/z) (RT/F) (1 - t+) (1 + dln f/dln c) ln(c_high/c_low)

    high, low: mol/m3; charge: z of the cation of a salt with a singly charged anion; temperature: K;
    factor: 1 + dln f/dln c. Returns V. Validity: t+ and factor constant between the two.
    Source: Newman & Thomas-Alyea, Electrochemical Systems, 3rd ed., chapter 12, with the potential of the
    solution measured against a reference electrode of the electrode's own kind.

    >>> round(1e3 * concentration_overpotential(2.0, 1.0, 2, 298.15), 1)
    26.7
    """
    thermal = GAS_CONSTANT * temperature / FARADAY
    return (charge + 1.0) / charge * thermal * (1.0 - transference) * factor * math.log(high / low)


def diffusion_time(length: float, diffusivity: float, permeance: float, porosity: float) -> float:
    """Time in s in which salt crosses a layer: eps L^2/(b D); the profile settles pi^2 times faster.

    length: m; diffusivity: m2/s; permeance: b; porosity: filled pore fraction. Order of magnitude only.
    """
    return porosity * length**2 / (permeance * diffusivity)
