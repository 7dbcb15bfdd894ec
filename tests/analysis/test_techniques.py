from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from synthetic import full_cell, glue, half_cell, square

from alloycoat.analysis import analyze
from alloycoat.analysis.cycles import trace
from alloycoat.analysis.per_cycle import per_cycle
from alloycoat.analysis.techniques import segment
from alloycoat.analysis.thresholds import Thresholds
from alloycoat.cyclers import read
from alloycoat.record import CyclingRecord, Impedance


def kinds(record):
    return [block.kind for block in segment(record).blocks]


def titration(n=20, *, sign=-1, current=1e-3, volts=0.03, pulse=600.0, rest=3600.0, step=20.0):
    """A titration by `n` pulses with a relaxation behind each."""
    inside = np.arange(0, pulse + step / 2, step)
    relax = np.arange(step, rest, 60.0)
    one = np.concatenate([inside, pulse + relax])
    flows = np.arange(one.size) < inside.size
    time = (np.arange(n)[:, None] * (pulse + rest) + one).ravel()
    on = np.tile(flows, n)
    return CyclingRecord(time, np.where(on, sign * current, 0.0), np.where(on, sign * volts, 0.0))


def test_plain_cycling_is_one_block():
    assert kinds(square(20)) == ["cycling"]
    assert kinds(square(20, rest=600.0)) == ["cycling", "open-circuit"]
    assert kinds(full_cell(6)) == ["cycling"]


def test_formation_and_rate_tests_are_told_apart_from_cycling():
    record = glue(square(4, current=1e-4), square(40), square(4, current=2e-3), square(4, current=5e-3), square(20))
    found = segment(record)
    assert [block.kind for block in found.blocks] == ["formation", "cycling", "rate-test", "cycling"]
    assert found.usual_A == pytest.approx({-1: 1e-3, 1: 1e-3})
    assert found.of_half_cycle(0) == "formation" and found.of_half_cycle(46) == "rate-test"
    assert "0.002 to 0.005 A" in found.blocks[2].evidence


def test_a_faster_start_is_a_rate_test_and_no_formation():
    assert kinds(glue(square(4, current=2e-3), square(40))) == ["rate-test", "cycling"]


def test_titrations_and_short_pulses_are_pulses():
    record = glue(square(20), titration(sign=-1), titration(sign=1), square(20))
    assert kinds(record) == ["cycling", "pulses", "cycling"]
    assert kinds(glue(square(20), square(6, half=20.0, step=2.0), square(20))) == ["cycling", "pulses", "cycling"]


def test_where_all_are_pulses_they_are_the_cycling():
    record = glue(*[titration(sign=sign, rest=600.0) for sign in (-1, 1) * 10])
    assert kinds(record)[0] == "cycling" and analyze(record).failure == "none"


def test_holds_and_their_length():
    found = segment(full_cell(6))
    charge = [k for k in range(12) if found.hold_s[k] > 0]
    # the current of the hold falls with a time constant of 720 s and is rest below 0.002 of the largest
    assert charge == [0, 2, 4, 6, 8, 10] and found.hold_s[0] == pytest.approx(720 * np.log(500), rel=0.1)
    assert found.rate_A == pytest.approx(1e-3, rel=1e-6)
    record = square(11, step=10.0)
    last = record.time_s >= 10 * 3600  # a potentiostatic hold behind ten half-cycles
    decay = np.exp(-(record.time_s - 36000) / 1000)
    held = record.replace(
        current_A=np.where(last, record.current_A * decay, record.current_A),
        voltage_V=np.where(last, -0.005, record.voltage_V),
    )
    assert kinds(held) == ["cycling", "hold"] and analyze(held).failure == "none"


def test_rests_and_open_circuit():
    record = glue(square(10), square(10), gap=50 * 3600.0)
    assert kinds(record) == ["cycling", "rest", "cycling"]
    idle = CyclingRecord([0, 1, 2], [0, 0, 0], [3, 3, 3])
    assert kinds(idle) == ["open-circuit"]


