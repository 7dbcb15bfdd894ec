"""Electrolytes: the parser, the transport tables and their sources."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alloycoat.chemistry.electrolytes import (
    Electrolyte,
    electrolyte,
    electrolyte_salts,
    electrolyte_solvents,
    electrolytes,
)
from alloycoat.chemistry.tables import by_subject, read_table, references
from alloycoat.errors import AlloycoatError, RecipeError

READ = {
    "1 M LiTFSI in DOL/DME": "1 M LiTFSI in DOL/DME",
    "1 M LiTFSI in DOL/DME + 2 wt% LiNO3": "1 M LiTFSI in DOL/DME + 2 wt% LiNO3",
    "LiTFSI (1 M) + DOL/DME + LiNO3 (2 wt%)": "1 M LiTFSI in DOL/DME + 2 wt% LiNO3",
    "1.0 mol L−1 LiTFSI in 1,3-dioxolane and 1,2-dimethoxyethane (1:1, v/v) with 2 wt.% LiNO3":
        "1 M LiTFSI in DOL/DME (1:1 v/v) + 2 wt% LiNO3",
    "1 M LiTFSI + 0.2 M LiNO3 in DOL-DME": "1 M LiTFSI in DOL/DME + 0.2 M LiNO3",
    "LiPF6 (1 M) + EC/DMC": "1 M LiPF6 in EC/DMC",
    "1 M LiPF6 in EC:DMC (1:1 v/v)": "1 M LiPF6 in EC/DMC (1:1 v/v)",
    "1 M LiPF6 in EC:DEC:DMC = 1:1:1 Vol%": "1 M LiPF6 in EC/DEC/DMC (1:1:1 v/v)",
    "1 M LiPF6 in EC/EMC (3:7 by weight)": "1 M LiPF6 in EC/EMC (3:7 w/w)",
    "1 M LiPF6 in EC/DMC + 10 vol% FEC + 1 vol% VC": "1 M LiPF6 in EC/DMC + 10 vol% FEC + 1 vol% VC",
    "1 M LiPF₆ in EC∕DMC": "1 M LiPF6 in EC/DMC",
    "1000 mM lipf6 in ec/dmc": "1 M LiPF6 in EC/DMC",
    "1 M LiPF6 EC/DMC": "1 M LiPF6 in EC/DMC",
    "0.5 M Mg(TFSI)2 in DME": "0.5 M Mg(TFSI)2 in DME",
    "0.5 M Mg[N(SO2CF3)2]2 in G1": "0.5 M Mg(TFSI)2 in DME",
    "1 M NaSO3CF3 in diglyme": "1 M NaOTf in diglyme",
    "1 M NaCF3SO3 in G2": "1 M NaOTf in diglyme",
    "1 M LiCF3SO3 in tetraglyme": "1 M LiOTf in TEGDME",
    "LP30": "1 M LiPF6 in EC/DMC (1:1 w/w)",
    "LP40 + 10 vol% FEC": "1 M LiPF6 in EC/DEC (1:1 w/w) + 10 vol% FEC",
    "lp-57": "1 M LiPF6 in EC/EMC (3:7 w/w)",
    "1 M NaPF6 + EC/PC + SnCl2 (50 mM)": "1 M NaPF6 in EC/PC + 50 mM SnCl2",
    "1 M LiPF6 in 2-MeTHF": "1 M LiPF6 in 2-MeTHF",
}  # fmt: skip

REFUSED = {
    "": "is empty",
    "KFSI in DME": "no salt concentration; write for instance '1 M KFSI in DME'",
    "1 M LiPF7 in EC/DMC": "'LiPF7' is not known; did you mean 'LiPF6'?",
    "1 M LiPF6 in EC/DMCC": "'DMCC' is not known; did you mean 'DMC'?",
    "1 M LiPF6": "names no solvent",
    "1 M in EC/DMC": "names no salt",
    "1 wt% LiPF6 in EC": "gives the salt as '1 wt%', not as mol/L",
    "1 mol/kg LiPF6 in EC": "of solvent, not as mol/L",
    "1000 M LiPF6 in EC": "not between 0 and 10 mol/L",
    "0 M LiPF6 in EC": "not between 0 and 10 mol/L",
    "1 M LiPF6 in EC/DMC + 2% VC": "neither wt% nor vol%",
    "1 M LiPF6 in EC/DMC + 200 wt% VC": "outside 0 to 100 %",
    "1 M LiPF6 in EC/DMC (1:1:1)": "ratio that does not fit its 2 solvents",
    "1 M LiPF6 in EC/EC": "names a solvent twice",
    "1 M LiPF6 in EC/DMC + \u2603": "cannot be read",
    "1 M LiPF6 in EC" + " " * 400: "longer than 300",
}

TABLE3 = {  # salt, molarity, solvent and additive as printed in the review's Table 3
    "1 M LiTFSI in DOL/DME": "Li", "1 M LiTFSI in PC": "Li", "1 M LiPF6 in EC/DMC": "Li",
    "1 M LiTFSI in DOL/DME + 2 wt% LiNO3": "Li", "1 M LiTFSI in DOL/DME + 1 wt% LiNO3": "Li",
    "1 M LiPF6 in EC/DEC/DMC": "Li", "1 M LiPF6 in EC/DEC": "Li", "1 M LiTFSI in TEGDME": "Li",
    "1 M LiTFSI in DOL": "Li", "1 M LiPF6 in EC/DMC + 10 vol% FEC + 1 vol% VC": "Li",
    "1 M NaPF6 in EC/PC": "Na", "1 M NaClO4 in EC/PC": "Na", "1 M NaSO3CF3 in G2": "Na",
    "1 M NaPF6 in Diglyme": "Na", "1 M KFSI in DME": "K", "0.5 M Mg(TFSI)2 in DME": "Mg",
}  # fmt: skip

CURVES = ("conductivity", "diffusivity", "transference", "thermodynamic_factor")


@pytest.mark.parametrize(("text", "expected"), READ.items())
def test_reads_the_usual_spellings(text: str, expected: str) -> None:
    found = electrolyte(text)
    assert found.text == expected
    assert electrolyte(found.text) == found
    assert sum(fraction for _, fraction in found.solvents) == pytest.approx(1.0)


@pytest.mark.parametrize(("text", "why"), REFUSED.items())
def test_refuses_with_field_and_reason(text: str, why: str) -> None:
    with pytest.raises(AlloycoatError) as caught:
        electrolyte(text)
    message = str(caught.value)
    assert message.startswith("[cell] electrolyte")
    assert why in message
    assert len(message.splitlines()) <= 2


def test_parts_of_an_electrolyte() -> None:
    found = electrolyte("0.5 M Mg(TFSI)2 in DME")
    assert (found.cation, found.anion, found.charge, found.z) == ("Mg", "TFSI", 2, 2)
    assert found.formula == "Mg(N(CF3SO2)2)2"
    assert found.concentration == 500.0
    assert found.solvents == (("DME", 1.0),)
    assert found.solvent_class == "ether"
    assert electrolyte("1 M LiPF6 in EC/DME").solvent_class == "mixed"
    assert electrolyte("1 M LiPF6 in FEC/DEC").solvent_class == "carbonate"
    assert electrolyte("LP57").solvents == (("EC", 0.3), ("EMC", 0.7))


def test_concentration_from_the_caller_only_where_the_text_has_none() -> None:
    assert electrolyte("KFSI in DME", concentration=1000.0) == electrolyte("1 M KFSI in DME")
    assert electrolyte("1 M KFSI in DME", concentration=500.0).concentration == 1000.0
    for wrong in (0.0, -1.0, float("nan"), 1e6):
        with pytest.raises(RecipeError, match="not between 0 and 10"):
            electrolyte("KFSI in DME", concentration=wrong)


@pytest.mark.parametrize("given_value", [None, 3, ["LP30"], b"LP30"])
def test_refuses_what_is_not_text(given_value: object) -> None:
    with pytest.raises(RecipeError, match="is not text"):
        electrolyte(given_value)  # type: ignore[arg-type]


PIECES = st.sampled_from(
    ["1 M", "0.5", "M", " in ", " + ", "LiPF6", "LiTFSI", "NaOTf", "EC", "DMC", "/", ":", "(1:1 v/v)", "(",
     ")", "2 wt%", "10 vol%", "FEC", "LiNO3", " with ", " and ", "LP30", "1,3-dioxolane", "=", "%", "-",
     ",", "mM", "1e5", "₆", "µ"]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=10).map("".join), st.lists(PIECES).map(" ".join)))
def test_any_text_gives_an_electrolyte_or_a_refusal(text: str) -> None:
    try:
        found = electrolyte(text)
    except AlloycoatError as error:
        assert "[cell] electrolyte" in str(error)
    else:
        assert isinstance(found, Electrolyte)
        assert electrolyte(found.text) == found


@pytest.mark.parametrize(("text", "cation"), TABLE3.items())
def test_every_electrolyte_of_table_3_is_tabulated(text: str, cation: str) -> None:
    found = electrolyte(text)
    assert found.tabulated
    assert found.cation == cation
    for curve in CURVES:
        value = getattr(found, curve).value
        assert value.kind != "assumed" or any(curve.replace("_", " ") in note for note in found.notes)


@pytest.mark.parametrize(
    ("text", "quantity", "expected", "tolerance"),
    [
        ("1 M LiTFSI in DOL/DME", "conductivity", 1.0968, 0.001),
        ("1 M LiPF6 in EC/DMC", "conductivity", 1.19, 0.015),
        ("1 M LiPF6 in EC/DMC", "diffusivity", 2.905e-10, 0.005),
        ("1 M LiPF6 in EC/DMC", "transference", 0.325, 0.005),
        ("2 M LiPF6 in EC/DMC", "transference", 0.1926, 0.005),
        ("0.5 M LiPF6 in EC/DMC", "transference", 0.4203, 0.005),
        ("1 M LiPF6 in EC/DMC", "thermodynamic_factor", 2.201, 0.001),
        ("1.5 M LiPF6 in EC/DMC", "conductivity", 1.0, 0.01),
        ("1 M LiPF6 in EC/DEC", "conductivity", 0.788, 0.001),
        ("LP57", "conductivity", 0.913, 0.002),
        ("LP57", "diffusivity", 2.89e-10, 0.005),
        ("LP57", "transference", 0.221, 0.005),
        ("LP57", "thermodynamic_factor", 2.18, 0.005),
        ("1 M LiPF6 in EMC/FEC (19:1 w/w)", "conductivity", 0.5529, 0.001),
        ("1 M LiPF6 in EMC/FEC (19:1 w/w)", "transference", 0.1291, 0.001),
        ("1 M NaPF6 in EC/PC", "conductivity", 0.883, 0.001),
        ("1 M LiTFSI in TEGDME", "conductivity", 0.272, 0.001),
        ("1 M NaPF6 in diglyme", "conductivity", 0.6686, 0.001),
    ],
)  # fmt: skip
def test_known_figures(text: str, quantity: str, expected: float, tolerance: float) -> None:
    value = getattr(electrolyte(text), quantity).value
    assert value.value == pytest.approx(expected, rel=tolerance)
    assert value.low <= value.value <= value.high


@pytest.mark.parametrize("name", electrolytes())
@pytest.mark.parametrize("molar", [0.5, 1.0])
def test_values_are_sane(name: str, molar: float) -> None:
    found = electrolyte(f"{molar} M {name}")
    assert found.tabulated
    low = 0.03 if "OTf" in name else 0.1  # triflates in ethers are paired
    assert low < found.conductivity.value.value < 3.0
    assert 1e-11 < found.diffusivity.value.value < 2e-9
    assert -0.2 < found.transference.value.value < 1.0
    assert 0.5 < found.thermodynamic_factor.value.value < 6.0
    for curve in CURVES:
        transport = getattr(found, curve)
        assert list(transport.concentrations) == sorted(set(transport.concentrations))
        assert len(transport.values) == len(transport.concentrations)
        assert transport.value.low <= transport.value.value <= transport.value.high
    assert found.conductivity.c_min <= 150.0
    assert found.conductivity.c_max >= 1000.0


def test_transport_is_linear_between_points_and_held_beyond() -> None:
    curve = electrolyte("LP30").conductivity
    middle = (curve.concentrations[3] + curve.concentrations[4]) / 2
    assert curve.at(middle) == pytest.approx((curve.values[3] + curve.values[4]) / 2)
    assert curve.at(curve.c_max * 2) == curve.values[-1]
    assert curve.at(0.0) == curve.values[0]
    assert curve.at(np.array([1000.0, 1200.0])).shape == (2,)
    assert curve.covers(1000.0)
    assert not curve.covers(5000.0)
    assert curve.at(1000.0) == pytest.approx(curve.value.value)


def test_beyond_the_table_the_interval_widens_and_says_so() -> None:
    inside, outside = electrolyte("2 M LiFSI in DME").conductivity.value, electrolyte("6 M LiFSI in DME")
    value = outside.conductivity.value
    assert value.value == inside.value
    assert value.low < inside.low < inside.high < value.high
    assert value.kind == "assumed"
    assert "used at 6" in value.note
    negative = electrolyte("2.5 M LiPF6 in EMC/FEC").transference.value
    assert negative.low < negative.value < negative.high


def test_an_unknown_pair_gets_the_prior_of_its_class() -> None:
    for text, kind in (
        ("1 M KPF6 in EC/DEC", "carbonate K"),
        ("1 M LiFSI in TMP", "mixed Li"),
        ("0.3 M Mg(BH4)2 in G4", "ether Mg"),
    ):
        found = electrolyte(text)
        assert not found.tabulated
        assert f"not tabulated, class prior ({kind})" in found.notes[0]
        assert all(getattr(found, curve).value.kind == "assumed" for curve in CURVES)


def test_additives_and_other_ratios_are_noted() -> None:
    plain, doped = electrolyte("1 M LiPF6 in EC/DMC"), electrolyte("1 M LiPF6 in EC/DMC + 10 vol% FEC")
    assert doped.conductivity == plain.conductivity
    assert any("additives (FEC) leave" in note for note in doped.notes)
    assert not any("another ratio" in note for note in plain.notes)
    assert any("another ratio" in note for note in electrolyte("1 M LiPF6 in EC/DMC (3:7 v/v)").notes)
    assert any("another ratio" in note for note in electrolyte("LP50").notes)


def test_every_salt_and_solvent_has_a_prior() -> None:
    for salt in electrolyte_salts():
        for solvent in electrolyte_solvents():
            assert electrolyte(f"1 M {salt} in {solvent}").conductivity.value.value > 0


def test_audit_of_sources() -> None:
    known = references()
    for row in read_table("electrolytes"):
        assert row.source in known, row.where
        if "@" in row.property:
            assert row.kind != "assumed" or (row.low and row.high and row.note), row.where
            assert float(row.low) <= float(row.text) <= float(row.high), row.where
    for subject in by_subject("electrolytes"):
        assert subject.split(" ")[0] in {"salt", "solvent", "blend", "class"} or " in " in subject
    for name in electrolytes():
        assert set(electrolyte(f"1 M {name}").sources) <= set(known)
