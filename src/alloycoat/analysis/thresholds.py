"""Every number that decides something in the analysis, with the reason for its default."""

from __future__ import annotations

from dataclasses import dataclass

from alloycoat.errors import RecipeError

_FRACTIONS = (
    "rest_current", "settled_from", "settled_to", "full_half_cycle", "short_drop", "soft_drop",
    "incomplete_charge", "capacity_left", "rate_change", "pulse_rest",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Thresholds of segmentation, polarization and failure; dimensionless but for those with a unit in
    the name.

    They are conventions, not measurements: the field has no agreed values, so all of them can be given.

    rest_current 0.002: a current below this part of the largest is rest; cyclers are off by up to 0.001 of
        full scale at zero, and rate steps or constant-voltage tails seldom go below 0.01.
    settled_from 0.2, settled_to 0.9: the settled part of a half-cycle by its time under current; the
        nucleation spike lies before, the rise where stripped metal runs out or a cut-off is reached behind.
    full_half_cycle 0.1: a half-cycle with less than this part of the median charge is a pulse, not one to read
        a polarization from.
    rate_change 0.1: another rate; cyclers hold a set current within 0.001, and rate tests step by half or more.
    pulses 5, pulse_rest 0.5: so many bursts of current within one half-cycle, with so much rest for their time,
        are a titration by pulses (GITT: 20 to 100 pulses, each with a longer rest behind), not a pause or two.
    polarization_factor 5: the polarization over current is this many times that of the begin cycle. Published
        end values before failure are mostly 1 to 4 times the begin, also for cells that did not fail.
    polarization_rise_V 0.02: and has risen by this much (V), so that noise on a few mV is none.
    short_drop 0.1: hard short, the voltage falls below this part of its history under the same current.
    short_fall_V 0.002: of a history of at least this (V); cyclers resolve 1 mV or better.
    soft_drop 0.7: soft short, a sudden fall below this part; activation goes gradually.
    noise_factor 5, noise_least_V 0.001: the noise of the voltage is so many times its history; below 1 mV it may be
        the resolution of the instrument.
    short_resistance_ohm_m2 1e-4 (1 ohm cm2): a separator full of liquid electrolyte has at least about this: 25 um
        with a MacMullin number of 5 to 10 and 10 mS/cm give 1.3 to 2.5 ohm cm2. Below, a flat trace may be a short.
    incomplete_charge 0.8: a half-cycle cut by its voltage before this part of its usual charge.
    end_rise 3: such a half-cycle ends at this many times its usual voltage; one that does not was made
        shorter by the protocol.
    limit_factor 10: a voltage pinned at an extreme is a limit only if this far above the begin value.
    capacity_left 0.8: full cells, the common end-of-life convention.
    persistence 3: in so many half-cycles in a row (of one sign, or cycles), so that a single odd one decides
        nothing; two are enough where the record ends with them.
    samples 5: fewer rows than this never make a verdict.
    """

    rest_current: float = 0.002
    settled_from: float = 0.2
    settled_to: float = 0.9
    full_half_cycle: float = 0.1
    rate_change: float = 0.1
    pulses: int = 5
    pulse_rest: float = 0.5
    polarization_factor: float = 5.0
    polarization_rise_V: float = 0.02  # noqa: N815 -- V is the unit
    short_drop: float = 0.1
    short_fall_V: float = 0.002  # noqa: N815 -- V is the unit
    soft_drop: float = 0.7
    noise_factor: float = 5.0
    noise_least_V: float = 0.001  # noqa: N815 -- V is the unit
    short_resistance_ohm_m2: float = 1e-4
    incomplete_charge: float = 0.8
    end_rise: float = 3.0
    limit_factor: float = 10.0
    capacity_left: float = 0.8
    persistence: int = 3
    samples: int = 5

    def __post_init__(self) -> None:
        for name in _FRACTIONS:
            value = getattr(self, name)
            if not 0 <= value < 1:
                raise RecipeError(f"thresholds.{name}: {value!r} is not a fraction from 0 up to below 1")
        for name in ("polarization_factor", "end_rise", "limit_factor", "noise_factor"):
            value = getattr(self, name)
            if not value > 1:
                raise RecipeError(f"thresholds.{name}: {value!r} is not a factor above 1")
        if not self.settled_from < self.settled_to:
            raise RecipeError(f"thresholds.settled_from: {self.settled_from!r} is not below settled_to")
        if (
            min(self.persistence, self.samples) < 1
            or self.pulses < 2
            or self.polarization_rise_V < 0
            or self.noise_least_V < 0
        ):
            raise RecipeError(
                "thresholds: persistence and samples are at least 1, pulses at least 2, voltages at least 0"
            )
