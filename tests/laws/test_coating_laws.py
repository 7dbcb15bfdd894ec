"""Nothing is lost: elements balance for any recipe, and more supply never gives a thinner layer."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from alloycoat import chemistry
from alloycoat.chemistry import parse_formula
from alloycoat.coating import Coating, coat
from alloycoat.coating.mixing import bruggeman_conductivity, hashin_shtrikman, porous_modulus, youngs_modulus
from alloycoat.coating.phases import lever
from alloycoat.errors import AlloycoatError, RecipeError
from alloycoat.recipe import Recipe

METALS = ("Li", "Na", "K", "Mg")
ELECTROLYTES = {
    "Li": "1 M LiTFSI in DOL/DME", "Na": "1 M NaClO4 in EC/PC", "K": "1 M KFSI in DME", "Mg": "0.5 M Mg(TFSI)2 in DME",
}  # fmt: skip


def _atoms(coating: Coating) -> dict[str, float]:
    """Moles per m2 of each element in layer, cell and bath."""
    found: dict[str, float] = {}
    held = [(phase.formula, phase.mol_per_m2.value) for phase in coating.phases]
    held += [(salt.formula, salt.mol_per_m2.value) for salt in (*coating.released_salt, *coating.bath_salt)]
    for formula, moles in held:
        for symbol, number in parse_formula(formula).items():
            found[symbol] = found.get(symbol, 0.0) + number * moles
    return found


@st.composite
def wet_recipes(draw: st.DrawFn) -> dict[str, Any]:
    metal = draw(st.sampled_from(METALS))
    route = draw(st.sampled_from(["dip", "drop-cast", "additive"]))
    step: dict[str, Any] = {
        "route": route,
        "precursor": draw(st.sampled_from(chemistry.precursors())),
        "concentration": f"{draw(st.floats(1e-3, 1.0)):.4g} mol/L",
    }
    if route != "additive":
        step["solvent"] = draw(st.sampled_from(["THF", "DME", "DOL/DME", "EC/DMC", "diglyme"]))
    if route == "drop-cast":
        step["volume"] = f"{draw(st.floats(1, 100)):.3g} uL/cm^2"
    if route == "dip" or draw(st.booleans()):
        step["time"] = f"{draw(st.floats(1, 3600)):.4g} s"
    if route != "additive" and draw(st.booleans()):
        step["rinse"] = True
    tables: dict[str, Any] = {"anode": {"metal": metal}, "coating": step}
    if route == "additive" or draw(st.booleans()):
        tables["cell"] = {"electrolyte": ELECTROLYTES[metal], "electrolyte_amount": "50 uL/cm^2"}
    if draw(st.booleans()):
        tables["anode"]["thickness"] = f"{draw(st.floats(20, 500)):.3g} um"
    return tables


@settings(max_examples=250, deadline=None)
@given(wet_recipes())
def test_elements_balance_over_layer_cell_and_bath(tables: dict[str, Any]) -> None:
    try:
        made = coat(Recipe.from_tables(tables))
    except RecipeError:
        assume(False)
    salt = chemistry.precursor(tables["coating"]["precursor"])
    atoms = _atoms(made)
    metal = made.anode
    moles = atoms[salt.element]
    for symbol, number in parse_formula(salt.formula).items():
        if symbol not in {salt.element, metal}:
            assert atoms[symbol] == pytest.approx(number * moles, rel=1e-9)
    assert atoms[metal] == pytest.approx(made.anode_consumed_mol_per_m2.value, rel=1e-9)


@settings(max_examples=60, deadline=None)
@given(
    metal=st.sampled_from(METALS),
    element=st.sampled_from(chemistry.elements()),
    nanometres=st.floats(5, 5000),
    thickness=st.floats(0.05, 300),
)
def test_elements_balance_for_solids_even_where_the_metal_runs_out(
    metal: str, element: str, nanometres: float, thickness: float
) -> None:
    assume(element != metal)
    tables = {"anode": {"metal": metal, "thickness": f"{thickness:.4g} um"},
              "coating": {"route": "evaporation", "metal": element, "thickness": f"{nanometres:.4g} nm"}}  # fmt: skip
    made = coat(Recipe.from_tables(tables))
    atoms = _atoms(made)
    brought = float(f"{nanometres:.4g}") * 1e-9 / chemistry.element(element).molar_volume.value
    assert atoms[element] == pytest.approx(brought, rel=1e-9)
    assert atoms.get(metal, 0.0) == pytest.approx(made.anode_consumed_mol_per_m2.value, rel=1e-9, abs=1e-15)
    whole = float(f"{thickness:.4g}") * 1e-6 / chemistry.anode(metal).molar_volume.value
    assert made.anode_consumed_mol_per_m2.value <= whole * (1 + 1e-9)


@settings(max_examples=60, deadline=None)
@given(short=st.floats(1, 1000), factor=st.floats(1.01, 20), weak=st.floats(0.005, 0.5))
def test_more_time_or_salt_never_gives_a_thinner_layer(short: float, factor: float, weak: float) -> None:
    def thickness(seconds: float, molar: float) -> float:
        step = {"route": "dip", "precursor": "InCl3", "solvent": "THF", "time": f"{seconds!r} s",
                "concentration": f"{molar!r} mol/L"}  # fmt: skip
        return coat(Recipe.from_tables({"anode": {"metal": "Li"}, "coating": step})).thickness.value

    base = thickness(short, weak)
    assert thickness(short * factor, weak) >= base
    assert thickness(short, weak * factor) >= base


@given(st.floats(0, 20), st.lists(st.floats(0.05, 15), min_size=1, max_size=6, unique=True))
def test_the_lever_rule_keeps_metal_and_anode(ratio: float, steps: list[float]) -> None:
    nodes = (0.0, *sorted(steps))
    assume(min(np.diff(nodes)) > 1e-3)
    shares = lever(np.array([ratio]), nodes)
    total = sum(float(share[0]) for share in shares)
    anode = sum(float(share[0]) * node for share, node in zip(shares, nodes, strict=True))
    assert total == pytest.approx(1.0, abs=1e-9)
    assert anode == pytest.approx(min(ratio, nodes[-1]), abs=1e-9)


@settings(deadline=None)
@given(st.floats(0.01, 0.99), st.floats(1e-9, 1e6), st.floats(1e-9, 1e6))
def test_mixing_rules_stay_between_their_phases(share: float, one: float, two: float) -> None:
    fractions = np.array([share, 1 - share])
    effective = float(bruggeman_conductivity(fractions, np.array([one, two])))
    assert min(one, two) * (1 - 1e-6) <= effective <= max(one, two) * (1 + 1e-6)
    low_k, high_k, low_g, high_g = hashin_shtrikman(fractions, np.array([one, two]), np.array([one, two]) / 2)
    assert low_k <= high_k * (1 + 1e-9)
    assert low_g <= high_g * (1 + 1e-9)
    assert min(one, two) * (1 - 1e-6) <= low_k <= max(one, two) * (1 + 1e-6)


def test_mixing_rules_against_closed_forms() -> None:
    # Bruggeman, insulating half: s = s1 (3 phi - 1)/2
    assert float(bruggeman_conductivity(np.array([0.5, 0.5]), np.array([2.0, 0.0]))) == pytest.approx(0.5, rel=1e-9)
    assert float(bruggeman_conductivity(np.array([0.3, 0.7]), np.array([2.0, 0.0]))) == 0.0
    assert float(youngs_modulus(np.array(70.0), np.array(51.0))) == pytest.approx(9 * 70 * 51 / (3 * 70 + 51))
    assert float(porous_modulus(np.array(100.0), np.array(0.5))) == pytest.approx(25.0)
    same = hashin_shtrikman(np.array([0.4, 0.6]), np.array([5.0, 5.0]), np.array([3.0, 3.0]))
    assert [float(x) for x in same] == pytest.approx([5.0, 5.0, 3.0, 3.0])


@settings(max_examples=150, deadline=None)
@given(wet_recipes(), st.integers(0, 2**32 - 1))
def test_any_recipe_gives_finite_numbers_or_a_refusal(tables: dict[str, Any], seed: int) -> None:
    try:
        made = coat(Recipe.from_tables(tables), samples=8, seed=seed)
    except AlloycoatError as refusal:
        assert str(refusal)
        return
    for estimate in (made.thickness, made.porosity, made.anode_consumed):
        assert np.isfinite([estimate.value, estimate.low, estimate.high]).all()
        assert estimate.low <= estimate.value <= estimate.high