def test_impedance_rows_are_spectra_of_their_own():
    frequency = np.tile(np.logspace(5, -1, 31), 3)
    time = np.repeat([0.0, 10 * 3600.0, 20 * 3600.0], 31) + np.tile(np.arange(31.0), 3)
    record = square(20, impedance=Impedance(time, frequency, np.ones(93), -np.ones(93)))
    blocks = [block for block in segment(record).blocks if block.kind == "impedance"]
    assert [block.start_s for block in blocks] == [0, 36000, 72000] and "31 frequencies" in blocks[0].evidence


@pytest.mark.parametrize("at", [5, 20, 39])
@pytest.mark.parametrize(
    "other",
    [
        titration(sign=-1), square(8, current=1e-5, volts=6e-4), square(8, current=1e-2, volts=0.3),
        square(4, half=30.0, step=1.0), square(2, half=36000.0), titration(n=3, sign=1),
    ],
    ids=["titration", "slow", "fast", "pulses", "long", "few pulses"],
)  # fmt: skip
def test_a_change_of_technique_is_never_a_failure(other, at):
    outcome = analyze(glue(square(2 * at, noise=0.002), other, square(20, noise=0.002)), cell_kind="symmetric")
    assert outcome.failure == "none" and not outcome.verdicts


def test_rate_tests_do_not_count_as_capacity_loss_nor_in_the_retention():
    fast = full_cell(6)
    fast = fast.replace(time_s=fast.time_s / 4, current_A=2 * fast.current_A)  # half of the capacity at twice the rate
    outcome = analyze(glue(full_cell(20, fade=0.999), fast, full_cell(10, fade=0.999)), cell_kind="full")
    assert outcome.failure == "none"
    assert outcome.capacity_retention == pytest.approx(0.999**6, rel=2e-3)
    assert any("6 full cycles of formation, rate tests" in line for line in outcome.warnings)
    end = analyze(glue(full_cell(20), fast), cell_kind="full")
    assert end.failure == "none" and end.capacity_retention == pytest.approx(1.0, rel=1e-3)


def test_the_retention_starts_behind_activation():
    sizes = np.concatenate([np.linspace(0.7, 1.0, 12), 0.995 ** np.arange(30)])
    parts = [full_cell(1).replace(time_s=full_cell(1).time_s * size) for size in sizes]
    outcome = analyze(glue(*parts), cell_kind="full")
    assert outcome.capacity_retention == pytest.approx(0.995**29, rel=2e-3)
    assert any("activation" in line for line in outcome.warnings)


def test_sudden_death_of_a_full_cell_is_a_loss_of_capacity():
    dead = full_cell(4)
    dead = dead.replace(time_s=dead.time_s * 0.03)
    outcome = analyze(glue(full_cell(20), dead), cell_kind="full")
    assert outcome.failure == "capacity-loss" and outcome.failure_time_s > 0.9 * 20 * 2 * 3600
    pulses = analyze(glue(full_cell(20), dead, full_cell(10)), cell_kind="full")
    assert pulses.failure == "none"


def stored(n=10, efficiency=0.98, *, conditioning=1, finished=True, sign_first=-1):
    """A|Cu by the reservoir method: Q_t of 5 h, n times 1 h, the loss of each plating at the end."""
    orders = [(-1, 5.0, False), (1, 5.0 * efficiency, True)] * conditioning + [(-1, 5.0, False)]
    orders += [(1, 1.0, False), (-1, 1.0, False)] * n
    left = efficiency * (5.0 + n) - n
    orders += [(1, left, True)] if finished else []
    times, currents, voltages, now = [], [], [], 0.0
    for sign, hours, cut in orders:
        inside = np.linspace(0, 3600 * hours, 61)
        volts = np.full(61, 0.03)
        if cut:
            volts[-2:] = 0.3, 1.0
        times.append(now + inside)
        currents.append(np.full(61, sign * 1e-3))
        voltages.append(sign * volts)
        now += inside[-1]
    return CyclingRecord(np.concatenate(times), np.concatenate(currents), np.concatenate(voltages))


def test_the_reservoir_method():
    outcome = analyze(stored())
    assert outcome.cell_kind == "half" and outcome.failure == "none"
    found = outcome.reservoir
    assert found["efficiency"] == pytest.approx(0.98, rel=1e-6) and found["n"] == 10
    assert found["conditioning_efficiency"] == pytest.approx(0.98, rel=1e-6)
    assert found["reservoir_C"] == pytest.approx(18.0) and found["cycled_C"] == pytest.approx(3.6)
    # pair by pair only the conditioning cycle is defined: the last stripping empties the reservoir
    assert outcome.coulombic_efficiency[0] == pytest.approx(0.98) and set(outcome.coulombic_efficiency[1:]) == {None}
    assert any("reservoir method: efficiency 98.00%" in line for line in outcome.warnings)


