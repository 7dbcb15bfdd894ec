"""The ageing cell against an independent solution: even fine mesh, scipy's BDF, bisection, the scalar laws only."""

import math
from dataclasses import replace

import numba
import numpy as np
import pytest
from scipy.integrate import solve_ivp

from alloycoat.cell import LifeSettings, age, ageing_parameters, symmetric
from alloycoat.cell.kernels import ageing_laws as laws
from alloycoat.quantities import FARADAY, GAS_CONSTANT
from alloycoat.recipe import plate_strip
from alloycoat.sources import Estimate

pytestmark = pytest.mark.skipif(bool(numba.config.DISABLE_JIT), reason="a fine mesh takes long uncompiled")
DEAD, SEPARATOR = 10, 16


class Layer:
    """As much of a coating as a cell looks at."""

    anode, coverage, phases = "Li", "unknown", ()
    area_specific_resistance = Estimate(3e-3, 1e-3, 1e-2)
    ionic_conductivity = electronic_conductivity = None


class Side:
    """One electrode: what is where (C/m2), coverage and dead layer."""

    def __init__(self, cell, worn, coated):
        self.cell, self.worn, self.coated = cell, worn, coated
        self.on_top = 0.0
        self.moss = self.dead = self.sei = self.fresh_dead = self.fresh_sei = 0.0
        self.cover, self.thick = worn.coverage if coated else 0.0, 1e-8

    def site(self, volt, resistance, exchange, layer, barrier):
        """|j| at which film, layer and reaction take |V| = volt (bisection in the overpotential)."""
        cell, low, high = self.cell, 0.0, volt
        thermal = GAS_CONSTANT * cell.temperature_K / FARADAY
        for _ in range(38):
            eta = 0.5 * (low + high)
            j = 2.0 * exchange * math.sinh(cell.alpha_a * eta / thermal)
            drop = laws.layer_drop(j, layer, barrier, cell.electronic_share)
            if eta + j * resistance + drop > volt:
                high = eta
            else:
                low = eta
        return 2.0 * exchange * math.sinh(cell.alpha_a * 0.5 * (low + high) / thermal)

    def at(self, volt, ratio, moss, film, strips):
        """(current, dq_moss/dt) of all sites at |V| = volt."""
        cell, worn = self.cell, self.worn
        exposed = laws.exposed_share(moss, worn.moss_slope, worn.moss_most)
        exchange = cell.exchange_current_density * ratio ** (cell.alpha_a / cell.charge)
        barrier = laws.barrier_with_moss(cell.nucleation_overpotential, worn.growth_share, exposed)
        barrier = worn.plateau if strips else barrier
        moss_j = self.site(volt, cell.film_resistance, exchange, 0.0, 0.0)
        bare_j = self.site(volt, cell.film_resistance * film, exchange, 0.0, 0.0)
        coat_j = top = 0.0
        if self.cover > 0.0:
            layer = cell.coating_resistance
            coat_j = self.site(
                volt, cell.coated_film_resistance * film, exchange * cell.coated_exchange_factor, layer, barrier
            )
            if not strips and coat_j * layer > barrier:
                top = cell.electronic_share * (1.0 - barrier / (coat_j * layer)) * (1.0 - worn.dense)
        seed = 0.0 if strips else worn.moss_seed * (1.0 - self.cover * (1.0 - top))
        fresh = laws.moss_area(moss, seed, worn.moss_slope, worn.moss_most) * moss_j
        bare = (1.0 - self.cover) * exposed * bare_j
        coated = self.cover * (1.0 - top * (1.0 - exposed)) * coat_j
        if strips:
            coated *= laws.exposed_share(moss * self.on_top, worn.moss_slope, worn.moss_most)
        if strips:
            return fresh + bare + coated, -fresh / (1.0 - laws.dead_share(worn.loss, worn.film_split))
        grown = fresh + worn.mossy_share * bare + top * coated
        return fresh + bare + coated, (1.0 - laws.sei_share(worn.loss, worn.film_split)) * grown

    def solve(self, current, ratio, moss, film, strips, guess):
        """(|V|, dq_moss/dt) at |i| = current: regula falsi from a guess."""
        worn, drop = self.worn, current * self.cell.coating_resistance
        barrier = self.cell.nucleation_overpotential * worn.growth_share
        if not strips:
            self.on_top = 0.0
            if self.coated and drop > barrier:
                f = self.cell.electronic_share * (1.0 - worn.dense) * (1.0 - barrier / drop)
                self.on_top = self.cover * f / (1.0 - self.cover + self.cover * f)
        low, high = 0.9 * guess, 1.1 * guess
        while self.at(low, ratio, moss, film, strips)[0] > current:
            low *= 0.5
        while self.at(high, ratio, moss, film, strips)[0] < current:
            high *= 1.5
        f_low, f_high = (self.at(v, ratio, moss, film, strips)[0] - current for v in (low, high))
        for _ in range(60):
            volt = low - f_low * (high - low) / (f_high - f_low)
            f, rate = self.at(volt, ratio, moss, film, strips)
            if abs(f - current) <= 1e-8 * current:
                break
            if f > current:
                high, f_high, f_low = volt, f - current, 0.5 * f_low
            else:
                low, f_low, f_high = volt, f - current, 0.5 * f_high
        return volt, rate


