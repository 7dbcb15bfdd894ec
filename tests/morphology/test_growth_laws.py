"""What must hold of a deposit: balances, the one-dimensional cell, linear stability, direction, reproducibility."""

from __future__ import annotations

import math
from dataclasses import replace

import numba
import numpy as np
import pytest
from scenes import amplitude_of, constant, layer, liquid, scene, surface, with_wave

from alloycoat.cell.design import Cell
from alloycoat.cell.simulate import cycle
from alloycoat.electrochemistry import overpotential, sand_time
from alloycoat.errors import RecipeError
from alloycoat.morphology import Checkpoint, Stage, grow
from alloycoat.morphology.deposit import Deposit
from alloycoat.quantities import FARADAY, GAS_CONSTANT
from alloycoat.recipe import Protocol
from alloycoat.record import CyclingRecord

pytestmark = pytest.mark.skipif(bool(numba.config.DISABLE_JIT), reason="minutes uncompiled; the kernels have own tests")
THERMAL = GAS_CONSTANT * 298.15 / FARADAY
LITHIUM = 1.3e-5 / FARADAY  # m3/C


def one_dimensional(gap: float) -> Cell:
    """The cell of the same numbers in one dimension."""
    return Cell(
        anode="Li", charge=1, electrolyte="-", concentration=1000.0, conductivity=constant(1.0),
        diffusivity=constant(4e-10), transference=constant(0.4), thermodynamic_factor=constant(1.0), separator="-",
        separator_thickness=gap, porosity=1.0, macmullin=1.0, exchange_current_density=40.0, alpha_a=0.5, alpha_c=0.5,
        film_resistance=1e-4, area_m2=1e-4,
    )  # fmt: skip


def plated_in_one_dimension(gap: float, current: float, seconds: float) -> CyclingRecord:
    steps = [f"Plate at {current:g} A/m2 for {seconds:g} seconds"]
    return cycle(one_dimensional(gap), Protocol.model_validate({"steps": steps}), points_per_half_cycle=200)


def test_voltage_follows_the_one_dimensional_cell() -> None:
    """1000 A/m2 over 100 um, three quarters of the limiting current; a metal without volume, so nothing moves."""
    want = plated_in_one_dimension(100e-6, 1000.0, 20.0)
    made = scene(ny=108, gap=100e-6, stages=(Stage("plate", 1000.0, 20.0),), surface=surface(molar_volume=1e-9),
                 frames=100)  # fmt: skip
    seen = grow(made)
    assert seen.ended == "completed"
    for t in (1.0, 5.0, 20.0):
        expected = np.interp(t, want.time_s, want.voltage_V)
        assert np.interp(t, seen.time_s, seen.voltage) == pytest.approx(expected, abs=6e-3)
    with_column = grow(made.changed(ny=40))  # most of the gap is the column above the picture
    assert with_column.voltage[-1] == pytest.approx(float(want.voltage_V[-1]), abs=6e-3)


def test_sand_time_is_that_of_the_one_dimensional_cell() -> None:
    current = 2500.0
    tau = sand_time(current, 1, 1000.0, 4e-10, 1.0, 1.0, 0.4)
    want = float(plated_in_one_dimension(100e-6, current, 4.0).time_s[-1])
    made = scene(
        dx=2.5e-7, base=4e-6, ny=100, gap=100e-6, stages=(Stage("plate", current, 3 * tau),), frames=3, cutoff=1e3
    )
    seen = grow(made)
    assert seen.ended == "depletion"
    assert seen.time_s[-1] == pytest.approx(want, rel=0.02)
    assert seen.time_s[-1] == pytest.approx(tau, rel=0.02)
    assert seen.concentration.min() > 0.0


def test_steady_salt_gives_the_limiting_current() -> None:
    """c at the front falls as c0 (1 - i/J*): the limiting current is where that line ends."""
    made = scene(gap=32e-6, stages=(Stage("plate", 2000.0, 20.0),), surface=surface(molar_volume=1e-9), frames=2)
    seen = grow(made)
    ceiling = 2.0 * FARADAY * 1000.0 * 4e-10 / (0.6 * 32e-6)
    y = (np.arange(made.ny) + 0.5) * made.dx - made.base
    profile = seen.concentration[-1][:, 0]
    slope, at_front = np.polyfit(y[y > 6e-6], profile[y > 6e-6], 1)
    assert slope == pytest.approx(0.6 * 2000.0 / (FARADAY * 4e-10), rel=2e-3)
    assert 2000.0 / (1.0 - at_front / 1000.0) == pytest.approx(ceiling, rel=0.02)


