"""Full cells with insertion positives: inventories, limits, refusals, published and analytic checks."""

import math

import numba
import numpy as np
import pytest

from alloycoat.analysis import analyze
from alloycoat.cell import ageing_parameters
from alloycoat.cell.energy import first_discharge, stack
from alloycoat.cell.full import full
from alloycoat.cell.full_cycle import cycle_full
from alloycoat.cell.full_mesh import make_mesh, particle_modes
from alloycoat.chemistry.positives import positive, positives
from alloycoat.coating import coat
from alloycoat.errors import AlloycoatError, RecipeError
from alloycoat.recipe import Protocol, Recipe

pytestmark = pytest.mark.skipif(
    bool(numba.config.DISABLE_JIT),
    reason="whole tests of a cell: minutes without the compiler; test_full_small has the kernel",
)
CARBONATE = "1 M LiPF6 in EC/DMC"


def cell(name="NMC", **more):
    given = {"anode": "Li", "positive": name, "loading": "1 mAh/cm2", "electrolyte": CARBONATE, "area": "1 cm^2"}
    return full(more.pop("coating", None), **{**given, **more})


def protocol(host, rate="C/5", cycles=1):
    low, high = host.lower_voltage.value, host.upper_voltage.value
    pair = [f"Charge at {rate} until {high} V", f"Discharge at {rate} until {low} V"]
    return Protocol.model_validate({"steps": pair if host.with_metal else pair[::-1], "cycles": cycles})


def capacities(made, cycles, rate="C/5", **more):
    return cycle_full(made, protocol(made.positive, rate, cycles), **more).states["discharged_C_per_m2"]


def test_assembled_with_metal_is_flat_until_the_reserve_is_gone_then_falls_as_the_efficiency() -> None:
    """Flat up to n* = (N/P)/(1 - CE), then CE^(n - n*)."""
    found = capacities(cell(n_to_p=0.2, efficiency=0.98), 30)
    reserve = round(0.2 / 0.02)
    assert found[: reserve - 1] == pytest.approx(found[1], rel=0.01)
    later = found[reserve + 3 :]
    assert later[1:] / later[:-1] == pytest.approx(0.98, abs=5e-4)


def test_anode_free_falls_as_the_efficiency_from_the_first_cycle() -> None:
    found = capacities(cell(n_to_p=0.0, efficiency=0.98), 12)
    assert found[1:] / found[:-1] == pytest.approx(0.98, abs=7e-4)


@pytest.mark.parametrize("name", ["LTO", "TiS2", "FePO4"])
def test_assembled_without_metal_has_the_reserve_less_one(name) -> None:
    """Flat up to n* = (N/P - 1)/(1 - CE) cycles, then CE^(n - n*)."""
    made = cell(name, n_to_p=1.2, efficiency=0.98)
    found = capacities(made, 16)
    reserve = round(0.2 / 0.02)
    assert found[1 : reserve - 2] == pytest.approx(found[2], rel=0.01)
    later = found[reserve + 2 :]
    assert later[1:] / later[:-1] == pytest.approx(0.98, abs=1e-3)


def test_metal_and_salt_are_closed_over_a_long_life() -> None:
    made = cell("LTO", n_to_p=3.0)
    worn = ageing_parameters(made.metal, electrolyte_amount="50 uL/cm^2")
    states = cycle_full(made, protocol(made.positive, "C/2", 300), worn).states
    assert np.max(np.abs(states["metal_balance_error"])) < 1e-10
    assert np.max(np.abs(states["salt_balance_error"])) < 1e-10


def test_with_everything_in_excess_bare_and_coated_differ_by_polarization_alone() -> None:
    coating = coat(Recipe.load("examples/li-incl3-dip.toml"))
    bare, coated = cell(efficiency=1.0), cell(coating=coating, efficiency=1.0)
    step = {"steps": ["Charge at C/2 for 1 hour", "Discharge at C/2 for 55 minutes"], "cycles": 3}
    one, two = (cycle_full(made, Protocol.model_validate(step)) for made in (bare, coated))
    assert one.states["discharged_C_per_m2"] == pytest.approx(two.states["discharged_C_per_m2"])
    assert one.record.voltage_V[-1] < two.record.voltage_V[-1]


def test_more_metal_or_electrolyte_never_shortens_a_life() -> None:
    lives = []
    for ratio in (0.5, 1.0, 2.0):
        found = capacities(cell(n_to_p=ratio), 40, "C/2")
        lives.append(int(np.sum(found > 0.8 * found[0])))
    assert lives == sorted(lives)
    assert lives[0] < lives[-1]


def test_thin_electrolyte_ends_a_cell_with_metal_in_excess() -> None:
    made = cell("LTO")
    ends = []
    for amount in ("6 uL/cm^2", "20 uL/cm^2"):
        worn = ageing_parameters(made.metal, electrolyte_amount=amount)
        found = capacities(made, 150, "C/2", ageing=worn)
        ends.append(int(np.sum(found > 0.8 * found[0])))
    assert ends[0] < ends[1]


def test_slow_voltage_is_the_open_circuit_curve() -> None:
    made = cell("NMC811", efficiency=1.0)
    run = cycle_full(made, Protocol.model_validate({"steps": ["Charge at C/500 for 100 hours", "Rest for 50 hours"]}))
    filling = run.states["filling"][-1]
    expected = np.interp(filling, *made.positive.curve)
    assert run.record.voltage_V[-1] == pytest.approx(expected, abs=2e-4)


