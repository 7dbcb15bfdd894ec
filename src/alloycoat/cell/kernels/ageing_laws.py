"""Laws of ageing, each one scalar function: compiled for the solver, plain for tests and for reading.

Charges are per electrode area in C/m2, lengths in m, conductances in S/m2. The numbers that go into them are
parameters of `cell.ageing`, from the table of assumed and sourced values.
"""

from __future__ import annotations

import math


def moss_area(moss: float, seed: float, slope: float, most: float) -> float:
    """Area of fresh mossy metal per electrode area on which metal plates.

    a = a_seed + a_max (1 - exp(-s q/a_max)); moss: q in C/m2; slope: s in m2/C. Validity: q >= 0. The area
    grows with the charge that it carries itself, so it must be integrated implicitly or with error control.
    Form after Wood et al., ACS Cent. Sci. 2, 790 (2016): fresh surface in parallel with the bulk.

    >>> moss_area(0.0, 0.01, 2.8e-4, 1.5)
    0.01
    """
    return seed - most * math.expm1(-slope * moss / most)


def exposed_share(moss: float, slope: float, most: float) -> float:
    """Share of the bulk metal that no moss buries: exp(-s q/a_max), so that moss is stripped first.

    moss: q in C/m2; slope: s in m2/C; most: a_max. Assumed: burial follows the growth of the area.
    """
    return math.exp(-slope * moss / most)


def metal_cover(metal: float, film: float) -> float:
    """Share of a substrate that `metal` (C/m2) covers: 1 - exp(-q/q_film); 1 for metal in excess.

    film: q_film, the charge of a film that just closes. Carries the rise of the voltage when metal runs out.
    """
    return -math.expm1(-max(metal, 0.0) / film)


def layer_drop(j: float, resistance: float, barrier: float, electronic: float) -> float:
    """Voltage across a mixed-conducting layer: j R up to the barrier at its top, beyond it (1 - s) of the rest.

    That is (1 - f) j R with f of `electrochemistry.share_on_top`. j: A/m2, zero or more; resistance: R in
    ohm m2; barrier: V; electronic: s = sigma_e/(sigma_e + sigma_ion).
    """
    drop = j * resistance
    return drop if drop <= barrier else barrier + (1.0 - electronic) * (drop - barrier)


def barrier_with_moss(nucleation: float, growth: float, exposed: float) -> float:
    """Barrier in V at the top of a layer: that of nucleation, once metal is there the smaller one of growth.

    eta = eta_nuc [g + (1 - g) e]; growth: g, share that remains; exposed: e of `exposed_share`.
    """
    return nucleation * (growth + (1.0 - growth) * exposed)


def dense_share(solubility: float, scale: float) -> float:
    """Share of top-plated metal that is dense because the layer's element dissolves in it: 1 - exp(-x/x0).

    solubility: mole fraction x of M in A; scale: x0. Assumed form.
    """
    return -math.expm1(-solubility / scale)


def delithiated_share(drop: float, plateau: float) -> float:
    """Share of the stripping current that the alloy itself pays: max(0, 1 - U/(j R)).

    drop: j R of the layer in V; plateau: U in V at which the alloy gives off its metal to form the next
    poorer phase. Below U the metal under the layer pays all.
    """
    return 0.0 if drop <= plateau else 1.0 - plateau / drop


def sei_share(loss: float, split: float) -> float:
    """Share of the plated moss charge that ends in fresh film (SEI): loss x split."""
    return loss * split


def dead_share(loss: float, split: float) -> float:
    """Share of the moss that stripping cuts off, so that film and dead metal together are `loss` of it.

    f = loss (1 - split)/(1 - loss split); loss: share lost of moss charge that is plated and stripped once.
    """
    return loss * (1.0 - split) / (1.0 - loss * split)


def dead_thickness(dead: float, sei: float, metal_volume: float, sei_volume: float, porosity: float) -> float:
    """Thickness of the porous layer of dead metal and film in m.

    L = (q_dead V_m/(zF) + q_sei V_sei/F)/(1 - eps); dead, sei: C/m2; metal_volume: V_m/(zF) in m3/C;
    sei_volume: V_sei/F in m3/C; porosity: eps of the layer.
    """
    return (dead * metal_volume + sei * sei_volume) / (1.0 - porosity)


def film_factor(time: float, scale: float) -> float:
    """Resistance of the film on the bulk over its first value: sqrt(1 + t/tau), growth limited by diffusion.

    time: age in s; scale: tau in s. Parabolic growth: Pinson & Bazant, J. Electrochem. Soc. 160, A243 (2013).
    """
    return math.sqrt(1.0 + time / scale)


def coverage_after(coverage: float, parasitic: float, rate: float, swing: float, fatigue: float) -> float:
    """Coverage after some parasitic charge and some delithiation: chi exp(-k q - k_f w).

    parasitic: q in C/m2 of film and dead metal; rate: k in m2/C; swing: w, share of the alloy's metal that
    was drawn; fatigue: k_f. Assumed forms.
    """
    return coverage * math.exp(-rate * parasitic - fatigue * swing)


def healed_coverage(coverage: float, additive: float, rate: float, time: float) -> float:
    """Coverage after self-healing: chi' = 1 - (1 - chi) exp(-k_h c t).

    additive: c in mol/m3; rate: k_h in m3/(mol s); time: s. First order in the bare area and the additive.
    """
    return 1.0 - (1.0 - coverage) * math.exp(-rate * additive * time)


def reservoir_exchange(time: float, scale: float) -> float:
    """Share of the way to equal concentration that reservoir and pores go: 1 - exp(-t/tau)."""
    return -math.expm1(-time / scale)


def penetration(moss: float, volume: float, porosity: float, rough: float, spread: float, normal: float) -> float:
    """Depth in m that the highest deposit of a half-cycle reaches beyond the mean.

    p = r q V/(1 - eps) exp(s n); moss: q in C/m2; volume: m3/C of dense metal; porosity: eps of moss; rough:
    r; spread: s; normal: n, a standard normal number of this half-cycle. Assumed form: scaled heterogeneity.
    """
    return rough * moss * volume / (1.0 - porosity) * math.exp(spread * normal)


def shorting_moss(gap: float, volume: float, porosity: float, rough: float, spread: float, normal: float) -> float:
    """Moss charge in C/m2 at which `penetration` reaches `gap` (m).

    q = gap (1 - eps)/(V r exp(s n)). Moss is blocked by a separator while salt is left (r is small), metal
    grown at depletion is not: Bai et al., Energy Environ. Sci. 9, 3221 (2016); depletion ends the cell here.
    """
    return gap * (1.0 - porosity) / (volume * rough * math.exp(spread * normal))
