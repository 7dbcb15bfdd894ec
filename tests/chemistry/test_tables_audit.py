"""The data as a whole: every number has its source, its spread, and agrees with the numbers beside it."""

import csv
import json
from importlib import resources
from itertools import pairwise

import pytest

from alloycoat.chemistry import (
    anode,
    anodes,
    electrolyte,
    electrolyte_text,
    electrolytes,
    element,
    elements,
    precursor,
    precursors,
    solvent,
    solvents,
)
from alloycoat.chemistry.electrolytes import electrolyte_solvents
from alloycoat.chemistry.formulas import balance, molar_mass, parse_formula
from alloycoat.chemistry.phases import Phase
from alloycoat.chemistry.reading import SI_UNITS
from alloycoat.chemistry.tables import COLUMNS, Row, by_subject, read_table, references
from alloycoat.quantities import FARADAY

OURS = (
    "anodes/k", "anodes/li", "anodes/mg", "anodes/na", "atomic_weights", "elements", "precursors", "solvents",
)  # fmt: skip
WORDS = {"soluble", "slightly soluble", "insoluble"}


def rows() -> list[Row]:
    return [row for name in OURS for row in read_table(name)]


def class_of(name: str) -> str:
    return by_subject("electrolytes")[f"solvent {name}"]["class"].text


def phases() -> list[Phase]:
    return [phase for symbol in anodes() for group in anode(symbol).alloys.values() for phase in group]


def test_every_row_has_a_source_that_is_a_reference() -> None:
    assert {row.source for row in rows()} <= set(references())


def test_every_reference_says_what_it_is() -> None:
    assert all(len(reference.citation) > 20 for reference in references().values())


def test_every_number_converts_and_lies_in_its_interval() -> None:
    for row in rows():
        if row.property in SI_UNITS:
            value = row.quantity(SI_UNITS[row.property])
            assert value.low <= value.value <= value.high


def test_every_assumed_number_has_a_spread() -> None:
    for row in rows():
        if row.property in SI_UNITS and row.kind == "assumed":
            value = row.quantity(SI_UNITS[row.property])
            assert value.low < value.value < value.high, row.where


def test_assumed_rows_give_their_reason() -> None:
    assert all(row.note for row in rows() if row.kind == "assumed" and row.property in SI_UNITS)


def test_diffusivities_and_moduli_carry_their_kind() -> None:
    wanted = {"bulk_modulus": {"bulk"}, "shear_modulus": {"shear"}, "youngs_modulus": {"young"}}
    wanted["diffusivity"] = {"self", "tracer", "chemical", "unknown"}
    for row in rows():
        if row.property in wanted:
            assert row.subkind in wanted[row.property], row.where


def test_no_diffusivity_is_a_molten_salt_value() -> None:
    """The tables at 360-415 degC go up to 1e-4 cm2/s; none of those may stand for 298 K."""
    assert all(phase.diffusivity is None or phase.diffusivity.value < 1e-10 for phase in phases())


def test_alloys_balance_and_weigh_what_their_atoms_weigh() -> None:
    for phase in phases():
        numbers = balance([phase.anode, phase.element], [phase.formula])
        assert numbers[phase.anode] == phase.ratio * numbers[phase.element]
        parts = phase.atoms_anode * molar_mass(phase.anode) + phase.atoms_element * molar_mass(phase.element)
        assert phase.molar_mass == pytest.approx(parts)


def test_alloy_volumes_lie_near_those_of_the_elements() -> None:
    """Zintl phases contract, none swells; densities are those of metals."""
    for phase in phases():
        apart = phase.atoms_anode * anode(phase.anode).molar_volume.value
        apart += phase.atoms_element * element(phase.element).molar_volume.value
        assert 0.5 < phase.molar_volume.value / apart < 1.15, phase.formula
        assert 500 < phase.molar_mass / phase.molar_volume.value < 20000


def test_phases_are_sorted_and_known_once() -> None:
    formulas = [phase.formula for phase in phases()]
    assert len(formulas) == len(set(formulas)) == 207
    for symbol in anodes():
        for group in anode(symbol).alloys.values():
            assert [phase.ratio for phase in group] == sorted(phase.ratio for phase in group)


def test_hull_plateaus_follow_from_the_formation_energies() -> None:
    """E = -(dG(A_y M) - dG(A_x M))/(z F (y - x)) between neighbors on the computed hull."""
    checked = 0
    for symbol in anodes():
        metal = anode(symbol)
        for group in metal.alloys.values():
            stable = [phase for phase in group if phase.on_hull]
            energy, ratio, ours = 0.0, 0.0, True
            for phase in stable:
                assert phase.formation_energy is not None and phase.plateau is not None
                computed = phase.formation_energy.source == "bartel2020"
                per_m = phase.formation_energy.value * (phase.ratio + 1.0)
                volts = -(per_m - energy) / (metal.charge * FARADAY * (phase.ratio - ratio))
                if computed and ours and phase.plateau.source == "bartel2020":
                    assert phase.plateau.value == pytest.approx(volts, abs=0.012), phase.formula
                    checked += 1
                energy, ratio, ours = per_m, phase.ratio, computed
    assert checked > 100


def test_measured_plateaus_fall_from_step_to_step() -> None:
    for symbol in anodes():
        for group in anode(symbol).alloys.values():
            volts = [phase.plateau for phase in group if phase.plateau and phase.plateau.kind == "measured"]
            assert all(a.high >= b.low for a, b in pairwise(volts))


