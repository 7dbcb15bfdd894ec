from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from report_recipe import recipe

from alloycoat.coating import coat
from alloycoat.report.grains import Share, area, hand_out, tile
from alloycoat.report.layer_drawing import colors, draw_layer, nice_length
from alloycoat.report.style import tones

MERCURY = {"route": "amalgam", "composition": "Hg", "amount": "20 mg/cm^2"}


@pytest.mark.parametrize(("width", "height", "size"), [(560, 200, 17), (560, 64, 10), (100, 300, 25)])
def test_grains_fill_the_rectangle(width, height, size):
    grains = tile(width, height, size, seed=2)
    assert sum(map(area, grains)) == pytest.approx(width * height, rel=0.01)
    corners = np.concatenate(grains)
    assert corners.min() >= 0 and corners[:, 0].max() <= width and corners[:, 1].max() <= height


def test_phases_cover_their_volume_fractions():
    grains = tile(560, 200, 17)
    shares = [
        Share("outer", 0.2, False),
        Share("inner", 0.3, False),
        Share("salt", 0.35, True),
        Share("pores", 0.15, True),
    ]
    parts = hand_out(grains, shares, seed=5)
    total = sum(map(area, grains))
    for share in shares:
        assert sum(map(area, parts[share.name])) / total == pytest.approx(share.fraction, abs=0.01)
    depth = {name: np.mean([grain[:, 1].mean() for grain in found]) for name, found in parts.items()}
    assert depth["outer"] < depth["salt"] < depth["inner"]
    assert sum(len(found) for found in parts.values()) == len(grains)


def test_the_scale_bar_and_the_layer_share_one_scale():
    made = coat(recipe(), samples=32)
    svg = draw_layer(made, 250e-6)
    found = re.search(r'<line x1="([\d.]+)" y1="308.0" x2="([\d.]+)" y2="308.0"', svg)
    shown = re.search(r">([\d.]+)\u00a0(nm|µm)</text>", svg[found.end() - 10 :])
    bar = float(shown[1]) * {"nm": 1e-9, "µm": 1e-6}[shown[2]]
    scale = (float(found[2]) - float(found[1])) / bar
    top = float(re.search(r'<line x1="16.0" y1="([\d.]+)" x2="576.0" y2="\1"[^>]*/><text', svg)[1])
    assert (268 - top) / scale == pytest.approx(made.thickness.value, rel=0.01)


@pytest.mark.parametrize("samples", [0, 16])
def test_many_phases_and_no_interval_are_drawn(samples):
    metal = {"metal": "K", "thickness": "500 um", "area": "1.13 cm^2"}
    made = coat(recipe(anode=metal, coating=MERCURY, cell=None), samples=samples)
    svg = draw_layer(made, None)
    ET.fromstring(svg)
    assert len(set(colors(made).values())) == len(made.phases) + 1
    assert "whole foil" not in svg


def test_a_wide_interval_is_cut_with_an_arrow():
    sodium = {"metal": "Na", "thickness": "300 um", "area": "1.13 cm^2"}
    made = coat(
        recipe(anode=sodium, cell=None, coating={"route": "vapour", "precursor": "SnCl4", "time": "10 s"}), samples=64
    )
    assert made.thickness.high > 4 * made.thickness.value
    svg = draw_layer(made, 300e-6)
    assert "26Z" in svg
    ET.fromstring(svg)


def test_lengths_are_round():
    assert [nice_length(x) for x in (3.4e-6, 1e-6, 7e-9)] == pytest.approx([2e-6, 1e-6, 5e-9])


def test_tones_run_from_dark_to_light():
    ramp = ("#000000", "#808080", "#ffffff")
    assert tones(ramp, 1) == ["#808080"] and tones(ramp, 0) == []
    found = tones(ramp, 7)
    assert found == sorted(found) and len(set(found)) == 7
