"""The page of how often verdicts are right says what its committed cases say."""

import importlib
import sys
from pathlib import Path

import numpy as np
import pytest

from alloycoat.analysis import analyze
from alloycoat.record import CyclingRecord

RESULTS = Path(__file__).parents[2] / "docs" / "results"
if not RESULTS.is_dir():
    pytest.skip("the documentation is not part of this checkout", allow_module_level=True)


@pytest.fixture(scope="module")
def build():
    sys.path.insert(0, str(RESULTS))
    try:
        return importlib.import_module("build_confusion")
    finally:
        sys.path.remove(str(RESULTS))


def test_the_page_is_that_of_the_cases(build):
    cases = build.saved()
    assert len(cases) == build.COUNT and [case.number for case in cases] == list(range(build.COUNT))
    assert build.page(cases) == (RESULTS / "confusion.md").read_text(encoding="utf-8")


def test_the_aims_are_met(build):
    cases = build.saved()
    assert np.mean([case.right for case in cases]) >= 0.95
    healthy = [case for case in cases if case.truth == "none" and not case.leak and case.ended == "completed"]
    assert len(healthy) > 200 and np.mean([case.found != "none" for case in healthy]) < 0.01


def test_recording_keeps_the_order_and_the_ends(build):
    time = np.arange(0.0, 36000.0, 60.0)
    sign = np.where(time // 3600 % 2 == 0, -1.0, 1.0)
    clean = CyclingRecord(time, 1e-3 * sign, 0.05 * sign)
    for seed in range(12):
        _, seen = build.recorded(np.random.default_rng(seed), clean, 1e-4)
        assert np.all(np.diff(seen.time_s) >= 0) and seen.n >= 20
        assert abs(seen.n - clean.n) < clean.n and analyze(seen).failure == "none"


def test_a_leak_divides_the_voltage(build):
    record = CyclingRecord(360.0 * np.arange(1000.0), np.full(1000, 1e-3), np.full(1000, 0.1))
    for way in build.WAYS:
        after = build.leaking(np.random.default_rng(3), record, 9.0, way).voltage_V
        assert after[:300] == pytest.approx(0.1) and 0.01 - 1e-12 <= after.min() < 0.1