def test_surface_of_a_particle_under_constant_flux_is_that_of_crank() -> None:
    """Late: 1/15 of i R^2/(D Q) beyond the mean; early: the half-space, 2 i R/(3 Q) sqrt(t/(pi D))."""
    host, capacity = positive("NMC"), 1e5
    decay, drive, remainder = particle_modes(host, capacity)
    rate = host.diffusivity.value / host.radius.value**2
    late = np.sum(drive / decay) + remainder
    assert late == pytest.approx(1.0 / (15.0 * rate * capacity), rel=1e-12)
    time = 0.01 / rate
    modes = np.sum(drive * -np.expm1(-decay * time) / decay) + remainder + time / capacity
    early = 2.0 / (3.0 * capacity) * math.sqrt(time / (math.pi * rate)) * (1.0 + 0.5 * math.sqrt(math.pi * rate * time))
    assert modes == pytest.approx(early, rel=0.02)


def test_salt_of_the_steady_state_is_the_integral_of_the_flux() -> None:
    """In the separator dc/dx = -(1 - t+) i/(z F D b)."""
    made = cell(loading="2 mAh/cm2")
    worn = ageing_parameters(made.metal)
    mesh = make_mesh(made, worn, 1e-8, 1.0)
    steady = mesh.profile[:, 1:] @ (mesh.drive[1:] / mesh.decay[1:])
    metal = made.metal
    share = (1.0 - metal.nominal(metal.transference)) / 96485.33212
    slope = -share / (metal.nominal(metal.diffusivity) * metal.permeance)
    width = metal.separator_thickness / 8
    assert np.diff(steady[4:12]) / width == pytest.approx(slope, rel=1e-9)
    assert np.sum(mesh.store * steady) == pytest.approx(0.0, abs=1e-15)


def test_limits_are_located_and_held() -> None:
    made = cell()
    steps = ["Charge at C/2 until 4.1 V", "Hold at 4.1 V until C/20", "Discharge at C/2 until 3.2 V"]
    record = cycle_full(made, Protocol.model_validate({"steps": steps, "cycles": 2})).record
    assert record.voltage_V.max() == pytest.approx(4.1, abs=1e-6)
    assert record.voltage_V.min() == pytest.approx(3.2, abs=1e-6)
    held = record.current_A[record.step == 2]
    assert np.all(np.diff(held[: len(held) // 2]) <= 1e-12)
    assert np.all(np.diff(record.time_s) >= 0)


def test_analysis_reads_the_record_as_a_full_cell() -> None:
    outcome = analyze(cycle_full(cell(n_to_p=0.3, efficiency=0.97), protocol(positive("NMC"), cycles=40)).record)
    assert outcome.cell_kind == "full"
    assert outcome.failure == "capacity-loss"
    assert outcome.coulombic_efficiency[20] == pytest.approx(0.97, abs=0.003)


def test_energy_of_a_thick_cell_is_that_of_the_literature() -> None:
    """4 mAh/cm2 of NMC811, N/P 1, 3 g/Ah: 300 to 350 Wh/kg (Liu et al., Nat. Energy 4, 180 (2019), with 196 mAh/g)."""
    made = cell("NMC811", loading="4 mAh/cm2", n_to_p=1.0)
    run = cycle_full(made, protocol(made.positive, "C/10"))
    found = stack(made, run.record, 1.2e-4 * 0.8)
    assert 290 < found.specific_energy / 3600 < 360
    joule, charge = first_discharge(run.record)
    assert 3.5 < joule / charge < 3.95
    with pytest.raises(RecipeError, match="n_to_p"):
        stack(cell("NMC811"), run.record, 1e-4)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"n_to_p": -0.1}, "n_to_p"),
        ({"name": "NCA99"}, "nearest|did you mean|known"),
        ({"name": "S"}, "sulfur"),
        ({"name": "O2"}, "not predictable"),
        ({"name": "NVP"}, "against Na only"),
        ({"loading": 0.0}, "positive_loading"),
        ({"efficiency": 1.2}, "efficiency"),
        ({"n_to_p": 1.0, "anode_thickness": "20 um"}, "one of them"),
    ],
)
def test_what_cannot_be_is_refused(change, words) -> None:
    with pytest.raises(AlloycoatError, match=words):
        cell(**change)


def test_mg_tis2_is_not_predictable() -> None:
    with pytest.raises(RecipeError, match="not predictable"):
        full(anode="Mg", positive="TiS2", loading="1 mAh/cm2", electrolyte="0.5 M Mg(TFSI)2 in DME", area="1 cm^2")


@pytest.mark.parametrize(
    "step",
    [
        "Charge at C/5 until 4.9 V",
        "Plate at 1 mA/cm2 for 1 hour",
        "Discharge at 1 W for 1 hour",
        "Hold at 9 V for 1 hour",
    ],
)
def test_steps_that_cannot_run_are_refused(step) -> None:
    with pytest.raises(RecipeError, match="steps"):
        cycle_full(cell(), Protocol.model_validate({"steps": [step], "cycles": 1}))


def test_every_positive_cycles() -> None:
    for name in positives():
        host = positive(name)
        solution = CARBONATE if host.anode == "Li" else "1 M NaClO4 in EC/PC"
        made = cell(name, anode=host.anode, electrolyte=solution, n_to_p=2.0)
        found = capacities(made, 2)
        assert found[0] == pytest.approx(made.loading, rel=0.15), name
