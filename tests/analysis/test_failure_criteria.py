import numpy as np
import pytest
from synthetic import full_cell, glue, half_cell, square

from alloycoat.analysis import Thresholds, analyze, criteria
from alloycoat.analysis.failure import criterion
from alloycoat.outcome import FAILURES
from alloycoat.record import CyclingRecord, Ended

HOUR = 3600.0


def jump(n, at, before, after):
    return np.where(np.arange(n) < at, before, after)


def only(outcome, kind, hours):
    assert outcome.failure == kind
    assert outcome.failure_time_s == pytest.approx(hours * HOUR, abs=61)
    assert outcome.life.is_observed and outcome.life.lower_s == pytest.approx(hours * HOUR, abs=61)
    assert outcome.verdicts


def healthy(outcome):
    assert outcome.failure == "none" and outcome.signs == () and outcome.life.upper_s is None


def test_every_criterion_has_a_definition_and_a_name_of_the_product():
    assert {each.name for each in criteria()} == set(FAILURES) - {"none"}
    assert all(len(each.definition) > 60 for each in criteria())
    with pytest.raises(ValueError, match="defined twice"):
        criterion(name="depletion")(lambda seen: [])


def test_polarization_that_diverges():
    outcome = analyze(square(100, volts=jump(100, 60, 0.05, 0.4)))
    only(outcome, "polarization", 60)
    assert outcome.polarization_begin_V == pytest.approx(0.05) == outcome.polarization_end_V


def test_polarization_that_grows_and_its_threshold():
    growing = square(400, volts=0.05 * np.exp(np.arange(400) / 100), noise=0.002)
    assert analyze(growing).failure_time_s / HOUR == pytest.approx(100 * np.log(5) + 4, abs=4)
    later = analyze(growing, thresholds=Thresholds(polarization_factor=10))
    assert later.failure_time_s / HOUR == pytest.approx(100 * np.log(10) + 4, abs=4)


def test_a_single_odd_cycle_is_a_weak_sign():
    volts = np.full(60, 0.05)
    volts[30:32] = 0.4
    outcome = analyze(square(60, volts=volts))
    assert outcome.failure == "none"
    assert [(sign.kind, sign.strength) for sign in outcome.signs] == [("polarization", "weak")]


def test_a_record_that_breaks_off_high():
    record = square(41)
    volts = record.voltage_V.copy()
    cut = record.n - 40
    volts[cut - 8 : cut] = -1.0
    outcome = analyze(CyclingRecord(record.time_s[:cut], record.current_A[:cut], volts[:cut]))
    only(outcome, "polarization", 40 + 13 / 60)


def test_a_hard_short_between_and_within_half_cycles():
    only(analyze(square(100, volts=jump(100, 60, 0.05, 0.003))), "hard-short", 60)
    record = square(100)
    inside = 60.5 * HOUR
    shorted = np.where(record.time_s < inside, 1.0, 0.04) * record.voltage_V
    only(analyze(record.replace(voltage_V=shorted)), "hard-short", 60.5)


def test_a_short_in_the_last_half_cycle():
    record = square(20)
    shorted = np.where(record.time_s < 19.3 * HOUR, 1.0, 0.01) * record.voltage_V
    only(analyze(record.replace(voltage_V=shorted)), "hard-short", 19.3)
    shorted = np.where(record.time_s < 19.7 * HOUR, 1.0, 0.01) * record.voltage_V
    assert [sign.strength for sign in analyze(record.replace(voltage_V=shorted)).signs] == ["weak"]


def test_a_short_that_heals_is_weak():
    volts = np.full(60, 0.05)
    volts[30:32] = 0.002
    outcome = analyze(square(60, volts=volts))
    assert outcome.failure == "none"
    assert [(sign.kind, sign.strength) for sign in outcome.signs] == [("hard-short", "weak")]


def test_a_full_cell_that_shorts():
    record = full_cell(12)
    late = record.time_s > 0.7 * record.duration
    outcome = analyze(record.replace(voltage_V=np.where(late, 0.05, record.voltage_V)), cell_kind="full")
    assert outcome.failure == "hard-short"


def test_a_soft_short_is_a_weak_sign_always():
    outcome = analyze(square(100, volts=jump(100, 60, 0.05, 0.025)))
    assert outcome.failure == "none" and outcome.life.upper_s is None
    assert [(s.kind, s.strength, s.time_s / HOUR) for s in outcome.signs] == [("soft-short", "weak", 60)]


def test_voltage_pinned_at_a_limit():
    clipped = square(100, volts=jump(100, 60, 0.05, 5.0))
    only(analyze(clipped), "voltage-limit", 60)


def test_current_that_gives_way_at_the_limit():
    record = square(30)
    late = record.time_s >= 20 * HOUR
    sign = np.sign(record.current_A)
    inside = np.concatenate([np.linspace(0, 1, 61)] * 30)
    record = record.replace(
        voltage_V=np.where(late, sign * np.minimum(0.05 + inside, 0.3), record.voltage_V),
        current_A=np.where(late & (inside > 0.25), record.current_A * np.exp(-inside), record.current_A),
    )
    only(analyze(record), "voltage-limit", 20.25)


