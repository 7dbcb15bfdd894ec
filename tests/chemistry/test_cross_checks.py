"""The tables beside independent data: CRC values in `chemicals`, the COST 507 database in `pycalphad`."""

import warnings
from pathlib import Path

import pytest

from alloycoat.chemistry import anode, anodes, molar_mass, precursor, precursors, solvent, solvents
from alloycoat.chemistry.formulas import atomic_weights
from alloycoat.quantities import FARADAY


def test_molar_masses() -> None:
    chemicals = pytest.importorskip("chemicals")
    for symbol, weight in atomic_weights().items():
        assert weight * 1000 == pytest.approx(chemicals.periodic_table[symbol].MW, rel=2e-4), symbol
    for name in precursors():
        formula = precursor(name).formula
        if "TFSI" not in formula and "(" not in formula:
            assert molar_mass(formula) * 1000 == pytest.approx(
                chemicals.molecular_weight(chemicals.simple_formula_parser(formula)), rel=2e-4
            )


@pytest.mark.parametrize(
    ("name", "cas", "entropy_term"),
    [
        ("LiF", "7789-24-4", 28.3), ("LiCl", "7447-41-8", 24.2), ("NaCl", "7647-14-5", 27.1),
        ("KCl", "7447-40-7", 28.0), ("MgCl2", "7786-30-3", 49.5), ("MgF2", "7783-40-6", 53.1),
    ],
)  # fmt: skip
def test_by_products_against_crc_enthalpies(name: str, cas: str, entropy_term: float) -> None:
    """G - H of formation is T dS, some 24-28 kJ per mol of alkali halide and twice that for Mg."""
    reaction = pytest.importorskip("chemicals.reaction")
    metal = anode(name[:2] if name[1].islower() else name[0])
    energy = metal.salts[name].formation_energy
    assert energy is not None
    assert (energy.value - reaction.Hfs(cas)) / 1000 == pytest.approx(entropy_term, abs=3.0)


def test_solvents_boil_where_crc_says() -> None:
    chemicals = pytest.importorskip("chemicals")
    cas = {"THF": "109-99-9", "DME": "110-71-4", "EC": "96-49-1", "diglyme": "111-96-6", "DMC": "616-38-6"}
    assert set(cas) <= set(solvents())
    for name, number in cas.items():
        boiling = solvent(name).boiling_point
        assert boiling is not None and boiling.value == pytest.approx(chemicals.Tb(number), abs=2.0)


def test_lithium_aluminum_plateau_of_cost_507() -> None:
    """E = (mu(Li, bcc) - mu(Li, Al + LiAl))/F at 298 K."""
    pycalphad = pytest.importorskip("pycalphad")
    found = next(Path(pycalphad.__file__).parent.rglob("COST507.tdb"), None)
    if found is None:
        pytest.skip("this pycalphad carries no COST507.tdb")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pycalphad import Database, equilibrium
        from pycalphad import variables as v

        names = ["FCC_A1", "BCC_B2", "ALLI", "AL2LI3", "AL4LI9"]
        conditions = {v.T: 298.15, v.P: 101325, v.N: 1, v.X("LI"): [0.3, 0.999999]}
        result = equilibrium(Database(str(found)), ["AL", "LI", "VA"], names, conditions)
        potentials = result.MU.sel(component="LI").values.squeeze()
    plateau = anode("Li").phase("LiAl").plateau
    assert plateau is not None
    assert plateau.value == pytest.approx((potentials[1] - potentials[0]) / FARADAY, abs=2e-3)


def test_metal_volumes_against_crc_densities() -> None:
    volume = pytest.importorskip("chemicals.volume")
    table = volume.rho_data_CRC_inorg_s_const
    cas = {"Li": "7439-93-2", "Na": "7440-23-5", "K": "7440-09-7", "Mg": "7439-95-4"}
    for symbol in anodes():
        assert anode(symbol).molar_volume.value == pytest.approx(table.loc[cas[symbol]]["Vm"], rel=5e-3)


@pytest.mark.parametrize(
    ("metal", "salt", "volts"),
    [
        ("Li", "InCl3", 2.39), ("Li", "ZnCl2", 2.07), ("Li", "SnF2", 2.97), ("Na", "SnCl4", 2.84),
        ("K", "BiCl3", 3.15), ("Mg", "AlCl3", 0.91), ("Mg", "GeCl4", 1.89), ("Li", "SbI3", 2.46),
        ("Li", "BiI3", 2.20), ("Na", "PbBr2", 2.26), ("K", "CuI", 2.65), ("Mg", "CaCl2", -0.81),
    ],
)  # fmt: skip
def test_driving_forces(metal: str, salt: str, volts: float) -> None:
    """E = -[(n/z) G(A X_z) - G(M X_n)]/(n F), as computed apart from the same energies."""
    given, (made, *_) = precursor(salt), anode(metal).salts_of(precursor(salt).anion)
    assert given.formation_energy is not None and made.formation_energy is not None
    energy = given.formation_energy.value / given.charge - made.formation_energy.value / anode(metal).charge
    assert energy / FARADAY == pytest.approx(volts, abs=0.03)


def test_calcium_fluoride_on_lithium_is_undecided() -> None:
    given, made = precursor("CaF2").formation_energy, anode("Li").salts["LiF"].formation_energy
    assert given is not None and made is not None
    assert (given.low / 2 - made.high) / FARADAY < 0.0 < (given.high / 2 - made.low) / FARADAY