class Oracle:
    """Both electrodes and the salt between them."""

    def __init__(self, cell, worn):
        self.cell, self.worn, self.time, self.film = cell, worn, 0.0, 1.0
        self.sides = [Side(cell, worn, on) for on in cell.coated]
        self.mesh()
        self.c = np.full(len(self.width), cell.concentration)
        self.free = worn.electrolyte_amount - self.pores.sum()
        self.free_salt = self.free * cell.concentration
        self.guess = [0.1, 0.1]

    def mesh(self):
        cell, worn = self.cell, self.worn
        left, right = (np.full(DEAD, side.thick / DEAD) for side in self.sides)
        self.width = np.concatenate([left, np.full(SEPARATOR, cell.separator_thickness / SEPARATOR), right])
        dead = np.full(DEAD, worn.dead_porosity)
        self.pores = self.width * np.concatenate([dead, np.full(SEPARATOR, cell.porosity), dead])
        dead = np.full(DEAD, 1.0 / worn.dead_macmullin)
        self.b = np.concatenate([dead, np.full(SEPARATOR, cell.permeance), dead])

    def ends(self, c, current):
        """Concentrations at the electrodes: half a volume beyond the first and last, with the flux there."""
        q = current / (self.cell.charge * FARADAY)
        found = []
        for k, sign in ((0, 1.0), (-1, -1.0)):
            slip = q * (1 - np.interp(c[k], *self.cell.transference)) * self.width[k] / (2 * self.b[k])
            found.append(c[k] + sign * slip / np.interp(c[k], *self.cell.diffusivity))
        return found

    def electrodes(self, c, moss, current):
        """(|V|, dq_moss/dt) of both electrodes."""
        found = []
        for k, (side, end) in enumerate(zip(self.sides, self.ends(c, current), strict=True)):
            strips = (current > 0) == (k == 0)
            ratio = end / self.cell.concentration
            found.append(side.solve(abs(current), ratio, max(moss[k], 0.0), self.film, strips, self.guess[k]))
            self.guess[k] = found[-1][0]
        return found

    def rate(self, state, current):
        c, moss = state[:-2], state[-2:]
        q = current / (self.cell.charge * FARADAY)
        half = 0.5 * self.width / self.b
        face = (c[1:] * half[:-1] + c[:-1] * half[1:]) / (half[:-1] + half[1:])
        flux = np.interp(face, *self.cell.diffusivity) * np.diff(c) / (half[:-1] + half[1:])
        flux += q * (1 - np.interp(face, *self.cell.transference))
        salt = np.diff(np.concatenate([[0.0], flux, [0.0]])) / self.pores
        return np.concatenate([salt, [rate for _, rate in self.electrodes(c, moss, current)]])

    def voltage(self, state, current):
        c, cell = state[:-2], self.cell
        thermal = GAS_CONSTANT * cell.temperature_K / FARADAY
        ohm = np.sum(self.width / (np.interp(c, *cell.conductivity) * self.b))
        working, counter = self.ends(c, current)
        log_c = np.linspace(math.log(counter), math.log(working), 2001)
        at = np.exp(log_c)
        driving = (1 - np.interp(at, *cell.transference)) * np.interp(at, *cell.thermodynamic_factor)
        found = current * ohm + (cell.charge + 1) / cell.charge * thermal * np.trapezoid(driving, log_c)
        return found + math.copysign(sum(volt for volt, _ in self.electrodes(c, state[-2:], current)), current)

    def half_cycle(self, current, seconds, times):
        """Voltages at the times of one order; ages the cell after it."""
        n = len(self.c)
        band = np.abs(np.subtract.outer(np.arange(n + 2), np.arange(n + 2))) <= 1
        band[n:, :] = band[:, n:] = False
        band[n, [0, n]] = band[n + 1, [n - 1, n + 1]] = True
        start = np.concatenate([self.c, [side.moss for side in self.sides]])
        done = solve_ivp(
            lambda _, y: self.rate(y, current), (0, seconds), start, "BDF", t_eval=times, jac_sparsity=band,
            rtol=3e-5, atol=np.full(n + 2, 3e-2), first_step=1e-3,
        )  # fmt: skip
        assert done.success
        found = [self.voltage(y, current) for y in done.y.T]
        self.c = done.y[:n, -1]
        for k, side in enumerate(self.sides):
            change, side.moss = done.y[n + k, -1] - side.moss, done.y[n + k, -1]
            film, dead = (f(self.worn.loss, self.worn.film_split) for f in (laws.sei_share, laws.dead_share))
            if (current > 0) == (k == 0):
                side.fresh_dead, side.dead = -dead * change, side.dead - dead * change
            else:
                side.fresh_sei, side.sei = film / (1 - film) * change, side.sei + film / (1 - film) * change
        self.settle(seconds)
        return found

    def settle(self, seconds):
        worn, cell = self.worn, self.cell
        self.time += seconds
        self.film = laws.film_factor(self.time, worn.film_time)
        film = sum(side.fresh_sei for side in self.sides) / FARADAY
        total = self.pores @ self.c + self.free_salt
        self.c, self.free_salt = (amount * (1 - worn.salt_use * film / total) for amount in (self.c, self.free_salt))
        inside = self.pores @ self.c
        level = (inside + self.free_salt) / (self.pores.sum() + self.free)
        moved = laws.reservoir_exchange(seconds, worn.exchange_time) * (level * self.free - self.free_salt)
        self.c, self.free_salt = self.c * (1 - moved / inside), self.free_salt + moved
        for side in self.sides:
            parasitic = side.fresh_dead + side.fresh_sei
            side.cover = laws.coverage_after(side.cover, parasitic, worn.coating_loss, 0.0, worn.fatigue)
            volume, film_volume = cell.metal_volume, worn.sei_volume / FARADAY
            side.thick = 1e-8 + laws.dead_thickness(side.dead, side.sei, volume, film_volume, worn.dead_porosity)
            side.fresh_dead = side.fresh_sei = 0.0
        before = self.pores
        self.mesh()
        more = self.pores - before * (1 - worn.solvent_use * film / before.sum())
        level = self.free_salt / self.free
        self.c = (self.c * before + level * more) / self.pores
        self.free, self.free_salt = self.free - more.sum(), self.free_salt - level * more.sum()


