"""Pictures of a growing deposit: metal, layer and salt as an image, bare and coated side by side, as a film."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib import get_data_path
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from alloycoat.morphology.growth import Growth
from alloycoat.report.words import quantity

Pixels = NDArray[np.uint8]

METAL = (214.0, 217.0, 221.0)
SHADE = (122.0, 128.0, 136.0)
LAYER = (213.0, 94.0, 0.0)
SALT = ((0.0, (8, 14, 38)), (0.35, (22, 62, 110)), (0.7, (52, 116, 158)), (1.0, (150, 205, 214)))
"""Colors of the electrolyte from the lowest to the highest concentration of a film."""
INK, PAPER = (34, 34, 34), (255, 255, 255)
LINE, PAD = 30, 12


def _salt(share: NDArray[np.floating]) -> NDArray[np.float64]:
    places = [place for place, _ in SALT]
    return np.stack([np.interp(share, places, [color[k] for _, color in SALT]) for k in range(3)], axis=-1)


def salt_range(sides: Sequence[tuple[str, Growth]]) -> tuple[float, float]:
    """Lowest and highest concentration of the electrolyte in mol/m3 in all frames; at least 2 % of the first apart."""
    first = sides[0][1].scene.liquid.concentration
    low, high = 0.99 * first, 1.01 * first
    for _, growth in sides:
        liquid = growth.concentration[growth.eta < 0.05]
        if liquid.size:
            low, high = min(low, float(liquid.min())), max(high, float(liquid.max()))
    return max(0.0, low), high


def picture(growth: Growth, frame: int, salt: tuple[float, float]) -> Pixels:
    """One frame as red, green, blue; one pixel a cell, the electrode below; salt: concentrations of dark and light.

    The metal is lit from the upper left, so that its surface is seen where it overlaps itself.
    """
    eta = np.clip(growth.eta[frame].astype(float), 0.0, 1.0)
    layer = np.clip(growth.layer[frame].astype(float), 0.0, 1.0)
    colors = _salt((growth.concentration[frame].astype(float) - salt[0]) / (salt[1] - salt[0]))
    colors += layer[..., None] * (np.array(LAYER) - colors)
    smooth = _blurred(eta)
    light = np.gradient(smooth, axis=1) - np.gradient(smooth, axis=0)
    shade = np.clip(0.25 + 2.2 * light, 0.0, 1.0)[..., None]
    metal = np.array(METAL) + shade * (np.array(SHADE) - np.array(METAL))
    share = eta[..., None] * eta[..., None] * (3.0 - 2.0 * eta[..., None])
    colors += share * (metal - colors)
    return np.asarray(np.clip(colors[::-1], 0, 255), dtype=np.uint8)


def _blurred(eta: NDArray[np.float64]) -> NDArray[np.float64]:
    for _ in range(2):
        eta = (np.roll(eta, 1, 1) + 2 * eta + np.roll(eta, -1, 1)) / 4
        padded = np.pad(eta, ((1, 1), (0, 0)), mode="edge")
        eta = (padded[:-2] + 2 * padded[1:-1] + padded[2:]) / 4
    return eta


def _font(size: int) -> Any:
    return ImageFont.truetype(str(Path(get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"), size)


def bar_length(width_m: float) -> tuple[float, str]:
    """A round length of about a quarter of the picture, and how it is written."""
    target = 0.3 * width_m
    power = 10.0 ** np.floor(np.log10(target))
    length = max(step for step in (power, 2 * power, 5 * power) if step <= target)
    return float(length), f"{length * 1e6:g} µm" if length < 1e-3 else f"{length * 1e3:g} mm"


def clock(seconds: float) -> str:
    """Time as people read it: "45 s", "12.5 min", "3.20 h"."""
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.1f} min" if seconds < 7200 else f"{seconds / 3600:.2f} h"


def doing(growth: Growth, time_s: float) -> str:
    """What is done to the electrode at a time: "plating at 2 mA/cm²", "rest", "stripping ..."."""
    end = 0.0
    for stage in growth.scene.stages:
        end += stage.seconds
        if time_s <= end * (1.0 + 1e-9) or stage is growth.scene.stages[-1]:
            break
    if stage.kind == "rest":
        return "rest"
    if stage.kind == "hold":
        return f"held at {quantity(stage.value, 'V')}"
    return f"{'plating' if stage.kind == 'plate' else 'stripping'} at {quantity(stage.value, 'A/m2')}"


def key(draw: ImageDraw.ImageDraw, right: int, top: int, salt: tuple[float, float], *, layer: bool, size: int) -> None:
    """What the colors are, ending at `right`: metal, coating, salt from low to high."""
    font, x = _font(size), float(right)
    low, high = (quantity(value, "mol/m3") for value in salt)
    high = f" {high} of salt"
    x -= draw.textlength(high, font)
    draw.text((x, top), high, INK, font)
    x -= 64
    for k in range(64):
        draw.line((x + k, top + 3, x + k, top + size), tuple(int(v) for v in _salt(np.array(k / 63.0))))
    x -= draw.textlength(f"{low} ", font)
    draw.text((x, top), f"{low} ", INK, font)
    for name, color in (("coating", LAYER), ("metal", METAL))[0 if layer else 1 :]:
        x -= draw.textlength(name, font) + 16
        draw.text((x, top), name, INK, font)
        x -= size + 5
        draw.rectangle((x, top + 3, x + size, top + size), tuple(int(v) for v in color), INK)


def scale_bar(draw: ImageDraw.ImageDraw, width_m: float, pixels: int, top: int, size: int) -> None:
    """A bar of a round length at the lower left, for a picture of `width_m` drawn `pixels` wide."""
    length, label = bar_length(width_m)
    long = round(length / width_m * pixels)
    draw.rectangle((PAD, top + size // 2 - 1, PAD + long, top + size // 2 + 3), INK)
    draw.text((PAD + long + 8, top), label, INK, _font(size))


@dataclass(frozen=True, slots=True)
class Film:
    """Frames of equal size (bare and coated side by side), their times in s."""

    frames: tuple[Image.Image, ...]
    time_s: tuple[float, ...]


def panels(
    sides: Sequence[tuple[str, Growth]], frame: int, time_s: float, salt: tuple[float, float], width: int = 420
) -> Image.Image:
    """The sides at one time next to each other, with names, clock and scale bar; a side that ended shows its end."""
    images = []
    for _, growth in sides:
        one = Image.fromarray(picture(growth, min(frame, len(growth.time_s) - 1), salt))
        height = round(width * one.height / one.width)
        images.append(one.resize((width, height), Image.Resampling.BICUBIC))
    tall = max(image.height for image in images)
    size = PAD + len(images) * (width + PAD), LINE + tall + LINE
    sheet = Image.new("RGB", size, PAPER)
    draw = ImageDraw.Draw(sheet)
    for k, ((name, growth), image) in enumerate(zip(sides, images, strict=True)):
        left = PAD + k * (width + PAD)
        sheet.paste(image, (left, LINE + tall - image.height))
        ended = frame >= len(growth.time_s) and growth.ended != "completed"
        last = min(frame, len(growth.time_s) - 1)
        text = f"{name}: {growth.ended} at {clock(float(growth.time_s[-1]))}" if ended else name
        if not ended:
            text += f", {quantity(float(growth.voltage[last]), 'V')}"
        draw.text((left, 7), text, INK, _font(16))
    longest = max((growth for _, growth in sides), key=lambda growth: len(growth.time_s))
    draw.text((size[0] - PAD, 7), f"{clock(time_s)}, {doing(longest, time_s)}", INK, _font(16), anchor="ra")
    scale_bar(draw, sides[0][1].scene.width, width, LINE + tall + 7, 14)
    coated = any(growth.scene.layer is not None for _, growth in sides)
    if len(sides) > 1:
        key(draw, size[0] - PAD, LINE + tall + 7, salt, layer=coated, size=13)
    return sheet


def film(sides: Sequence[tuple[str, Growth]], width: int = 420) -> Film:
    """The film of the sides, as long as the longest."""
    longest = max((growth for _, growth in sides), key=lambda growth: len(growth.time_s))
    times = tuple(float(time) for time in longest.time_s)
    salt = salt_range(sides)
    return Film(tuple(panels(sides, k, time, salt, width) for k, time in enumerate(times)), times)


def gif_bytes(shown: Film, seconds: float = 8.0) -> bytes:
    """The film as an animated gif of about `seconds`, its last frame held."""
    each = int(max(40, 1000 * seconds / len(shown.frames)))
    durations = [each] * (len(shown.frames) - 1) + [1500]
    # colors of the whole film: those of its last frame alone would turn the mixed ones of earlier frames dark
    some = [shown.frames[round(k * (len(shown.frames) - 1) / 5)] for k in range(6)]
    together = Image.new("RGB", (some[0].width, sum(frame.height for frame in some)))
    for k, frame in enumerate(some):
        together.paste(frame, (0, k * frame.height))
    colors = together.quantize(256, dither=Image.Dither.NONE)
    reduced = [frame.quantize(palette=colors, dither=Image.Dither.NONE) for frame in shown.frames]
    stream = io.BytesIO()
    reduced[0].save(
        stream, format="GIF", save_all=True, append_images=reduced[1:], duration=durations, loop=0, optimize=False
    )
    return stream.getvalue()


def data_uri(image: Image.Image, quality: int = 82) -> str:
    """An image as it can stand in a page."""
    stream = io.BytesIO()
    image.save(stream, format="WEBP", quality=quality, method=4)
    return "data:image/webp;base64," + base64.b64encode(stream.getvalue()).decode("ascii")


def png_bytes(image: Image.Image) -> bytes:
    """An image as png."""
    stream = io.BytesIO()
    image.save(stream, format="PNG", optimize=True)
    return stream.getvalue()


def sheet(sides: Sequence[tuple[str, Growth]], count: int = 5, width: int = 170) -> Image.Image:
    """`count` moments from first to last, one row a side: a picture for print."""
    longest = max(len(growth.time_s) for _, growth in sides)
    moments = sorted({round(k * (longest - 1) / max(1, count - 1)) for k in range(count)})
    rows, salt = [], salt_range(sides)
    for name, growth in sides:
        times = [float(growth.time_s[min(k, len(growth.time_s) - 1)]) for k in moments]
        images = [
            Image.fromarray(picture(growth, min(k, len(growth.time_s) - 1), salt)).resize(
                (width, round(width * growth.scene.ny / growth.scene.nx)), Image.Resampling.BICUBIC
            )
            for k in moments
        ]
        rows.append((name, times, images))
    tall = [row[2][0].height + LINE for row in rows]
    whole = Image.new("RGB", (PAD + len(moments) * (width + PAD), sum(tall) + LINE), PAPER)
    draw, top = ImageDraw.Draw(whole), 0
    for (name, times, images), height in zip(rows, tall, strict=True):
        for k, (time, image) in enumerate(zip(times, images, strict=True)):
            left = PAD + k * (width + PAD)
            draw.text((left, top + 9), f"{name}, {clock(time)}", INK, _font(13))
            whole.paste(image, (left, top + LINE))
        top += height
    scale_bar(draw, sides[0][1].scene.width, width, top + 8, 13)
    coated = any(growth.scene.layer is not None for _, growth in sides)
    key(draw, whole.width - PAD, top + 8, salt, layer=coated, size=13)
    return whole
