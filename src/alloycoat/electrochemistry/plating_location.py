"""Where the metal plates: through a mixed-conducting layer to the metal below, or on top of it."""

from __future__ import annotations

import math


def share_on_top(current_density: float, resistance: float, nucleation: float, electronic_share: float) -> float:
    """Share of the current that plates on top of the layer.

    f = s max(0, 1 - i*/|i|) with i* = eta/R: below i* the ions cross the layer, above it the overpotential at
    the top nucleates metal there, as far as electrons reach it.
    current_density: A/m2, any sign. resistance R: thickness/ionic conductivity, ohm m2. nucleation eta: V.
    electronic_share s: sigma_e/(sigma_e + sigma_ion), 0 where electrons are blocked (then all plates below).
    Valid for a steady current through a layer of uniform conductivity; the growth overpotential that follows
    nucleation is not told apart.

    >>> share_on_top(20.0, 1e-2, 0.05, 1.0)
    0.75
    >>> share_on_top(20.0, 1e-2, 0.05, 0.0)
    0.0
    """
    drop = abs(current_density) * resistance
    if drop <= nucleation:
        return 0.0
    return electronic_share * (1.0 - nucleation / drop)


def layer_resistance(current_density: float, resistance: float, nucleation: float, electronic_share: float) -> float:
    """Resistance in ohm m2 that the layer shows at this current: (1 - f) R, so that its drop is (1 - f) |i| R.

    With electrons free (s = 1) the drop never exceeds the nucleation overpotential. The same is taken for
    stripping: metal plated on top is stripped from the top.
    """
    drop = abs(current_density) * resistance
    if drop <= nucleation or not math.isfinite(nucleation):
        return resistance
    # R (1 - s) + s eta/|i|: not by 1 - f, which loses digits where nearly all plates on top
    return resistance * (1.0 - electronic_share) + electronic_share * nucleation / abs(current_density)
