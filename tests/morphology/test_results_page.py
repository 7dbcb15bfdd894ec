"""The results page is what its builder makes of the committed numbers."""

import importlib.util
from pathlib import Path

import pytest

RESULTS = Path(__file__).parent.parent.parent / "docs" / "results"
BUILDER = RESULTS / "build_morphology.py"
if not BUILDER.exists():
    pytest.skip("the documentation is not part of this checkout", allow_module_level=True)


def test_the_committed_page_is_fresh():
    spec = importlib.util.spec_from_file_location("build_morphology", BUILDER)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert (RESULTS / "morphology.md").read_text(encoding="utf-8") == module.page()