def test_young_modulus_follows_from_bulk_and_shear() -> None:
    """E = 9KG/(3K+G) for an isotropic solid, where the three come from one computation."""
    for phase in phases():
        k, g, e = phase.bulk_modulus, phase.shear_modulus, phase.youngs_modulus
        if k and g and e:
            assert e.value == pytest.approx(9 * k.value * g.value / (3 * k.value + g.value), rel=0.03)


def test_every_salt_balances() -> None:
    for symbol in anodes():
        metal = anode(symbol)
        for salt in metal.salts.values():
            parts = parse_formula(salt.formula)
            assert parts[symbol] == salt.atoms_anode
            for name, count in parse_formula(salt.anion).items():
                assert parts[name] == count * salt.atoms_anion
            assert 900 < salt.molar_mass / salt.molar_volume.value < 4500
            assert set(salt.solubility.values()) <= WORDS
            assert set(salt.solubility) == set(salt.solubility_source)


def test_every_precursor_finds_its_salt_and_balances_on_every_metal() -> None:
    for name in precursors():
        salt = precursor(name)
        assert parse_formula(salt.formula)[salt.element] == 1
        for symbol in anodes():
            if symbol == salt.element:
                continue
            (left, *_) = anode(symbol).salts_of(salt.anion)
            numbers = balance([symbol, salt.formula], [salt.element, left.formula])
            assert numbers[symbol] * anode(symbol).charge == salt.charge * numbers[salt.formula]


def test_every_precursor_has_an_energy_or_a_potential() -> None:
    for name in precursors():
        salt = precursor(name)
        assert salt.formation_energy or salt.standard_potential, name
        assert salt.state in {"solid", "liquid"} and salt.hazards
        assert salt.element in elements()


def test_standard_potentials_carry_the_declared_spread() -> None:
    for name in precursors():
        potential = precursor(name).standard_potential
        if potential:
            assert potential.kind == "assumed"
            assert potential.high - potential.value == pytest.approx(0.3, abs=1e-3)


def test_densities_and_volumes_of_elements_agree() -> None:
    for symbol in elements():
        found = element(symbol)
        assert found.molar_mass / found.density.value == pytest.approx(found.molar_volume.value, rel=2e-3)
        if symbol in anodes():
            assert found.molar_volume.value == pytest.approx(anode(symbol).molar_volume.value, rel=1e-3)


def test_ladder_phases_stand_in_the_phase_table() -> None:
    for symbol in anodes():
        for ladder in anode(symbol).ladders.values():
            steps = [anode(symbol).phase(formula) for formula in ladder.steps]
            assert all(step.element == ladder.element for step in steps)
            assert [step.ratio for step in steps] == sorted(step.ratio for step in steps)
            assert ladder.richest == (ladder.steps[-1] if ladder.steps else "")
            assert ladder.active == bool(ladder.richest)
            assert ladder.source in references() and ladder.note


def test_ladders_are_sourced_outside_the_papers_they_are_scored_on() -> None:
    for symbol in anodes():
        assert all(ladder.source != "review2021" for ladder in anode(symbol).ladders.values())


def test_solubilities_are_mole_fractions() -> None:
    for symbol in anodes():
        assert all(0 < value.value < 1 for value in anode(symbol).solubility.values())


def test_solvents_are_liquids_with_a_kind() -> None:
    for name in solvents():
        found = solvent(name)
        assert found.kind in {"ether", "carbonate", "other"}
        assert 600 < found.density.value < 1600 and found.hazards
        assert found.viscosity and 1e-4 < found.viscosity.value < 1.5e-2


def test_solvents_that_attack_the_metals_say_so() -> None:
    for name in ("ethanol", "2-propanol"):
        assert any("reacts with alkali metals" in hazard for hazard in solvent(name).hazards)


def test_every_solvent_of_an_electrolyte_is_a_solvent_of_the_tables() -> None:
    for name in electrolytes():
        for part, _ in electrolyte(f"1 M {name}").solvents:
            assert solvent(part).molar_mass > 0, name
    for spelling, name in electrolyte_text.names("solvent").items():
        assert solvent(spelling).name == solvent(name).name, spelling


def test_kind_of_a_solvent_is_its_class_as_an_electrolyte() -> None:
    for name in electrolyte_solvents():
        assert solvent(name).kind == class_of(name)


def test_no_name_stands_for_two_substances() -> None:
    for subject in precursors():
        assert {precursor(name).formula for name in precursor(subject).names} == {subject}
    for subject in solvents():
        assert {solvent(name).name for name in solvent(subject).names} == {subject}


def test_data_package_describes_the_tables_it_names() -> None:
    folder = resources.files("alloycoat.chemistry") / "data"
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    paths = {resource["path"] for resource in package["resources"]}
    assert {f"{name}.csv" for name in OURS} <= paths
    for resource in package["resources"]:
        with (folder / resource["path"]).open(encoding="utf-8") as stream:
            header = next(csv.reader(stream))
        assert header == [field["name"] for field in resource["schema"]["fields"]]
        assert resource["path"].startswith("references") or tuple(header) == COLUMNS


def test_volumes_by_the_rule_are_assumed_and_wide() -> None:
    """V = V_M + v_A y is good to some 10 %; a known structure to 1-2 %."""
    spread = {"volume_rule": 0.1, "oqmd": 0.04, "dejong2015": 0.01, "faber2015": 0.01}
    found = {phase.molar_volume.source for phase in phases()}
    assert set(spread) <= found
    for phase in phases():
        volume = phase.molar_volume
        if volume.source in spread:
            assert volume.high / volume.value - 1 <= spread[volume.source] + 1e-3
            assert (volume.kind == "assumed") == (volume.source == "volume_rule")
