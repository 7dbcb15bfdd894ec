"""Formulas are read exactly, weighed and balanced; what cannot be read is refused in one line."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alloycoat.chemistry.formulas import (
    FormulaError,
    atomic_weights,
    balance,
    molar_mass,
    parse_composition,
    parse_formula,
)
from alloycoat.errors import AlloycoatError

SYMBOLS = sorted(atomic_weights())


@pytest.mark.parametrize(
    ("formula", "parts"),
    [
        ("InCl3", {"In": 1, "Cl": 3}),
        ("InCl₃", {"In": 1, "Cl": 3}),
        (" Li 13 In 3 ", {"Li": 13, "In": 3}),
        ("Bi(CF3SO3)3", {"Bi": 1, "C": 3, "F": 9, "S": 3, "O": 9}),
        ("Bi(OTf)3", {"Bi": 1, "C": 3, "F": 9, "S": 3, "O": 9}),
        ("Zn(TFS)2", {"Zn": 1, "C": 2, "F": 6, "S": 2, "O": 6}),
        ("LiTFSI", {"Li": 1, "C": 2, "F": 6, "N": 1, "O": 4, "S": 2}),
        ("KFSI", {"K": 1, "F": 2, "N": 1, "O": 4, "S": 2}),
        ("Mg[N(SO2CF3)2]2", {"Mg": 1, "N": 2, "S": 4, "O": 8, "C": 4, "F": 12}),
        ("LiPF6", {"Li": 1, "P": 1, "F": 6}),
    ],
)
def test_formulas_are_read(formula: str, parts: dict[str, int]) -> None:
    assert parse_formula(formula) == parts


def test_tfsi_is_its_structure() -> None:
    assert molar_mass("TFSI") == pytest.approx(molar_mass("N(SO2CF3)2"))


@pytest.mark.parametrize(
    "bad", ["", "   ", "Xx2", "Li(", "Li)", "()", "2Li", "LiCl--", "Li0", "Li0.5", "(Li", "li", "A" * 500, "Li\n\x00"]
)
def test_nonsense_is_refused_in_one_line(bad: str) -> None:
    with pytest.raises(FormulaError) as caught:
        parse_formula(bad)
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 200


def test_decimal_counts_are_kept_exactly() -> None:
    assert parse_composition("Na0.1Hg0.9") == {"Na": Fraction(1, 10), "Hg": Fraction(9, 10)}


def test_balance_finds_the_smallest_whole_numbers() -> None:
    assert balance(["Mg", "BiCl3"], ["MgCl2", "Bi"]) == {"Mg": 3, "BiCl3": 2, "MgCl2": 3, "Bi": 2}
    assert balance(["Li", "LiNO3"], ["Li3N", "Li2O"]) == {"Li": 8, "LiNO3": 1, "Li3N": 1, "Li2O": 3}


@pytest.mark.parametrize(
    ("reactants", "products"),
    [
        (["Li", "InCl3"], ["Li13In3"]),
        (["Li"], ["Na"]),
        ([], ["Li"]),
        (["Li", "Li"], ["Li2O"]),
        (["Li", "O2"], ["Li2O", "Li2O2"]),
        (["LiCl", "In"], ["Li"]),
    ],
)
def test_what_cannot_be_balanced_is_refused(reactants: list[str], products: list[str]) -> None:
    with pytest.raises(FormulaError):
        balance(reactants, products)


pieces = st.lists(st.tuples(st.sampled_from(SYMBOLS), st.integers(1, 40)), min_size=1, max_size=6)


@given(pieces)
@settings(max_examples=60, deadline=None)
def test_reading_is_the_inverse_of_writing(parts: list[tuple[str, int]]) -> None:
    total: dict[str, int] = {}
    for symbol, count in parts:
        total[symbol] = total.get(symbol, 0) + count
    assert parse_formula("".join(f"{symbol}{count}" for symbol, count in parts)) == total


@given(pieces, st.integers(1, 9))
@settings(max_examples=60, deadline=None)
def test_mass_is_additive_and_scales(parts: list[tuple[str, int]], times: int) -> None:
    text = "".join(f"{symbol}{count}" for symbol, count in parts)
    alone = sum(atomic_weights()[symbol] * count for symbol, count in parts)
    assert molar_mass(text) == pytest.approx(alone)
    assert molar_mass(f"({text}){times}") == pytest.approx(times * alone)


@given(st.sampled_from(["Li", "Na", "K", "Mg"]), st.integers(1, 30), st.integers(1, 30))
@settings(max_examples=60, deadline=None)
def test_balanced_reactions_conserve_every_atom(metal: str, rich: int, poor: int) -> None:
    alloy = f"{metal}{rich}In{poor}"
    numbers = balance([metal, "In"], [alloy])
    assert numbers[metal] == numbers[alloy] * rich
    assert numbers["In"] == numbers[alloy] * poor


@given(st.text(max_size=30))
@settings(max_examples=150, deadline=None)
def test_any_text_gives_a_formula_or_a_refusal(text: str) -> None:
    try:
        assert all(count > 0 for count in parse_formula(text).values())
    except AlloycoatError as refusal:
        assert str(refusal)
