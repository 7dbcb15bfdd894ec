import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alloycoat.analysis import history as module
from alloycoat.analysis.history import against_history

level = st.sampled_from([0.0, 0.01, 0.05, 0.05, 0.05, 0.06, 0.4, -0.05])


class Halves:
    """As much of the table of half-cycles as a history looks at."""

    def __init__(self, sign, current, complete):
        self.sign, self.current_A, self.complete, self.n = sign, current, complete, sign.size


@settings(deadline=None, max_examples=200)
@given(
    rows=st.lists(st.tuples(level, st.sampled_from([1.0, 1.0, 1.0, 3.0]), st.booleans(), st.booleans()), max_size=40),
    one_current=st.booleans(),
    outside=st.booleans(),
)
def test_the_fast_part_says_what_the_loop_says(rows, one_current, outside):
    value = np.array([row[0] for row in rows])
    current = np.array([1.0 if one_current else row[1] for row in rows])
    complete = np.array([row[2] for row in rows], dtype=bool)
    fit = np.array([row[3] for row in rows], dtype=bool)
    halves = Halves(-((-1) ** np.arange(value.size)), current, complete)
    given = {"low": 0.1, "high": 0.7, "fit": fit, "outside": outside}
    fast = against_history(halves, value, 1.1, **given)
    whole = module._running_median
    try:
        module._running_median = lambda *_: None
        slow = against_history(halves, value, 1.1, **given)
    finally:
        module._running_median = whole
    assert fast.odd.tolist() == slow.odd.tolist()
    assert fast.usual == pytest.approx(slow.usual, nan_ok=True)
