"""A life that is interrupted and gone on with: bit for bit the life without the break. Runs uncompiled too."""

import json
import signal
import sys
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from alloycoat.cell import age, ageing_parameters, life_run, lives, load_aged, save_aged, symmetric
from alloycoat.errors import DataFileError, RecipeError
from alloycoat.record import Ended

sys.path.insert(0, str(Path(__file__).parent))
from small_lives import COARSE, Layer, steps

CELL = symmetric(Layer(), electrolyte="1 M LiPF6 in EC/DMC", area="1.3 cm^2")
WORN = replace(ageing_parameters(CELL, Layer()), rough=200.0, leak=5.0, leak_spread=0.3, additive=1e-3)
WORDS = "Plate at 2 mA/cm2 for 1 h", "Hold at 0.2 V for 30 minutes", "Strip at 2 mA/cm2 for 30 minutes"
TEST = steps(*WORDS, cycles=7, formation=["Plate at 0.5 mA/cm2 for 1 h", "Strip at 0.5 mA/cm2 for 1 h"])
GIVEN = {"settings": COARSE, "points_per_half_cycle": 4, "seed": 5}


@pytest.fixture(scope="module")
def whole():
    return age(CELL, TEST, WORN, **GIVEN)


def same(one, two):
    assert (one.ended, one.time_s, one.cycles) == (two.ended, two.time_s, two.cycles)
    for name in ("time_s", "current_A", "voltage_V", "cycle", "step"):
        np.testing.assert_array_equal(getattr(one.record, name), getattr(two.record, name))
    assert one.record.metadata == two.record.metadata and one.record.notes == two.record.notes
    assert one.inventory.columns() == two.inventory.columns()
    for ours, theirs in zip(one.state.arrays, two.state.arrays, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_going_on_changes_no_bit(whole, monkeypatch):
    assert whole.ended is Ended.completed and whole.inventory.leak.max() > 0
    first = age(CELL, TEST, WORN, max_cycles=3, **GIVEN)
    assert first.ended is Ended.interrupted and first.cycles == 3 and first.goes_on
    same(age(CELL, TEST, WORN, resume=first, **GIVEN), whole)
    monkeypatch.setattr(life_run, "_MOST_CYCLES", 1)
    same(age(CELL, TEST, WORN, **GIVEN), whole)


def test_a_file_holds_everything(whole, tmp_path):
    first = age(CELL, TEST, WORN, max_cycles=3, **GIVEN)
    path = save_aged(tmp_path / "deep" / "life.npz", first)
    assert path.read_bytes()[:2] == b"PK" and [p.name for p in path.parent.iterdir()] == ["life.npz"]
    same(load_aged(path), first)
    same(age(CELL, TEST, WORN, resume=path, **GIVEN), whole)


def test_a_checkpoint_is_found_again(whole, tmp_path, monkeypatch):
    monkeypatch.setattr("alloycoat.cell.aged._PERIOD_S", 0.0)
    monkeypatch.setattr(life_run, "_MOST_CYCLES", 1)
    file = tmp_path / "life.npz"
    age(CELL, TEST, WORN, max_cycles=2, checkpoint=file, **GIVEN)
    assert load_aged(file).cycles == 2
    same(age(CELL, TEST, WORN, checkpoint=file, **GIVEN), whole)
    same(age(CELL, TEST, WORN, checkpoint=file, **GIVEN), whole)  # nothing left to do
    longer = TEST.model_copy(update={"cycles": 8})
    same(age(CELL, longer, WORN, checkpoint=file, **GIVEN), age(CELL, longer, WORN, **GIVEN))


def break_in(monkeypatch, chunk):
    """Ctrl-C just after a chunk was solved, before it is noted: the worst moment."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job of a shell ignores it
    monkeypatch.setattr(life_run, "_MOST_CYCLES", 1)
    plain, calls = life_run.Run._carry_out, []

    def broken(self, *arguments):
        answer = plain(self, *arguments)
        calls.append(1)
        if len(calls) == chunk:
            signal.raise_signal(signal.SIGINT)
        return answer

    monkeypatch.setattr(life_run.Run, "_carry_out", broken)


def test_control_c_leaves_whole_cycles(whole, monkeypatch):
    with monkeypatch.context() as patch:
        break_in(patch, 4)
        made = age(CELL, TEST, WORN, **GIVEN)
    assert made.ended is Ended.interrupted and made.record.ended is Ended.interrupted
    assert made.cycles == 2 and set(made.record.cycle) == {0, 1, 2} and list(made.inventory.cycle) == [0, 1, 2]
    assert made.record.time_s[-1] == made.time_s == made.inventory.time_s[-1]
    same(age(CELL, TEST, WORN, resume=made, **GIVEN), whole)


def test_control_c_before_anything_is_raised(monkeypatch):
    break_in(monkeypatch, 1)
    with pytest.raises(KeyboardInterrupt):
        age(CELL, TEST, WORN, **GIVEN)


def test_what_cannot_go_on_is_refused(whole, tmp_path):
    first = age(CELL, TEST, WORN, max_cycles=2, **GIVEN)
    for change in ({"seed": 6}, {"points_per_half_cycle": 5}, {"settings": COARSE._replace(moss=2e-2)}):
        with pytest.raises(RecipeError, match="resume: made with another cell"):
            age(CELL, TEST, WORN, resume=first, **{**GIVEN, **change})
    with pytest.raises(RecipeError, match="resume: made with another cell"):
        age(replace(CELL, area_m2=1e-4), TEST, WORN, resume=first, **GIVEN)
    with pytest.raises(DataFileError, match="cannot be read"):
        age(CELL, TEST, WORN, resume=tmp_path / "none.npz", **GIVEN)
    other = tmp_path / "notes.txt"
    other.write_text("mine")
    with pytest.raises(DataFileError, match="is no checkpoint"):
        age(CELL, TEST, WORN, checkpoint=other, **GIVEN)
    assert other.read_text() == "mine"


def test_a_damaged_file_is_an_error_of_ours(tmp_path):
    path = save_aged(tmp_path / "life.npz", age(CELL, TEST, WORN, max_cycles=1, **GIVEN))
    content = path.read_bytes()
    for cut in (0, 10, len(content) // 2, len(content) - 30):
        path.write_bytes(content[:cut])
        with pytest.raises(DataFileError):
            load_aged(path)
    arrays = dict(np.load(save_aged(path, age(CELL, TEST, WORN, max_cycles=1, **GIVEN))))
    facts = json.loads(arrays["facts"].tobytes())
    for changed in ({**facts, "format": 9}, {**facts, "ended": "tomorrow"}, {**facts, "state": {}}, [1]):
        odd = np.frombuffer(json.dumps(changed).encode(), dtype=np.uint8)
        np.savez(path, **{**arrays, "facts": odd})
        with pytest.raises(DataFileError):
            load_aged(path)
    np.savez(path, **{**arrays, "table": arrays["table"][:, 1:]})
    with pytest.raises(DataFileError):
        load_aged(path)


def test_control_c_leaves_the_lives_done_so_far(monkeypatch):
    samples = {"loss": np.full(4, 0.1)}
    short = TEST.model_copy(update={"cycles": 3})
    break_in(monkeypatch, 6)  # a later chunk of a thread: the signal reaches the main thread
    found = lives(CELL, short, WORN, samples, settings=COARSE, threads=1)
    assert len(found.ended) == 4 and Ended.interrupted in found.ended
    assert not found.observed[[end is Ended.interrupted for end in found.ended]].any()


def test_the_state_names_what_it_holds(whole):
    assert [field.name for field in fields(whole.state)] == [
        "mark", "formed", "cycles", "steps", "arrays", "table", "filled_in"
    ]  # fmt: skip
