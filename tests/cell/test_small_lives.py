"""The ageing solver compiled and as plain Python: the same cells, the same answers. Runs uncompiled too."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numba
import numpy as np
import pytest

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
import small_lives  # noqa: E402

ENDS = {
    "bare": "completed", "coated, healing": "completed", "alloy pays": "completed", "all on top": "completed",
    "copper": "completed",
    "holds": "completed", "metal gone": "metal_exhausted", "depleted": "depletion", "cut off": "voltage_limit",
    "dry": "dry_pores", "shorts": "completed", "hard short": "hard_short", "asymmetric kinetics": "completed",
}  # fmt: skip


@pytest.fixture(scope="module")
def plain():
    """What uncompiled code gives (in a process of its own, unless this one is uncompiled)."""
    if numba.config.DISABLE_JIT:
        return {"skipped": small_lives.skipped(), **{name: small_lives.run(name) for name in ENDS}}
    done = subprocess.run(
        [sys.executable, "-W", "error", str(HERE / "small_lives.py")], check=True, capture_output=True, text=True,
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"}, timeout=300,
    )  # fmt: skip
    return json.loads(done.stdout)


@pytest.mark.parametrize("name", ENDS)
def test_compiled_and_plain_code_agree(name, plain):
    ended, numbers = small_lives.run(name)
    assert ended == ENDS[name] == plain[name][0]
    assert numbers[0] > 0
    np.testing.assert_allclose(numbers, plain[name][1], rtol=1e-6, atol=1e-9)


def test_cycles_are_skipped_alike(plain):
    life, cycles, steps, found, others, fewer = small_lives.skipped()
    np.testing.assert_allclose(plain["skipped"], [life, cycles, steps, found, others, fewer], rtol=1e-6)
    assert (others, found) == (cycles, pytest.approx(life, rel=1e-3)) and fewer < steps


def test_every_case_has_its_end():
    assert set(small_lives.cases()) == set(ENDS)
