import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alloycoat.errors import AlloycoatError
from alloycoat.outcome import Life, Outcome, OutcomeError, Sign


@pytest.mark.parametrize(
    ("text", "lower_h", "upper_h", "printed"),
    [
        ("1400 h", 1400, 1400, "1400 h"),
        (">1200 h", 1200, None, ">1200 h"),
        ("> 1200", 1200, None, ">1200 h"),
        ("<100 h", 0, 100, "<100 h"),
        ("100-200 h", 100, 200, "100-200 h"),
        ("~ 90 min", 1.5, 1.5, "1.5 h"),
        (">= 2 d", 48, None, ">48 h"),
    ],
)
def test_a_life_is_read_and_printed(text, lower_h, upper_h, printed):
    life = Life.parse(text)
    assert life.lower_h == pytest.approx(lower_h)
    assert life.upper_h == (None if upper_h is None else pytest.approx(upper_h))
    assert life.text == str(life) == printed


@pytest.mark.parametrize("text", ["", "h", "long", "12 V", "200-100 h", "-5 h", "1.2.3 h", "5 parsec"])
def test_what_is_no_life_is_refused(text):
    with pytest.raises(AlloycoatError):
        Life.parse(text)


@given(st.integers(1, 10**5), st.sampled_from(["observed", "at least", "at most", "between"]))
def test_a_printed_life_reads_back(hours, how):
    seconds = hours * 3600.0
    life = {
        "observed": Life.observed(seconds),
        "at least": Life.at_least(seconds),
        "at most": Life(0.0, seconds),
        "between": Life(seconds, 2 * seconds),
    }[how]
    again = Life.parse(life.text)
    assert again.lower_s == pytest.approx(life.lower_s, rel=1e-5)
    assert (again.upper_s is None) == (life.upper_s is None)
    assert again.is_observed == life.is_observed


@pytest.mark.parametrize(("lower", "upper"), [(-1.0, 1.0), (2.0, 1.0), (float("nan"), None), (0.0, float("inf"))])
def test_an_impossible_life_is_refused(lower, upper):
    with pytest.raises(OutcomeError):
        Life(lower, upper)


def test_every_null_is_explained():
    document = Outcome(life=Life.at_least(10.0), failure="none", reasons={"impedance": "not asked for"}).to_json()
    json.dumps(document, allow_nan=False)
    for key, value in document.items():
        if value is None:
            assert sum(line.startswith(f"{key}: ") for line in document["warnings"]) == 1, key
    assert "impedance: not asked for" in document["warnings"]
    assert document["life_upper_s"] is None and document["life_lower_s"] == 10.0


def test_unknown_words_are_refused():
    with pytest.raises(OutcomeError, match="failure: 'tired'"):
        Outcome(failure="tired")
    with pytest.raises(OutcomeError, match="'none' is not one of"):
        Sign(0.0, "none", "weak", "")
    with pytest.raises(OutcomeError, match="strength"):
        Sign(0.0, "hard-short", "strong", "")


def test_verdicts_are_the_strong_signs():
    weak, sure = Sign(1.0, "soft-short", "weak", "a"), Sign(2.0, "hard-short", "verdict", "b")
    assert Outcome(signs=(weak, sure)).verdicts == (sure,)
