from __future__ import annotations

import pytest
from report_recipe import recipe

from alloycoat.report.job import Run, run


@pytest.fixture(scope="session")
def coated_run() -> Run:
    return run(recipe(), samples=64, seed=3)


@pytest.fixture(scope="session")
def bare_run() -> Run:
    return run(recipe(coating=None), samples=8, seed=3)
