"""Separators: measured MacMullin numbers, loose names."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alloycoat.chemistry.separators import Separator, separator, separators
from alloycoat.chemistry.tables import read_table, references
from alloycoat.errors import AlloycoatError, MissingDataError


@pytest.mark.parametrize(
    ("name", "thickness", "porosity", "macmullin"),
    [
        ("Celgard 2325", 25e-6, 0.39, 10.0),
        ("Celgard 2320", 20e-6, 0.39, 10.0),
        ("Celgard 2500", 25e-6, 0.55, 4.5),
        ("Celgard 3500", 25e-6, 0.55, 6.1),
        ("Celgard H2013", 20e-6, 0.47, 6.9),
        ("Celgard C480", 21.5e-6, 0.5, 7.3),
        ("Freudenberg FS-3001-30", 28e-6, 0.6, 4.6),
        ("HDPE 1", 18.5e-6, 0.39, 14.0),
        ("HDPE 2", 16e-6, 0.43, 16.0),
    ],
)
def test_measured_films(name: str, thickness: float, porosity: float, macmullin: float) -> None:
    film = separator(name)
    assert film.thickness.value == pytest.approx(thickness)
    assert film.porosity.value == pytest.approx(porosity)
    assert film.macmullin.value == pytest.approx(macmullin)
    assert film.macmullin.kind == "measured"
    assert film.notes == ()


@pytest.mark.parametrize(
    "name", ["Celgard2325", "celgard 2325 ", "CELGARD-2325", "Celgard® 2325", "2325", "Celgard\u00a02325"]
)
def test_names_are_matched_loosely(name: str) -> None:
    assert separator(name).name == "Celgard 2325"


def test_names_read_back_and_values_are_sane() -> None:
    for name in separators():
        film = separator(name)
        assert film.name == name
        assert separator(film.name) == film
        assert 5e-6 < film.thickness.value < 1e-3
        assert 0.3 < film.porosity.value < 0.95
        assert 1.0 < film.macmullin.value < 20.0
        assert film.macmullin.value > 0.99 / film.porosity.value  # a straight pore is the least
        for value in (film.thickness, film.porosity, film.macmullin):
            assert value.low <= value.value <= value.high
            assert value.kind != "assumed" or value.note
    assert separator("Celgard 2400").macmullin.value == pytest.approx(9.8)
    assert separator("glass fiber").name == "Whatman GF/D"
    assert len(separator("GF/A").notes) == 3


def test_unknown_name_is_refused_with_the_nearest() -> None:
    with pytest.raises(MissingDataError, match=r"\[cell\] separator: 'Celgard 2352'.*did you mean 'Celgard 232"):
        separator("Celgard 2352")
    with pytest.raises(MissingDataError):
        separator(3)  # type: ignore[arg-type]


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=40))
def test_any_text_gives_a_separator_or_a_refusal(text: str) -> None:
    try:
        assert isinstance(separator(text), Separator)
    except AlloycoatError as error:
        assert "[cell] separator" in str(error)


def test_audit_of_sources() -> None:
    known = references()
    for row in read_table("separators"):
        assert row.source in known, row.where
        if row.property != "names":
            assert row.low and row.high, row.where
