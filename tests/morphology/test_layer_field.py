"""The layer as a region of the potential, metal on its outer face, metal that yields below it, held voltages."""

from __future__ import annotations

import math
from dataclasses import replace

import numba
import numpy as np
import pytest
from scenes import amplitude_of, constant, layer, liquid, scene, surface, with_wave

from alloycoat.electrochemistry import layer_resistance, overpotential, share_on_top
from alloycoat.errors import AlloycoatError
from alloycoat.morphology import Checkpoint, Scene, Stage, grow
from alloycoat.morphology.cover import Cover
from alloycoat.morphology.deposit import Deposit
from alloycoat.morphology.hold import current_at
from alloycoat.morphology.kernels import liquid as fluid
from alloycoat.morphology.outer_face import OuterFace
from alloycoat.quantities import FARADAY, GAS_CONSTANT

compiled_only = pytest.mark.skipif(bool(numba.config.DISABLE_JIT), reason="minutes uncompiled")
THERMAL = GAS_CONSTANT * 298.15 / FARADAY
LITHIUM = 1.3e-5 / FARADAY  # m3/C


def test_network_of_a_layer_is_a_sum_of_resistances() -> None:
    """Against a plain loop: half cells in series, and the film that lies between two cells."""
    rng = np.random.default_rng(3)
    free, kappa = rng.uniform(0.1, 1.0, (6, 5)), rng.uniform(0.5, 2.0, (6, 5))
    share = np.sort(rng.uniform(0.0, 1.0, (6, 5)), axis=0)[::-1].copy()
    sheet, dx = rng.uniform(1e-3, 2e-3, (6, 5)), 1e-6
    tx, ty = np.zeros((6, 5)), np.zeros((6, 5))
    fluid.layered_network(free, kappa, share, 2e-3, 3e-3, sheet, dx, tx, ty)
    passed = np.minimum(1.0, share / fluid.OUTER)

    def half(i: int, j: int, sigma: float) -> float:
        return float(0.5 * dx * (share[i, j] / sigma + (1.0 - share[i, j]) / kappa[i, j]) / free[i, j])

    def inside(i: int, j: int) -> float:
        return float(0.5 * abs(passed[min(i + 1, 5), j] - passed[max(i - 1, 0), j]))

    for i in range(6):
        for j in range(5):
            before = (j - 1) % 5
            film = abs(passed[i, j] - passed[i, before]) + 0.5 * (inside(i, j) + inside(i, before))
            film *= (sheet[i, j] + sheet[i, before]) / (free[i, j] + free[i, before])
            along = half(i, j, 3e-3) + half(i, before, 3e-3) + film
            assert ty[i, j] == pytest.approx(dx / along, rel=1e-12)
            if i == 0:
                assert tx[i, j] == 0.0
                continue
            film = abs(passed[i, j] - passed[i - 1, j]) * (sheet[i, j] + sheet[i - 1, j])
            across = half(i, j, 2e-3) + half(i - 1, j, 2e-3) + film / (free[i, j] + free[i - 1, j])
            assert tx[i, j] == pytest.approx(dx / across, rel=1e-12)


@pytest.mark.parametrize("exchange_factor", [1.0, 18.0])
@pytest.mark.parametrize("thickness", [2e-6, 20e-6])
def test_resolved_layer_has_the_resistance_of_the_real_one(exchange_factor: float, thickness: float) -> None:
    """Wherever the front lies between two rows: thin layers drawn thicker, thick ones drawn in part."""
    coat = layer(exchange_factor=exchange_factor, thickness=thickness)
    drops = []
    for place in (0.0, 0.25, 0.5, 0.75):
        made = scene(ny=40, gap=32e-6, base=(8.0 + place) * 1e-6, layer=coat, surface=surface(film=0.0),
                     stages=(Stage("plate", 50.0, 1.0),))  # fmt: skip
        deposit = Deposit(made)
        deposit.begin(-50.0)
        path = (40e-6 - made.base - coat.drawn - 0.5e-6) / 1.0
        transfer = overpotential(50.0, 40.0 * exchange_factor, 0.5, 0.5, THERMAL)
        drops.append((float(deposit.electrode.psi[-1].mean()) - transfer) / 50.0 - path)
    want = thickness / 1e-3 + 1e-3
    assert np.mean(drops) == pytest.approx(want, rel=4e-3)
    assert np.ptp(drops) < 0.03 * want


def below_a_layer(length: float, current: float, thickness: float, sigma: float, film: float) -> float:
    """Growth rate (1/s) of a wave below a layer that follows it, liquid above an equipotential.

    In the layer phi = i y/sigma + (a cosh ky + b sinh ky) cos kx; below it drives R_t, above it drops over the film.
    """
    k, exchange = 2.0 * math.pi / length, 40.0
    e = overpotential(current, exchange, 0.5, 0.5, THERMAL) / THERMAL
    transfer = THERMAL / (exchange * 0.5 * (math.exp(0.5 * e) + math.exp(-0.5 * e)))
    cosh, sinh, field = math.cosh(k * thickness), math.sinh(k * thickness), current / sigma
    up, out = cosh + film * sigma * k * sinh, sinh + film * sigma * k * cosh
    b = ((field - 0.5 * LITHIUM * k**2) * up - field) / (transfer * sigma * k * up + out)
    return LITHIUM * sigma * k * b