@pytest.mark.parametrize("coated", [False, True])
def test_an_independent_solution_agrees(coated):
    layer = Layer() if coated else None
    given = {"electrolyte": "1 M LiPF6 in EC/DMC", "area": "1 cm^2"}
    cell = symmetric(layer, **given) if coated else symmetric(anode="Li", **given)
    worn = replace(ageing_parameters(cell, layer), rough=1e-3, electrolyte_amount=1e-3)
    if coated:  # both the layer and what plates on top of it take part
        cell = replace(cell, electronic_share=0.6, nucleation_overpotential=0.03)
        worn = replace(worn, coverage=0.8, dense=0.3)
    cycles, hour, times = 2, 3600.0, np.array([30.0, 300.0, 1800.0, 3600.0])
    made = age(
        cell, plate_strip("2 mA/cm2", "1 h", cycles=cycles), worn, settings=LifeSettings(14, 16, 1e-5, 1e-6),
        points_per_half_cycle=200,
    )  # fmt: skip
    oracle, record, stock = Oracle(cell, worn), made.record, made.inventory
    for cycle in range(1, cycles + 1):
        for step, current in ((1, -20.0), (2, 20.0)):
            expected = oracle.half_cycle(current, hour, times)
            chosen = (record.cycle == cycle) & (record.step == step)
            start = 2 * hour * (cycle - 1) + hour * (step - 1)
            found = np.interp(times, record.time_s[chosen] - start, record.voltage_V[chosen])
            np.testing.assert_allclose(found, expected, rtol=0, atol=3e-4)
        for k, name in enumerate(("working", "counter")):
            side = oracle.sides[k]
            for place in ("moss", "dead", "sei"):
                found = stock.metal[f"{name}_{place}"][cycle - 1]
                assert found == pytest.approx(getattr(side, place), rel=2e-3, abs=1.0)
            assert stock.coverage[k][cycle - 1] == pytest.approx(side.cover, rel=1e-5)
            assert stock.layer_m[k][cycle - 1] == pytest.approx(side.thick, rel=2e-3)
        assert stock.salt_free[cycle - 1] == pytest.approx(oracle.free_salt, rel=1e-4)
        assert stock.electrolyte_free_m[cycle - 1] == pytest.approx(oracle.free, rel=1e-4)
        assert stock.salt_pores[cycle - 1] == pytest.approx(oracle.pores @ oracle.c, rel=1e-3)
