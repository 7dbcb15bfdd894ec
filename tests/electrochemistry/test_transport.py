"""Merged transport tables: values, exact integrals, refusals, what lies outside."""

from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import quad

from alloycoat.electrochemistry import interpolate, tabulate
from alloycoat.electrochemistry.transport import diffusion_integral, find_segment, thermodynamic_integral

ONE = ((1000.0,), (1.0,))
KAPPA = ((0.0, 500.0, 1000.0, 2000.0), (0.0, 0.6, 1.0, 0.8))
D = ((100.0, 1000.0, 3000.0), (4e-10, 3e-10, 1e-10))
T = ((500.0, 1500.0), (0.3, 0.45))
W = ((0.0, 1000.0, 2000.0), (1.0, 1.8, 3.0))
TABLE = tabulate(KAPPA, D, T, W)


def row(c):
    return TABLE.rows[find_segment(c, TABLE.knots, 0)]


@pytest.mark.parametrize("c", [1e-3, 50.0, 100.0, 333.0, 500.0, 999.9, 1000.0, 1700.0, 2500.0, 9000.0])
def test_every_property_is_the_interpolated_one(c):
    r = row(c)
    assert r[0] + r[1] * c == pytest.approx(interpolate(c, D), rel=1e-12)
    assert r[2] + r[3] * c == pytest.approx(interpolate(c, T), rel=1e-12)
    assert r[4] + r[5] * c == pytest.approx(interpolate(c, KAPPA), rel=1e-12)


@pytest.mark.parametrize(("low", "high"), [(1.0, 90.0), (60.0, 1800.0), (400.0, 5000.0), (1e-3, 3000.0)])
def test_the_integrals_are_exact(low, high):
    ends = [c for c in TABLE.knots if low < c < high]
    by_quadrature = quad(lambda c: interpolate(c, D), low, high, points=ends)[0]
    assert diffusion_integral(high, row(high)) - diffusion_integral(low, row(low)) == pytest.approx(
        by_quadrature, rel=1e-9
    )
    pieces = np.log([low, *ends, high])

    def driving(log_c):
        c = np.exp(log_c)
        return (1 - interpolate(c, T)) * interpolate(c, W)

    by_quadrature = sum(quad(driving, a, b)[0] for a, b in pairwise(pieces))
    assert thermodynamic_integral(high, row(high)) - thermodynamic_integral(low, row(low)) == pytest.approx(
        by_quadrature, rel=1e-9
    )


def test_the_segment_is_found_from_any_guess():
    for c in (-5.0, 0.0, 99.0, 100.0, 1234.0, 1e5):
        found = {find_segment(c, TABLE.knots, guess) for guess in range(len(TABLE.rows))}
        assert found == {int(np.searchsorted(TABLE.knots, c, side="right"))}


def test_constant_properties_make_a_linear_problem():
    assert tabulate(KAPPA, ONE, ((1.0,), (0.4,)), W).linear
    assert not TABLE.linear


@pytest.mark.parametrize(
    ("curves", "message"),
    [
        ((ONE, ((1.0,), (0.0,)), ONE, ONE), "diffusivity: 0 at 1 mol/m3 is not possible"),
        ((ONE, ONE, ONE, ONE), "transference: 1 at 1000"),
        ((((1.0,), (-1.0,)), ONE, T, ONE), "conductivity: -1"),
        ((((2.0, 1.0), (1.0, 1.0)), ONE, T, ONE), "conductivity: concentrations must rise"),
        ((ONE, ONE, T, ((), ())), "thermodynamic factor: needs as many"),
        ((ONE, ONE, T, ((1.0,), (float("nan"),))), "all numbers finite"),
    ],
)
def test_impossible_curves_are_refused(curves, message):
    with pytest.raises(ValueError, match=message):
        tabulate(*curves)