@compiled_only
@pytest.mark.parametrize(("length", "film"), [(4e-6, 0.0), (4e-6, 1e-3), (16e-6, 0.0), (16e-6, 1e-3)])
def test_waves_below_a_layer_grow_as_its_field_says(length: float, film: float) -> None:
    """Shorter and longer than the layer is thick; a layer taken as a series resistance lets them shrink instead."""
    current, thickness, sigma = 20.0, 2e-6, 1e-3
    dx = length / (32 if length < 8e-6 else 128)
    made = scene(
        nx=round(length / dx), ny=round(thickness / dx) + 34, dx=dx, base=8 * dx, gap=1e-3,
        stages=(Stage("plate", current, 1.0),), surface=surface(film=0.0),
        liquid=liquid(conductivity=constant(100.0), transference=constant(0.999999)),
        layer=layer(thickness=thickness, drawn=thickness, sigma_ion=sigma, film=film),
    )  # fmt: skip
    deposit = with_wave(made, 0.01 * length)
    assert deposit.cover is not None
    deposit.cover.natural = None  # made on the wave
    deposit.look()
    deposit.begin(-current)
    times, sizes = [], []
    for _ in range(20):
        assert deposit.step(0.15 * dx / (LITHIUM * current), -current) <= 1.0
        times.append(deposit.time)
        sizes.append(math.log(amplitude_of(deposit)))
    rate = np.polyfit(times[5:], sizes[5:], 1)[0]
    assert rate == pytest.approx(below_a_layer(length, current, thickness, sigma, film), rel=0.1)


@pytest.mark.parametrize("share", [1.0, 0.5])
def test_share_of_metal_on_top_is_that_of_the_one_dimensional_cell(share: float) -> None:
    """Fast charge transfer, a plane, nothing plated yet: share and voltage by `electrochemistry.plating_location`."""
    coat = layer(electronic_share=share, nucleation=0.03, film=1e-3)
    made = scene(ny=40, gap=32e-6, layer=coat, surface=surface(film=0.0, exchange=4000.0),
                 stages=(Stage("plate", 50.0, 1.0),))  # fmt: skip
    shares, drops = [], []
    for place in (0.0, 0.25, 0.5, 0.75):
        deposit = Deposit(made.changed(base=(8.0 + place) * 1e-6))
        deposit.begin(-50.0)
        e = deposit.electrode
        shares.append(float((e.face.area * e.upper[e.face.at]).sum()) * 1e-6 / 4 / -50.0)
        path = (40e-6 - deposit.scene.base - coat.drawn - 0.5e-6) / 1.0
        drops.append(float(e.psi[-1].mean()) / 50.0 - path)
    assert np.mean(shares) == pytest.approx(share_on_top(50.0, 2e-3, 0.03, share), abs=0.02)
    want = 1e-3 + layer_resistance(50.0, 2e-3, 0.03, share)
    assert np.mean(drops) == pytest.approx(want, rel=0.05)


def on_top() -> Scene:
    uneven = surface(exchange=4.0, film=1.2e-3, film_spread=0.5, fresh_share=0.3, noise=0.1, roughness=1e-7)
    coat = layer(thickness=2.3e-6, drawn=4e-6, sigma_ion=5e-4, film=1.2e-3, exchange_factor=18.0, spread=0.2,
                 electronic_share=1.0, nucleation=0.03, modulus=1e10)  # fmt: skip
    return scene(nx=32, ny=56, dx=5e-7, base=6e-6, gap=22e-6, surface=uneven, layer=coat, frames=6, seed=1,
                 stages=(Stage("plate", 20.0, 1200.0), Stage("strip", 20.0, 300.0)))  # fmt: skip


@compiled_only
def test_metal_plates_on_a_layer_that_lets_electrons_through() -> None:
    """In islands on top, none where electrons are kept away; not a coulomb is lost, and it is stripped again."""
    made = on_top()
    kept: list[Checkpoint] = []
    seen = grow(made, keep=kept.append)
    assert seen.charge_error < 1e-10
    assert float(seen.facts["metal_on_layer_share"]) > 0.3
    above = seen.eta[4] > 0.5
    assert np.any(above.sum(axis=0) > (seen.eta[0] > 0.5).sum(axis=0) + 2)
    # an island: metal, then layer or electrolyte below it, then metal
    column = above[:, int(np.argmax(above.sum(axis=0)))]
    assert np.count_nonzero(np.diff(column.astype(int)) == 1) >= 1
    again = grow(made, checkpoint=kept[3])
    assert np.array_equal(again.eta, seen.eta)
    assert np.array_equal(again.voltage, seen.voltage)
    assert made.layer is not None
    blocked = grow(made.changed(layer=replace(made.layer, electronic_share=0.0)))
    assert float(blocked.facts["metal_on_layer_share"]) == 0.0
    assert np.abs(blocked.voltage[4]) > np.abs(seen.voltage[4])