def test_charge_is_metal_to_ten_digits_while_plating_resting_and_stripping() -> None:
    stages = (Stage("plate", 30.0, 900.0), Stage("rest", 0.0, 60.0), Stage("strip", 20.0, 600.0))
    rough = surface(roughness=2e-7, film_spread=0.5, fresh_share=0.3, noise=0.1)
    seen = grow(scene(nx=32, ny=48, dx=5e-7, base=6e-6, gap=18e-6, stages=stages, surface=rough, seed=3))
    assert seen.charge_error < 1e-10
    assert seen.charge[-1] == pytest.approx(-30.0 * 900.0 + 20.0 * 600.0, rel=1e-12)
    assert float(seen.facts["solver_imbalance"]) < 1e-6
    assert seen.concentration.min() > 0.0


def test_layer_and_electrolyte_are_conductors_in_series() -> None:
    made = scene(ny=60, gap=52e-6, layer=layer(), stages=(Stage("plate", 50.0, 1.0),), surface=surface(film=0.0))
    bare = Deposit(made.changed(layer=None))
    covered = Deposit(made)
    for deposit in (bare, covered):
        deposit.begin(-50.0)
    drop = float(covered.electrode.psi[-1].mean() - bare.electrode.psi[-1].mean())
    assert drop == pytest.approx(50.0 * (2e-6 / 1e-3 + 1e-3), rel=1e-2)


def test_nothing_flows_at_rest_between_equal_places_and_curvature_is_nernst() -> None:
    """At rest the potential of a disc-shaped bump lies gamma V_m K/F above that of a hollow: currents say so."""
    deposit = with_wave(scene(nx=32, ny=48, dx=5e-7, base=8e-6, gap=16e-6, surface=surface(film=0.0)), 0.0)
    deposit.begin(0.0)
    assert np.abs(deposit.electrode.current).max() < 1e-9
    assert np.abs(deposit.electrode.psi).max() < 1e-9
    waved = with_wave(deposit.scene, 4e-7)
    waved.begin(0.0)
    k = 2 * np.pi / waved.scene.width
    x = (np.arange(32) + 0.5) * 5e-7
    e, band = waved.electrode, waved.electrode.band
    assert band is not None
    flow = np.zeros_like(waved.eta)
    flow[band.rows, band.columns] = band.area * e.current[band.rows, band.columns] * 5e-7
    got = 2.0 * np.mean(flow.sum(axis=0) * np.cos(k * x))
    # a wave of height A: drive gamma V k^2 A over charge transfer and the half-space of electrolyte, 1/(kappa k)
    want = 0.5 * LITHIUM * k**2 * amplitude_of(waved) / (THERMAL / 40.0 + 1.0 / k)
    assert got == pytest.approx(want, rel=0.1)


def stability(length: float, current: float, film: float, exchange: float, gamma: float, kappa: float) -> float:
    """Growth rate of a wave in 1/s: V (i/kappa - gamma V k^2)/(R + 1/(kappa k)), R = film + d eta/d j."""
    k = 2.0 * np.pi / length
    e = overpotential(current, exchange, 0.5, 0.5, THERMAL) / THERMAL
    transfer = THERMAL / (exchange * 0.5 * (math.exp(0.5 * e) + math.exp(-0.5 * e)))
    return LITHIUM * (current / kappa - gamma * LITHIUM * k**2) / (film + transfer + 1.0 / (kappa * k))


@pytest.mark.parametrize(
    ("length", "film", "gamma"), [(8e-6, 0.0, 0.5), (4e-6, 1e-4, 0.5), (16e-6, 1e-4, 0.5), (4e-6, 0.0, 10.0)]
)
def test_waves_grow_as_linear_stability_says(length: float, film: float, gamma: float) -> None:
    """Ohmic (no salt gradient: t+ = 1), without and with a resistive film, weak and strong surface energy."""
    current, kappa, cells = 1000.0, 0.1, 32
    dx = length / cells
    made = scene(
        nx=cells, ny=64, dx=dx, base=8 * dx, gap=1e-3, stages=(Stage("plate", current, 1.0),),
        liquid=liquid(conductivity=constant(kappa), transference=constant(0.999999)),
        surface=surface(exchange=400.0, film=film, surface_energy=gamma),
    )  # fmt: skip
    deposit = with_wave(made, 0.01 * length)
    deposit.begin(-current)
    step = 0.15 * dx / (LITHIUM * current)
    times, sizes = [], []
    for _ in range(30):
        assert deposit.step(step, -current) <= 1.0
        times.append(deposit.time)
        sizes.append(math.log(amplitude_of(deposit)))
    rate = np.polyfit(times[8:], sizes[8:], 1)[0]
    assert rate == pytest.approx(stability(length, current, film, 400.0, gamma, kappa), rel=0.1)