def cut_cell(limit_spread=0.0):
    parts = []
    for k in range(60):
        share = 1.0 if k < 40 else 0.5 - 0.01 * (k - 40)
        part = square(1, start=-1 if k % 2 == 0 else 1, half=HOUR * share, step=HOUR * share / 60)
        if k >= 40:
            top = 1.0 + limit_spread * (k % 4)
            rise = (np.linspace(0, 1, part.n) ** 6) * (top - 0.05)
            part = part.replace(voltage_V=part.voltage_V + np.sign(part.current_A) * rise)
        parts.append(part)
    return glue(*parts)


def test_half_cycles_cut_at_one_voltage_and_at_several():
    only(analyze(cut_cell()), "voltage-limit", 40.5)
    outcome = analyze(cut_cell(limit_spread=-0.3))
    assert "incomplete" in {sign.kind for sign in outcome.verdicts}


@pytest.mark.parametrize(
    ("ended", "failure"),
    [
        (Ended.depletion, "depletion"),
        (Ended.metal_exhausted, "exhaustion"),
        (Ended.dry_pores, "exhaustion"),
        (Ended.voltage_limit, "voltage-limit"),
        (Ended.hard_short, "hard-short"),
    ],
)
@pytest.mark.parametrize("n", [1, 2, 9])
def test_a_record_that_says_why_it_ends(ended, failure, n):
    outcome = analyze(square(n, ended=ended))
    only(outcome, failure, n)
    assert outcome.signs[-1].evidence == ended.text


@pytest.mark.parametrize("ended", [Ended.completed, Ended.interrupted, Ended.unknown])
def test_a_record_that_just_ends(ended):
    healthy(analyze(square(9, ended=ended)))


def test_a_named_cause_beats_the_divergence_it_shows_as():
    record = square(21)
    volts = record.voltage_V.copy()
    volts[-40:] = -1.2
    keep = record.n - 25
    given = CyclingRecord(
        record.time_s[:keep], record.current_A[:keep], volts[:keep], ended=Ended.depletion, cell_kind="symmetric"
    )
    assert analyze(given).failure == "depletion"


def test_records_without_reversal():
    time = np.linspace(0, HOUR, 400)
    flat = np.full(400, 0.05)
    current = np.full(400, -1e-3)
    healthy(analyze(CyclingRecord(time, current, -flat)))
    short = np.where(time < 0.75 * HOUR, 0.05, 0.001)
    only(analyze(CyclingRecord(time, current, -short)), "hard-short", 0.75)
    rise = np.where(time < 0.9 * HOUR, 0.05, 1.0)
    only(analyze(CyclingRecord(time, current, -rise)), "polarization", 0.9)


def test_capacity_loss_of_full_cells():
    outcome = analyze(full_cell(40, fade=0.99))
    assert outcome.failure == "capacity-loss"
    assert 0.79 < outcome.capacity_retention < 0.83
    healthy(analyze(full_cell(15, fade=0.995)))


@pytest.mark.parametrize(
    "record",
    [
        square(100, spike=0.4, noise=0.004, rest=300.0),
        square(60, volts=0.1 + 1.4 * np.exp(-np.arange(60) / 4)),  # magnesium that activates
        square(100, volts=0.05 * np.exp(-np.arange(100) / 60)),
        square(100, volts=np.linspace(0.05, 0.2, 100)),
        square(300, volts=0.003, noise=0.002),
        glue(square(20), square(20, current=2e-3, volts=0.09, half=1800.0), square(20, current=2e-4, volts=0.012)),
        glue(square(20), square(20, half=900.0), gap=5e4),
        half_cell(30),
        half_cell(30, efficiency=0.7),
        full_cell(12),
        full_cell(12, discharge_first=True, hold=False),
    ],
    ids=[
        "spike, noise, rest", "activation", "slow fall", "slow rise", "tiny and noisy", "rates", "shorter, after a gap",
        "half", "poor half", "full", "full from discharge",
    ],
)  # fmt: skip
def test_healthy_records_raise_no_alarm(record):
    healthy(analyze(record))


@pytest.mark.parametrize("seed", range(12))
def test_single_odd_rows_raise_no_alarm(seed):
    rng = np.random.default_rng(seed)
    record = square(50, noise=0.002, spike=0.1, seed=seed)
    volts, current = record.voltage_V.copy(), record.current_A.copy()
    rows = rng.choice(record.n, 12, replace=False)
    volts[rows] = rng.choice([0.0, 5.0, -5.0], 12)
    current[rows[:4]] *= rng.choice([0.0, -1.0, 20.0], 4)
    healthy(analyze(record.replace(voltage_V=volts, current_A=current)))
