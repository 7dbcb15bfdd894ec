"""Charge transfer: limits known on paper, inversion, the compiled law equal to the plain one."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alloycoat.electrochemistry import current_density, exchange_current_density, make_compiled, overpotential
from alloycoat.quantities import FARADAY, GAS_CONSTANT

THERMAL = GAS_CONSTANT * 298.15 / FARADAY


@pytest.mark.parametrize("alphas", [(0.5, 0.5), (0.3, 0.7), (1.0, 1.0), (1.4, 0.6)])
def test_small_currents_meet_the_charge_transfer_resistance(alphas):
    # eta = j RT/(F i0 (alpha_a + alpha_c))
    eta = overpotential(1e-6, 10.0, *alphas, THERMAL)
    assert eta == pytest.approx(1e-6 * THERMAL / (10.0 * sum(alphas)), rel=1e-6)


@pytest.mark.parametrize(("current", "alpha"), [(1e6, 0.3), (-1e6, 0.7)])
def test_large_currents_follow_tafel(current, alpha):
    eta = overpotential(current, 1.0, 0.3, 0.7, THERMAL)
    assert abs(eta) == pytest.approx(THERMAL / alpha * math.log(1e6), rel=1e-6)
    ten = overpotential(10 * current, 1.0, 0.3, 0.7, THERMAL)
    assert abs(ten - eta) == pytest.approx(math.log(10) * THERMAL / alpha, rel=1e-6)


def test_tafel_slope_of_a_one_electron_transfer_is_118_millivolt():
    # 2.303 RT/(alpha F) at 25 degC and alpha = 0.5: 118.3 mV, the textbook slope
    slope = overpotential(1e7, 1.0, 0.5, 0.5, THERMAL) - overpotential(1e6, 1.0, 0.5, 0.5, THERMAL)
    assert slope == pytest.approx(0.1183, abs=1e-4)


@settings(max_examples=200, deadline=None)
@given(
    st.floats(-8, 8),
    st.sampled_from([-1.0, 1.0]),
    st.floats(-3, 3),
    st.floats(0.1, 0.9),
    st.sampled_from([1.0, 2.0]),
)
def test_the_overpotential_inverts_the_current(log_ratio, sign, log_exchange, share, charge):
    exchange = 10.0**log_exchange
    j = sign * exchange * 10.0**log_ratio
    eta = overpotential(j, exchange, share * charge, (1 - share) * charge, THERMAL)
    assert current_density(eta, exchange, share * charge, (1 - share) * charge, THERMAL) == pytest.approx(j, rel=1e-10)


def test_the_current_mirrors_with_the_coefficients():
    assert overpotential(3.0, 1.0, 0.3, 0.7, THERMAL) == -overpotential(-3.0, 1.0, 0.7, 0.3, THERMAL)
    assert overpotential(0.0, 1.0, 0.3, 0.7, THERMAL) == 0.0


def test_equal_coefficients_by_newton_agree_with_the_closed_form():
    closed = overpotential(37.0, 2.0, 0.5, 0.5, THERMAL)
    assert overpotential(37.0, 2.0, 0.5, math.nextafter(0.5, 1), THERMAL) == pytest.approx(closed, rel=1e-13)


def test_the_exchange_current_follows_the_salt():
    assert exchange_current_density(8.0, 0.25, 1.0, 2.0) == pytest.approx(4.0)


def test_the_compiled_law_is_the_law():
    compiled = make_compiled(overpotential)
    for j in (-30.0, -1e-3, 0.0, 2.0, 1e4):
        assert compiled(j, 3.0, 0.4, 0.6, THERMAL) == pytest.approx(overpotential(j, 3.0, 0.4, 0.6, THERMAL), rel=1e-14)