def test_the_reservoir_method_unfinished_or_without_conditioning():
    unfinished = analyze(stored(finished=False), cell_kind="half")
    assert unfinished.reservoir["efficiency"] is None and "not stripped" in unfinished.reservoir["reason"]
    bare = analyze(stored(conditioning=0))
    assert bare.reservoir["efficiency"] == pytest.approx(0.98) and "no conditioning" in bare.reservoir["reason"]
    for record in (half_cell(20), square(20), half_cell(20, efficiency=1.0, cut_off=0.03)):
        assert analyze(record, cell_kind="half").reservoir is None
    assert analyze(glue(square(1, half=7200.0), square(40, start=1))).cell_kind == "symmetric"


def test_the_table_by_cycle():
    record = glue(square(2, current=1e-4, volts=0.01), square(40, spike=0.1, noise=0.001))
    table = analyze(record).cycles
    assert table["cycle"] == tuple(range(1, 22)) and table["technique"][:2] == ("formation", "cycling")
    assert {len(column) for column in table.values()} == {21}
    assert table["nucleation_V"][5] == pytest.approx(0.1, abs=0.01)
    assert table["polarization_V"][5] == pytest.approx(0.05, abs=2e-3)
    seen = trace(record, None, Thresholds(), 3)
    assert per_cycle(seen, type("E", (), {"values": None})()).keys() == table.keys()


def test_life_in_cycles_and_in_charge():
    alive = analyze(square(40))
    assert alive.life_cycles == pytest.approx(20) and alive.life_charge_C == pytest.approx(20 * 3.6)
    dead = analyze(square(100, volts=np.where(np.arange(100) < 60, 0.05, 0.002)))
    assert dead.life_cycles == pytest.approx(30) and dead.life_charge_C == pytest.approx(30 * 3.6)
    assert analyze(square(1)).life_charge_C == pytest.approx(3.6)
    details = alive.details()
    assert details["life_cycles"] == alive.life_cycles and details["techniques"][0]["kind"] == "cycling"


def test_the_nucleation_overpotential_is_peak_minus_plateau():
    record = square(20, spike=0.2, volts=0.03)
    assert analyze(record, cell_kind="half").nucleation_overpotential_V == pytest.approx(0.2, abs=0.01)
    assert analyze(record, cell_kind="symmetric").nucleation_overpotential_V is None
    assert analyze(square(20), cell_kind="half").nucleation_overpotential_V == pytest.approx(0, abs=1e-12)


def test_an_intercalation_electrode_against_its_metal_is_no_symmetric_cell():
    record = square(4, half=36000.0)
    inside = np.tile(np.linspace(0, 1, record.n // 4), 4)
    volts = np.where(record.current_A < 0, 0.09 + 0.2 * (1 - inside) ** 8, 0.14 + 0.86 * inside**12)
    outcome = analyze(record.replace(voltage_V=volts))
    assert outcome.cell_kind == "full" and outcome.cell_kind_inferred


SAMPLES = Path(__file__).parents[1] / "data" / "cyclers"


@pytest.mark.parametrize(
    ("name", "rates"),
    [
        ("arbin_book.xlsx", []),
        ("basytec.txt", []),
        ("neware_flat.csv", []),
        ("neware_layers.csv", []),
        ("novonix.csv", []),
        ("maccor_days.txt", ["1 half-cycles at 2.5 A", "1 half-cycles at 5 A", "1 half-cycles at 9.999 A"]),
    ],
)
def test_measured_records_are_covered_by_their_blocks(name, rates):
    record = read(SAMPLES / name)
    blocks = segment(record).blocks
    assert blocks[0].start_s == record.time_s[0] and blocks[-1].end_s == record.time_s[-1]
    assert all(one.end_s <= two.start_s for one, two in pairwise(blocks))
    assert [block.evidence for block in blocks if block.kind == "rate-test"] == rates
    assert {block.kind for block in blocks} <= {"open-circuit", "cycling", "rate-test"}
