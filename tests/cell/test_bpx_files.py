"""BPX: positives in, partial documents out; nothing in a file is run."""

import json

import numba
import pytest

from alloycoat.cell.full import full
from alloycoat.cell.full_cycle import cycle_full
from alloycoat.errors import AlloycoatError, DataFileError
from alloycoat.interop.bpx_files import evaluate, read_bpx_positive, to_bpx, write_bpx
from alloycoat.recipe import Protocol

bpx = pytest.importorskip("bpx")


def made(name="NMC811", **more):
    given = {"anode": "Li", "positive": name, "loading": "2 mAh/cm2", "electrolyte": "1 M LiPF6 in EC/DMC"}
    return full(**{**given, "area": "1 cm^2", "efficiency": 1.0, **more})


@pytest.mark.skipif(bool(numba.config.DISABLE_JIT), reason="a whole test: minutes without the compiler")
def test_a_cell_written_and_read_back_discharges_alike(tmp_path) -> None:
    cell = made()
    file = write_bpx(cell, tmp_path / "nmc.json")
    back = made(read_bpx_positive(file))
    step = Protocol.model_validate({"steps": ["Charge at C/5 until 4.2 V", "Discharge at C/2 until 3.6 V"]})
    one, two = (cycle_full(each, step).record for each in (cell, back))
    assert back.thickness == pytest.approx(cell.thickness, rel=1e-6)
    assert two.time_s[-1] == pytest.approx(one.time_s[-1], rel=0.01)


def test_document_is_one_of_the_standard() -> None:
    document = to_bpx(made("LFP"))
    parsed = bpx.parse_bpx_obj(json.loads(json.dumps(document)))
    assert parsed.header.model == "Partial"
    assert parsed.parameterisation.negative_electrode is None


@pytest.mark.parametrize(
    ("text", "x", "value"),
    [("1 + 2*x", 3.0, 7.0), ("-exp(-x)**2", 0.0, -1.0), ("4.2 - 0.1*tanh(10*(x-0.5))", 0.5, 4.2)],
)
def test_arithmetic_is_read(text, x, value) -> None:
    assert evaluate(text, x) == pytest.approx(value)


@pytest.mark.parametrize(
    "text", ["__import__('os')", "x.real", "x if x else 1", "[x]", "open('a')", "exp(x, x)", "1/0", ""]
)
def test_anything_else_is_refused(text) -> None:
    with pytest.raises(DataFileError, match="BPX function"):
        evaluate(text, 1.0)


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"Header": {"BPX": "1.1.0", "Model": "DFN"}}', "\x00\x01"])
def test_broken_files_are_refused(text, tmp_path) -> None:
    file = tmp_path / "broken.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(AlloycoatError, match=r"broken\.json"):
        read_bpx_positive(file)


def test_other_metals_and_missing_electrodes_are_refused(tmp_path) -> None:
    document = to_bpx(made())
    del document["Parameterisation"]["Positive electrode"]
    file = tmp_path / "none.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(DataFileError, match="positive electrode"):
        read_bpx_positive(file)
    with pytest.raises(DataFileError, match="about lithium"):
        read_bpx_positive(file, anode="Na")


@pytest.mark.parametrize(
    ("curve", "words"),
    [("0.2 + 0.1*exp(-x)", "another chemistry"), ("3.4 + 0.5*x", "rises"), ("6.0 - x", "another chemistry")],
)
def test_curves_of_another_chemistry_are_refused(curve, words, tmp_path) -> None:
    document = to_bpx(made())
    document["Parameterisation"]["Positive electrode"]["OCP [V]"] = curve
    file = tmp_path / "other.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(DataFileError, match=words):
        read_bpx_positive(file)