def test_metal_too_thin_to_be_drawn_is_drawn_where_it_suffices_and_nothing_is_lost() -> None:
    made = on_top()
    assert made.layer is not None
    outer = OuterFace(made, made.layer)
    eta = np.zeros((made.ny, made.nx))
    height, covered = np.full(made.nx, 10e-6), np.ones(made.nx, dtype=bool)
    outer.held[:] = 100.0
    assert not outer.draw(eta, height, covered, LITHIUM)
    outer.held[8:20] = 3e4
    before = outer.held.sum() * LITHIUM / made.dx
    while outer.draw(eta, height, covered, LITHIUM):
        pass
    assert eta.sum() > 14.0
    assert eta.sum() + outer.held.sum() * LITHIUM / made.dx == pytest.approx(before, rel=1e-12)
    assert eta[: int(10e-6 / made.dx) - 6].max() < 1e-3
    assert eta.max() > 0.5


def test_nothing_strips_from_an_outer_face_without_metal_and_nothing_plates_before_the_barrier() -> None:
    made = on_top()
    assert made.layer is not None
    outer = OuterFace(made, made.layer)
    share = np.zeros((made.ny, made.nx))
    share[:20] = 1.0
    outer.held[3] = 5.0
    face = outer.find(np.zeros_like(share), share, np.zeros(made.nx, dtype=bool))
    assert (face.area * made.dx).sum() == pytest.approx(made.nx)
    drive, _ = outer.beyond(np.full(len(face.rows), 0.01), face)
    assert np.array_equal(drive > 0.005, face.columns == 3)
    drive, _ = outer.beyond(np.full(len(face.rows), -0.01), face)
    assert np.all(np.abs(drive) < 1e-6)
    drive, rise = outer.beyond(np.full(len(face.rows), -0.08), face)
    assert drive == pytest.approx(np.full(len(drive), -0.05), abs=1e-9)
    assert rise == pytest.approx(np.ones(len(drive)))
    taken = outer.take(np.full(len(face.rows), 20.0), face, 1.0)
    assert taken.sum() == pytest.approx(-5.0)


def test_metal_yields_until_the_layer_presses_no_more_than_its_strength() -> None:
    made = scene(nx=32, ny=48, dx=5e-7, base=8e-6, gap=16e-6, layer=layer(drawn=4e-6, modulus=1e10, strength=1e7))
    assert made.layer is not None
    cover = Cover(made, made.layer)
    x = np.arange(32) / 32.0
    cover.natural = np.zeros(32)
    short, long_ = 1e-7 * np.cos(2.0 * np.pi * 8 * x), 1e-8 * np.cos(2.0 * np.pi * x)
    cover.front = short + long_
    sinks = cover.flow()
    assert sinks.mean() == pytest.approx(0.0, abs=1e-20)
    waves = 2.0 / 32 * np.abs(np.fft.rfft(cover.front))
    assert cover.stiffness[8] * waves[8] == pytest.approx(1e7, rel=1e-6)
    assert waves[1] == pytest.approx(1e-8, rel=1e-9)  # the layer bends with it
    cover.front = long_.copy()
    assert np.abs(cover.flow()).max() < 1e-20


def test_current_of_a_held_voltage_is_found_where_the_answer_is_flat_steep_or_none() -> None:
    assert current_at(-0.5, lambda i: 0.01 * i, -1.0, 0.02) == pytest.approx(-50.0, rel=1e-3)

    def near_a_limit(i: float) -> float:
        return 0.002 * i + 0.05 * math.log(1.0 + i / 100.0) if i > -100.0 else -math.inf

    found = current_at(-0.5, near_a_limit, -1.0, 0.01)
    assert near_a_limit(found) == pytest.approx(-0.5, abs=1e-4)
    assert current_at(0.3, near_a_limit, -90.0, 0.01) > 0.0
    with pytest.raises(AlloycoatError, match="1 V"):
        current_at(1.0, lambda _: 0.0, 1.0, 1.0)


@compiled_only
def test_a_held_voltage_is_held_and_falls_to_the_current_that_the_salt_carries() -> None:
    made = scene(gap=32e-6, stages=(Stage("hold", -0.8, 20.0),), surface=surface(molar_volume=1e-9), frames=8)
    seen = grow(made)
    assert seen.ended == "completed"
    assert seen.voltage == pytest.approx(np.full(9, -0.8), abs=1e-4)
    steady = grow(made.changed(stages=(Stage("plate", -float(seen.current[-1]), 20.0),)))
    assert steady.voltage[-1] == pytest.approx(-0.8, abs=1e-3)
    assert abs(seen.current[0]) > 1.05 * abs(seen.current[-1])
    # beyond what the salt carries: the current falls until the salt is used up
    beyond = grow(made.changed(stages=(Stage("hold", -2.0, 20.0),), surface=surface(film=0.0, exchange=400.0)))
    assert beyond.ended == "depletion"
    assert beyond.charge_error < 1e-10
