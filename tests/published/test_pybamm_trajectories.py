"""The kernel against voltages that PyBaMM computed from the same equations (benchmarks/pybamm_oracle.py --write)."""

import json
import math
from pathlib import Path

import numba
import numpy as np
import pytest

from alloycoat.cell import Cell, Settings, limits
from alloycoat.cell.kernels.advance import advance
from alloycoat.cell.lanes import make_parameters, points_for

FOUND = json.loads((Path(__file__).parent.parent / "data" / "pybamm_trajectories.json").read_text())


@pytest.mark.skipif(bool(numba.config.DISABLE_JIT), reason="a minute uncompiled; adds no line")
@pytest.mark.parametrize("case", FOUND["cases"], ids=lambda case: case["name"])
def test_the_kernel_agrees_with_pybamm_within_a_tenth_of_a_millivolt(case):
    numbers = {name: tuple(value) if isinstance(value, list) else value for name, value in case["cell"].items()}
    cell = Cell(**numbers)
    share = max(abs(current) for current, _ in case["steps"]) / limits(cell, 1.0, 1.0).limiting_current_density
    p = make_parameters(cell, points_for(share))
    modes = np.zeros(len(p.grid.weights))
    modes[0] = cell.concentration
    for (current, seconds), times, voltages in zip(case["steps"], case["time_s"], case["voltage_V"], strict=True):
        seen = advance(modes, current, seconds, np.array(times), math.inf, Settings().tolerance, p)
        assert seen.filled == len(times)
        modes = seen.modes
        apart, late = np.abs(seen.voltage[: len(times)] - voltages), np.array(times) >= 60.0
        assert np.max(apart[late]) < 1e-4
        assert np.max(apart) < 1.5e-4  # the first sample lies 5 s behind the switch
    assert len(FOUND["cases"]) >= 8