def star(angle: float) -> float:
    """Way of the tips of a four-armed seed in 150 s, fed from a ring around it, in m."""
    cells, dx = 96, 5e-7
    made = scene(
        nx=cells, ny=cells, dx=dx, base=4e-6, gap=1e-3, tolerance=0.02,
        liquid=liquid(conductivity=constant(0.01), transference=constant(0.999999)), surface=surface(exchange=400.0),
    )  # fmt: skip
    x = (np.arange(cells) + 0.5 - cells / 2) * dx
    r, theta = np.hypot(x[:, None], x[None, :]), np.arctan2(x[:, None], x[None, :]) - angle
    arms = 6e-6 * (1.0 + 0.25 * np.cos(4.0 * theta))
    steep = np.sqrt(1.0 + (6e-6 * np.sin(4.0 * theta) / np.maximum(r, 1e-6)) ** 2)
    deposit = Deposit(made)
    deposit.eta = 1.0 / (1.0 + np.exp(np.clip((r - arms) / steep / made.epsilon, -60.0, 60.0)))
    deposit.first_metal = float(deposit.eta.sum())
    ring = np.exp(-0.5 * ((r - 0.46 * cells * dx) / (1.5 * dx)) ** 2)
    deposit.electrode.feed = ring / ring.sum()
    deposit.look()
    deposit.begin(-300.0)

    def reach() -> float:
        tip = (r * np.cos(theta) > 0) & (np.abs(r * np.sin(theta)) < dx)
        return float(np.interp(0.0, deposit.distance[tip][np.argsort(-r[tip])], np.sort(r[tip])[::-1]))

    first, step = reach(), 0.2
    while deposit.time < 150.0:
        error = deposit.step(min(step, deposit.longest(), 150.0 - deposit.time), -300.0)
        step *= 0.5 if error > 1.0 else min(1.5, 0.8 * max(error, 0.05) ** -0.5)
    return reach() - first


def test_turning_the_deposit_does_not_change_the_speed_of_its_tips() -> None:
    straight, turned = star(0.0), star(np.pi / 4)
    assert straight > 3e-6
    assert turned == pytest.approx(straight, rel=0.02)


def test_a_run_goes_on_from_a_checkpoint_as_if_it_had_not_stopped() -> None:
    rough = surface(roughness=1e-7, film_spread=0.5, fresh_share=0.3, noise=0.1)
    made = scene(
        nx=16, ny=48, dx=5e-7, base=6e-6, gap=18e-6, surface=rough, layer=layer(drawn=4e-6, covered=0.8, uptake=500.0),
        stages=(Stage("plate", 30.0, 300.0),), frames=6,
    )  # fmt: skip
    kept: list[Checkpoint] = []
    whole = grow(made, keep=kept.append)
    later = grow(made, checkpoint=kept[3])
    assert np.array_equal(later.eta, whole.eta)
    assert np.array_equal(later.voltage, whole.voltage)
    again = grow(made)
    assert np.array_equal(again.eta, whole.eta)
    with pytest.raises(RecipeError, match="checkpoint"):
        grow(made.changed(nx=20), checkpoint=kept[3])


def test_uptake_of_the_layer_comes_before_metal_and_is_in_the_balance() -> None:
    made = scene(ny=48, dx=5e-7, base=6e-6, gap=18e-6, layer=layer(drawn=4e-6, uptake=6000.0, swelling=1e-10),
                 stages=(Stage("plate", 30.0, 400.0),), frames=8)  # fmt: skip
    seen = grow(made)
    assert seen.charge_error < 1e-10
    metal = (seen.eta[-1].sum() - seen.eta[0].sum()) * made.dx / made.nx
    assert metal == pytest.approx((30.0 * 400.0 - 6000.0) * LITHIUM, rel=0.05)
    assert seen.tip_m[3] == pytest.approx(seen.tip_m[0], abs=1e-8)


def test_no_defect_gives_a_flat_front_below_the_layer_where_a_hole_does_not() -> None:
    """Claim C28, with the numbers of a layer of indium on lithium."""
    uneven = surface(exchange=4.0, film=1.2e-3, film_spread=0.5, fresh_share=0.3, noise=0.1, roughness=1e-7)
    made = scene(nx=48, ny=64, dx=5e-7, base=6e-6, gap=26e-6, surface=uneven, frames=4,
                 stages=(Stage("plate", 20.0, 1800.0),))  # fmt: skip
    coat = layer(thickness=2.3e-6, drawn=4e-6, sigma_ion=5e-4, film=1.2e-3, exchange_factor=18.0)

    def roughness(covered: float | None) -> float:
        chosen = None if covered is None else replace(coat, covered=covered)
        return float((grow(made.changed(layer=chosen)).eta[-1].sum(axis=0) * made.dx).std())

    flat, bare, holed = roughness(1.0), roughness(None), roughness(0.92)
    assert flat < 0.6 * bare
    assert holed > flat


def test_scenes_that_cannot_be_resolved_are_refused_with_the_spacing_needed() -> None:
    with pytest.raises(RecipeError, match=r"spacing of 0\.667 um or less"):
        scene(interface=0.5)
    with pytest.raises(RecipeError, match=r"spacing of 0\.25 um or less"):
        scene(layer=layer(drawn=2e-6))
    with pytest.raises(RecipeError, match="electrolyte"):
        scene(ny=12)
    with pytest.raises(RecipeError, match="stages"):
        scene(stages=())
