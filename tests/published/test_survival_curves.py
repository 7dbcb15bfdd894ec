"""Survival curves that are printed in the statistical literature."""

import pytest

from alloycoat.analysis import kaplan_meier
from alloycoat.outcome import Life

# Remission of acute leukemia in weeks, + censored: Freireich et al. 1963, doi 10.1182/blood.V21.6.699.699; the
# estimates are those of the textbooks (Cox and Oakes 1984, chapter 4)
TREATED = "6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+"
PLACEBO = "1 1 2 2 3 4 4 5 5 8 8 8 8 11 11 12 12 15 17 22 23"
PRINTED = {6: 0.857, 7: 0.807, 10: 0.753, 13: 0.690, 16: 0.627, 22: 0.538, 23: 0.448}

# Months to cosmetic deterioration after radiotherapy: Finkelstein and Wolfe 1985, doi 10.2307/2530965; the steps and
# shares of the maximum-likelihood estimate as in Fay and Shaw 2010, doi 10.18637/jss.v036.i02
RADIOTHERAPY = (
    "45- 6-10 0-7 46- 46- 7-16 17- 7-14 37-44 0-8 4-11 15- 11-15 22- 46- 46- 25-37 46- 26-40 46- 27-34 36-44 46- "
    "36-48 37- 40- 17-25 46- 11-18 38- 5-12 37- 0-5 18- 24- 36- 5-11 19-35 17-25 24- 32- 33- 19-26 37- 34- 36-"
)
STEPS = {
    (4, 5): 0.0463, (6, 7): 0.0334, (7, 8): 0.0887, (11, 12): 0.0708, (24, 25): 0.0926, (33, 34): 0.0818,
    (38, 40): 0.1209,
}  # fmt: skip


def lives(text):
    return [Life.at_least(float(w[:-1])) if w.endswith("+") else Life.observed(float(w)) for w in text.split()]


def test_the_product_limit_estimate_of_the_leukemia_data():
    found = kaplan_meier(lives(TREATED))
    steps = dict(zip(found.time_s[1:].tolist(), found.survival[1:].tolist(), strict=True))
    assert {time: round(share, 3) for time, share in steps.items()} == pytest.approx(PRINTED, abs=1.1e-3)
    assert found.median_s == 23 and found.median_interval_s[1] is None
    assert kaplan_meier(lives(PLACEBO)).median_s == 8


def test_the_interval_censored_estimate_of_the_radiotherapy_data():
    pairs = [word.split("-") for word in RADIOTHERAPY.split()]
    found = kaplan_meier([Life(float(low), float(high) if high else None) for low, high in pairs])
    assert found.n == 46
    share = -(found.survival[1:] - found.survival[:-1])
    steps = {(a, b): s for a, b, s in zip(found.from_s[1:], found.time_s[1:], share, strict=True)}
    for step, printed in STEPS.items():
        assert steps[step] == pytest.approx(printed, abs=6e-4), step
