"""Sites in parallel at one electrode: coated bulk, bare bulk, moss and foreign substrate (compiled).

All sites see one voltage V = j R + drop of the layer + eta(j); i = S sum a_k j_k with the wetted areas a_k.
Each of these is a rising concave function of j, so Newton from below on all sites at once converges. Wood et
al., ACS Cent. Sci. 2, 790 (2016), for the sites.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from alloycoat.cell.kernels import ageing_laws
from alloycoat.cell.kernels.life_parameters import (
    ALLOY,
    BULK,
    COVER,
    E_ALLOY,
    E_BARRIER,
    E_CAPACITY,
    E_DENSE,
    E_ELECTRONIC,
    E_EXCHANGE,
    E_EXCHANGE_COATED,
    E_FILM,
    E_FILM_COATED,
    E_LAYER,
    E_PLATEAU,
    E_SUBSTRATE,
    M_ALPHA_A,
    M_ALPHA_C,
    M_CHARGE,
    M_THERMAL,
    ON_TOP,
    W_COVER_FILM,
    W_DEAD_SHARE,
    W_GROWTH_SHARE,
    W_MOSS_MOST,
    W_MOSS_SEED,
    W_MOSS_SLOPE,
    W_MOSSY_SHARE,
    W_SEI_SHARE,
    Plan,
)  # fmt: skip
from alloycoat.cell.kernels.unit import piece
from alloycoat.electrochemistry import butler_volmer

Array = NDArray[np.float64]
_exchange = piece(butler_volmer.exchange_current_density)
_overpotential = piece(butler_volmer.overpotential)
_moss_area = piece(ageing_laws.moss_area)
_exposed_share = piece(ageing_laws.exposed_share)
_metal_cover = piece(ageing_laws.metal_cover)
_layer_drop = piece(ageing_laws.layer_drop)
_barrier = piece(ageing_laws.barrier_with_moss)
_delithiated = piece(ageing_laws.delithiated_share)

COATED, BARE, FRESH, FOREIGN = 0, 1, 2, 3
AREA, CURRENT, RESISTANCE, VALUE, SLOPE = range(5)
_ONSET = 1e-3  # A/m2 over which the nucleation of a substrate sets in, so that the law stays concave
_NO_AREA = 1e-300
_FREE_STEPS = 15
"""of Newton on all sites at once; where the share on top turns steeply with the current it may swing, then the
answer is bracketed"""


@piece
def _eta(j: float, exchange: float, strips: bool, m: Array) -> tuple[float, float]:
    """Size of the overpotential in V at |j| = j A/m2, and its derivative."""
    if m[M_ALPHA_A] == m[M_ALPHA_C]:
        return (
            m[M_THERMAL] * math.asinh(0.5 * j / exchange) / m[M_ALPHA_A],
            m[M_THERMAL] / (m[M_ALPHA_A] * math.sqrt(j * j + 4.0 * exchange * exchange)),
        )
    forward, backward = (m[M_ALPHA_A], m[M_ALPHA_C]) if strips else (m[M_ALPHA_C], m[M_ALPHA_A])
    eta = _overpotential(j, exchange, forward, backward, m[M_THERMAL])
    e = eta / m[M_THERMAL]
    rise = forward * math.exp(min(forward * e, 700.0)) + backward * math.exp(-backward * e)
    return eta, m[M_THERMAL] / (exchange * rise)


@piece
def areas(
    moss: float, metal: float, strips: bool, state: Array, e: Array, w: Array, x: Array
) -> tuple[float, float]:  # fmt: skip
    """Areas of the four sites per electrode area into x[AREA] where nothing plates on top of the layer.

    Returns what a share on top changes: of the coated site moss buries `share x burial`, and of the protrusions
    there are `share x seeds` more.
    """
    exposed = _exposed_share(moss, w[W_MOSS_SLOPE], w[W_MOSS_MOST])
    cover = 1.0 if metal == math.inf else _metal_cover(metal, w[W_COVER_FILM])
    chi = state[COVER]
    # moss on top of the layer is stripped before what lies below it
    bare = _exposed_share(moss * state[ON_TOP], w[W_MOSS_SLOPE], w[W_MOSS_MOST]) if strips else 1.0
    x[AREA, COATED] = chi * cover * bare
    x[AREA, BARE] = (1.0 - chi) * cover * exposed
    seed = 0.0 if strips else w[W_MOSS_SEED]  # protrusions: where there is no coating, or metal on top of it
    x[AREA, FRESH] = _moss_area(moss, seed * (1.0 - chi), w[W_MOSS_SLOPE], w[W_MOSS_MOST])
    x[AREA, FOREIGN] = 0.0 if strips or e[E_SUBSTRATE] == 0.0 else (1.0 - cover) * exposed
    return 0.0 if strips else 1.0 - exposed, seed * chi


@piece
def _fill(x: Array, barrier: float, exchange: float, e: Array, strips: bool, m: Array) -> None:
    """Voltage and slope of every site at its current, into x[VALUE] and x[SLOPE]."""
    for k in range(4):
        if x[AREA, k] == 0.0:
            continue
        j = x[CURRENT, k]
        own = exchange * (e[E_EXCHANGE_COATED] / e[E_EXCHANGE] if k == COATED else 1.0)
        eta, slope = _eta(j, own, strips, m)
        eta += j * x[RESISTANCE, k]
        slope += x[RESISTANCE, k]
        if k == COATED:
            eta += _layer_drop(j, e[E_LAYER], barrier, e[E_ELECTRONIC])
            slope += e[E_LAYER] if j * e[E_LAYER] <= barrier else e[E_LAYER] * (1.0 - e[E_ELECTRONIC])
        elif k == FOREIGN:
            eta += e[E_SUBSTRATE] * j / (j + _ONSET)
            slope += e[E_SUBSTRATE] * _ONSET / (j + _ONSET) ** 2
        x[VALUE, k], x[SLOPE, k] = eta, slope


@piece
def share_current(
    i: float, ratio: float, saturation: float, barrier: float, strips: bool, burial: float, seeds: float, e: Array,
    m: Array, x: Array
) -> tuple[float, float]:  # fmt: skip
    """(voltage size, share on top as moss) at i (A/m2, above zero).

    x[CURRENT] holds the site currents (a guess on entry), x[AREA], burial and seeds come from `areas`. ratio: c/c0
    at the electrode. The share follows the current of the coated site, so its area falls as that rises; what it
    carries still rises, with slope 1 - burial x the largest share. Negative where Newton did not converge.
    """
    exchange = _exchange(e[E_EXCHANGE], ratio, m[M_ALPHA_A], m[M_CHARGE])
    whole, grown, most = x[AREA, COATED], x[AREA, FRESH], e[E_ELECTRONIC] * (1.0 - e[E_DENSE])
    v, top, low, high = 0.0, 0.0, 0.0, math.inf
    for step in range(400):
        drop, own, other = x[CURRENT, COATED] * e[E_LAYER], whole, 0.0
        top = 0.0
        if drop > barrier and whole > 0.0:
            top = most * (1.0 - barrier / drop)
            own = whole * (1.0 - burial * most)
            other = seeds * most * barrier / (drop * x[CURRENT, COATED]) * x[CURRENT, FRESH]
        x[AREA, COATED], x[AREA, FRESH] = whole * (1.0 - burial * top), grown + seeds * top
        _fill(x, barrier, exchange, e, strips, m)
        carried, conductance, shift, off = 0.0, 0.0, 0.0, 0.0
        for k in range(4):
            if x[AREA, k] > 0.0:
                rise = (own + other if k == COATED else x[AREA, k]) * saturation / x[SLOPE, k]
                carried += x[AREA, k] * saturation * x[CURRENT, k]
                conductance += rise
                shift += rise * x[VALUE, k]
                off = max(off, abs(x[VALUE, k] - v))
        if not conductance > _NO_AREA:
            return math.inf, 0.0
        there, before = (i - carried + shift) / conductance, v
        if step < _FREE_STEPS:
            v = there
        elif off <= 1e-10 * v:  # all sites are at v: what they carry tells on which side the answer lies
            if abs(there - v) <= 1e-10 * v or high - low <= 1e-10 * v:
                return v, top
            low, high = (v, high) if carried < i else (low, v)
            v = there if low < there < high else (0.5 * (low + high) if high < math.inf else 2.0 * v)
        for k in range(4):
            if x[AREA, k] > 0.0:
                j = x[CURRENT, k] + (v - x[VALUE, k]) / x[SLOPE, k]
                x[CURRENT, k] = max(j, 1e-3 * x[CURRENT, k])
        if 0 < step < _FREE_STEPS and abs(v - before) <= 1e-10 * abs(v):
            return v, top
    return -1.0, 0.0


@piece
def _moss_on_top(size: float, chi: float, e: Array, w: Array) -> float:
    """Share of the moss that lies on the layer: that of its seeds, chi f/(1 - chi + chi f).

    f: share of an even current of `size` A/m2 that plates on top as moss where metal has nucleated; chi: coverage.
    """
    drop, barrier = size * e[E_LAYER], e[E_BARRIER] * w[W_GROWTH_SHARE]
    if drop <= barrier:
        return 0.0
    f = e[E_ELECTRONIC] * (1.0 - e[E_DENSE]) * (1.0 - barrier / drop)
    return float(chi * f / (1.0 - chi + chi * f)) if f > 0.0 else 0.0


@piece
def electrode(
    i: float, ratio: float, moss: float, metal: float, saturation: float, film: float, state: Array, e: Array,
    plan: Plan, x: Array, found: Array
) -> None:  # fmt: skip
    """One electrode at current density i (positive strips it): `found` = voltage, dq_moss/dt, alloy current.

    moss: C/m2 now; metal: C/m2 left in the bulk; film: factor on the resistance of the bulk's film. The voltage
    has the sign of i; the alloy current is positive where the alloy gives off metal. NaN where it fails. Notes in
    `state` how much of the moss the last plating current put on the layer.
    """
    w = plan.wear
    found[0], found[1], found[2] = 0.0, 0.0, 0.0
    if i == 0.0:
        return
    strips, size = i > 0.0, abs(i)
    if not strips:
        state[ON_TOP] = _moss_on_top(size, state[COVER], e, w)
    exposed = _exposed_share(moss, w[W_MOSS_SLOPE], w[W_MOSS_MOST])
    # what caps the drop of the layer: metal on top when plating, metal out of the alloy itself when stripping
    barrier = e[E_PLATEAU] if strips else _barrier(e[E_BARRIER], w[W_GROWTH_SHARE], exposed)
    x[RESISTANCE, COATED], x[RESISTANCE, BARE] = e[E_FILM_COATED] * film, e[E_FILM] * film
    x[RESISTANCE, FRESH], x[RESISTANCE, FOREIGN] = e[E_FILM], e[E_FILM]
    burial, seeds = areas(moss, metal, strips, state, e, w, x)
    v, top = share_current(size, ratio, saturation, barrier, strips, burial, seeds, e, plan.medium, x)
    if v < 0.0:
        found[0] = math.nan
        return
    fresh = saturation * x[AREA, FRESH] * x[CURRENT, FRESH]
    coated = saturation * x[AREA, COATED] * x[CURRENT, COATED]
    # of its own current: a difference would leave round-off as moss, which then grows by itself
    bare = saturation * (x[AREA, BARE] * x[CURRENT, BARE] + x[AREA, FOREIGN] * x[CURRENT, FOREIGN])
    drop = x[CURRENT, COATED] * e[E_LAYER]
    found[0] = v if strips else -v
    if strips:
        found[1] = -fresh / (1.0 - w[W_DEAD_SHARE])
        if e[E_ALLOY] > 0.0:
            left = max(0.0, e[E_ALLOY] + state[ALLOY])
            found[2] = coated * _delithiated(drop, e[E_PLATEAU]) * left / (left + 0.01 * e[E_ALLOY])
        return
    found[1] = (1.0 - w[W_SEI_SHARE]) * (fresh + w[W_MOSSY_SHARE] * bare + top * coated)
    if e[E_ALLOY] > 0.0:
        lack = max(0.0, -state[ALLOY])
        found[2] = -(1.0 - top) * coated * lack / (lack + 0.01 * e[E_ALLOY])


@piece
def metal_left(side: int, plan: Plan, el: Array) -> float:
    """Metal in the bulk of an electrode, C/m2; infinite in excess."""
    return float(plan.electrodes[side, E_CAPACITY] + el[side, BULK])
