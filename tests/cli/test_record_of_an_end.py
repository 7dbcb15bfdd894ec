"""The csv that `cycle` writes, read back as any measured file: the end and the life that the simulation knows of."""

from __future__ import annotations

import json

import numba
import numpy as np
import pytest
from shell import shell

from alloycoat.cyclers import read

pytestmark = pytest.mark.skipif(bool(numba.config.DISABLE_JIT), reason="whole lives need the compiled kernel")
RECIPE = """
[anode]
metal = "{metal}"
thickness = "{thickness}"
area = "1.13 cm^2"
{coating}
[cell]
electrolyte = "{electrolyte}"
electrolyte_amount = "{amount}"
separator = "Celgard 2400"
{rest}
[protocol]
steps = ["Plate at {current} for {hours}", "Strip at {current} for {hours}"]
cycles = {cycles}
{more}
"""
USUAL = {
    "metal": "Li", "thickness": "250 um", "coating": "", "electrolyte": "1 M LiTFSI in DOL/DME",
    "amount": "50 uL/cm^2", "current": "2 mA/cm2", "hours": "1 hour", "cycles": 700, "more": "", "rest": "",
}  # fmt: skip
CASES = [
    ("alive", {"cycles": 20}, range(1)),
    ("salt runs out", {}, range(1)),
    ("carbonate", {"electrolyte": "1 M LiPF6 in EC/DMC", "current": "3 mA/cm2"}, range(2)),
    ("at 60 degC", {"electrolyte": "1 M LiPF6 in EC/DMC", "rest": 'temperature = "60 degC"'}, range(1)),
    ("coated", {"coating": '[coating]\nroute = "dip"\nprecursor = "InCl3"\nsolvent = "THF"\n'
                           'concentration = "0.1 M"\ntime = "1 min"'}, range(1)),
    ("sodium", {"metal": "Na", "electrolyte": "1 M NaPF6 in diglyme", "current": "4 mA/cm2"}, range(2)),
    ("thin foil", {"thickness": "20 um"}, range(1)),
    ("little electrolyte", {"amount": "5 uL/cm^2"}, range(1)),
    ("large capacity", {"current": "4 mA/cm2", "hours": "3 hours"}, range(2)),
    ("rests", {"more": 'rest = "10 min"', "current": "3 mA/cm2"}, range(1)),
    ("formation", {"more": 'formation = ["Plate at 0.2 mA/cm2 for 2 hours", "Strip at 0.2 mA/cm2 for 2 hours"]'},
     range(1)),
]  # fmt: skip
RUNS_OFF = {"depletion", "exhaustion", "voltage-limit", "polarization"}
"""Causes that look alike in a voltage: it runs to the limit of the cycler. (A limit that the protocol sets within the
usual rise of the voltage is nothing that a file shows.)"""


@pytest.mark.parametrize(("changes", "seed"), [(c, s) for _, c, seeds in CASES for s in seeds],
                         ids=[f"{name}, seed {s}" for name, _, seeds in CASES for s in seeds])  # fmt: skip
def test_the_file_tells_the_end_that_the_simulation_knows(tmp_path, changes, seed):
    path = tmp_path / "cell.toml"
    path.write_text(RECIPE.format(**(USUAL | changes)))
    status, _, err = shell("cycle", path, "--out", tmp_path, "--samples", 0, "--seed", seed)
    assert status == 0, err
    known = json.loads((tmp_path / "outcome.json").read_text())
    status, out, err = shell("analyze", tmp_path / "cell.bdf.csv", "--cell", "symmetric", "--json")
    assert status == 0, err
    seen = json.loads(out)
    kinds = RUNS_OFF if known["failure"] in RUNS_OFF else {known["failure"]}
    assert seen["failure"] in kinds
    hours = float((USUAL | changes)["hours"].split()[0]) + (1 / 6 if "rest =" in (USUAL | changes)["more"] else 0.0)
    assert seen["life_lower_s"] == pytest.approx(known["life_lower_s"], abs=2 * 3600 * hours)
    assert (seen["life_upper_s"] is None) == (known["life_upper_s"] is None)


def test_the_record_starts_at_zero_and_every_step_at_its_start(tmp_path):
    path = tmp_path / "cell.toml"
    path.write_text(RECIPE.format(**(USUAL | {"cycles": 4, "more": 'rest = "10 min"'})))
    status, _, err = shell("cycle", path, "--out", tmp_path, "--samples", 0)
    assert status == 0, err
    record = read(tmp_path / "cell.bdf.csv")
    starts = np.flatnonzero(np.diff(record.step, prepend=0))
    assert record.time_s[0] == 0.0 and starts.size == 16
    ends = record.time_s[starts[1:] - 1]
    assert record.time_s[starts[1:]] == pytest.approx(ends, rel=1e-12)  # the step before ends where this one starts
    # ... already with the current of its own step, and the voltage under it
    assert np.all(record.current_A[starts] == record.current_A[starts + 1])
    assert np.all(np.sign(record.voltage_V[starts[::4]]) == -1.0)


def test_a_short_is_recorded_until_somebody_looks(tmp_path):
    path = tmp_path / "cell.toml"
    path.write_text(RECIPE.format(**(USUAL | {"current": "4 mA/cm2", "hours": "3 hours"})))
    for seed in range(12):
        status, _, err = shell("cycle", path, "--out", tmp_path, "--samples", 0, "--seed", seed)
        assert status == 0, err
        known = json.loads((tmp_path / "outcome.json").read_text())
        record = read(tmp_path / "cell.bdf.csv")
        if known["failure"] == "hard-short":
            after = record.time_s > known["life_lower_s"] + 1.0
            assert np.all(record.voltage_V[after] == 0.0) and set(np.sign(record.current_A[after])) == {-1.0, 1.0}
            return
    pytest.fail("no seed gave a hard short")
