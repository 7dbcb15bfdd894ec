"""The layer as a cross-section to scale: phases by their volume fractions, thickness with its interval."""

from __future__ import annotations

import math
from collections.abc import Sequence

from alloycoat.coating import Coating
from alloycoat.report.grains import Array, Share, hand_out, tile
from alloycoat.report.style import INK, PALE, PHASE_COLORS, RULE, WATER, tones
from alloycoat.report.words import bounds, plain, quantity, subscripts
from alloycoat.sources import Estimate

WIDTH, LEFT, SECTION, INTERFACE, BOTTOM = 860, 16, 560, 268, 326
_TALLEST, _LOWEST = 215.0, 64.0  # height of the layer in px: at most, and at least where the interval is wide
_GRAIN = 17.0


def _text(x: float, y: float, text: str, anchor: str = "start", extra: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{extra}>{plain(text)}</text>'


def _line(x1: float, y1: float, x2: float, y2: float, width: float = 1.2, color: str = INK) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{color}" stroke-width="{width}"/>'


def _box(x: float, y: float, width: float, height: float, color: str, extra: str = "") -> str:
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{color}" {extra}/>'


def _path(grains: Sequence[Array], x: float, y: float) -> str:
    """The outlines of many grains as one path."""
    return "".join("M" + "L".join(f"{x + px:.1f} {y + py:.1f}" for px, py in grain.tolist()) + "Z" for grain in grains)


def colors(coating: Coating) -> dict[str, str]:
    """Color of each phase of the layer and of its pores; the same in drawing and table."""
    found: dict[str, str] = {}
    for role, ramp in PHASE_COLORS.items():
        names = [phase.formula for phase in coating.with_role(role)]
        found |= dict(zip(names, tones(ramp, len(names)), strict=True))
    found["pores"] = WATER
    return found


def _shares(coating: Coating) -> list[Share]:
    layered = [
        Share(phase.formula, phase.volume_fraction.value, scattered=False)
        for phase in coating.phases if phase.role != "byproduct"
    ]  # fmt: skip
    spread = [
        Share(phase.formula, phase.volume_fraction.value, scattered=True) for phase in coating.with_role("byproduct")
    ]
    return [*layered, *spread, Share("pores", coating.porosity.value, scattered=True)]


def nice_length(longest: float) -> float:
    """The largest of 1, 2, 5 times a power of ten that is not above `longest` (m)."""
    power = 10.0 ** math.floor(math.log10(longest))
    return max(step * power for step in (1.0, 2.0, 5.0) if step * power <= longest * (1 + 1e-9))


def _bracket(thickness: Estimate, scale: float, x: float) -> list[str]:
    """Thickness as a dimension line, its 10-90 % interval as a bar beside it, to scale."""
    top = INTERFACE - thickness.value * scale
    parts = [
        _line(x, top, x, INTERFACE), _line(x - 5, top, x + 5, top), _line(x - 5, INTERFACE, x + 5, INTERFACE),
        _text(x + 38, INTERFACE - 34, quantity(thickness.value, "m", 2), extra=' font-weight="600"'),
    ]  # fmt: skip
    if thickness.low < thickness.high:
        low, high = INTERFACE - thickness.low * scale, INTERFACE - thickness.high * scale
        bar = x + 20
        parts += [_line(bar, low, bar, max(high, 24), 5, RULE), _line(bar - 6, low, bar + 6, low, 2)]
        if high >= 24:
            parts.append(_line(bar - 6, high, bar + 6, high, 2))
        else:
            parts.append(f'<path d="M{bar - 6} 26L{bar} 14L{bar + 6} 26Z" fill="{INK}"/>')
        parts += [_text(x + 38, INTERFACE - 17, bounds(thickness, "m")), _text(x + 38, INTERFACE - 2, "(10–90 %)")]
    return parts


def _whole_foil(coating: Coating, foil: float, x: float) -> list[str]:
    """The same layer on the whole foil, drawn to the scale of the foil."""
    top, height, width = 44.0, BOTTOM - 44.0, 34.0
    layer = height * min(1.0, coating.thickness.value / foil)
    shown = max(layer, 0.8)
    note = "" if layer >= 0.8 else " (line thicker than to scale)"
    return [
        _text(x + width / 2, 18, "whole foil", "middle"),
        _text(x + width / 2, 34, quantity(foil, "m"), "middle"),
        _box(x, top, width, height, PALE, f'stroke="{INK}" stroke-width="0.8"'),
        _box(x, top, width, shown, PHASE_COLORS["alloy"][1]),
        f"<title>The layer on the whole foil of {plain(quantity(foil, 'm'))}{note}</title>",
    ]


def _legend(coating: Coating, y: float) -> tuple[list[str], float]:
    """Swatches with volume percent, wrapped to the width; (elements, y below them)."""
    palette = colors(coating)
    entries = [
        (phase.formula, subscripts(phase.formula), phase.role, phase.volume_fraction) for phase in coating.phases
    ]
    entries.append(("pores", "pores", "", coating.porosity))
    parts, x = [], float(LEFT)
    for key, name, role, share in entries:
        spread = "" if share.low == share.high else f" ({share.low * 100:.0f}–{share.high * 100:.0f})"
        named = {"byproduct": " by-product", "metal": " left-over metal", "alloy": " alloy"}.get(role, "")
        words = f"{name}{named}: {share.value * 100:.0f} vol%{spread}"
        length = 30 + 7.2 * len(words)
        if x + length > WIDTH and x > LEFT:
            x, y = float(LEFT), y + 22
        parts += [
            _box(x, y - 11, 14, 14, palette[key], f'stroke="{INK}" stroke-width="0.8"'),
            _text(x + 20, y, words),
        ]
        x += length
    return parts, y + 14


def draw_layer(coating: Coating, foil: float | None = None, seed: int = 0) -> str:
    """The layer as an svg: cross-section with scale bar, thickness and interval, legend.

    Height of the layer, widths and scale bar share one scale; each phase covers its volume fraction of the
    area. The shape of the grains is illustration. foil: thickness of the anode in m, drawn beside.
    """
    thickness = coating.thickness
    scale = max(min(_TALLEST / thickness.value, _TALLEST / thickness.high), _LOWEST / thickness.value)
    height = thickness.value * scale
    top = INTERFACE - height
    size = min(_GRAIN, height / 6)
    grains = hand_out(tile(SECTION, height, size, seed), _shares(coating), seed)
    palette = colors(coating)
    words = ", ".join(
        f"{subscripts(phase.formula)} {phase.volume_fraction.value * 100:.0f} vol%" for phase in coating.phases
    )
    bar = nice_length(150 / scale)
    end = LEFT + SECTION - 14
    title = f"Layer on {coating.anode}: {quantity(thickness.value, 'm')}, {words}"
    parts = [
        _box(LEFT, 8, SECTION, top - 8, WATER),
        _text(LEFT + 10, 26, "electrolyte"),
        _box(LEFT, top, SECTION, height, WATER),
    ]
    for name, polygons in grains.items():
        if polygons and name != "pores":
            parts.append(
                f'<path d="{_path(polygons, LEFT, top)}" fill="{palette[name]}" stroke="#ffffff" stroke-width="0.5">'
                f"<title>{plain(subscripts(name))}</title></path>"
            )
    parts += [
        _box(LEFT, INTERFACE, SECTION, BOTTOM - INTERFACE, PALE),
        _line(LEFT, INTERFACE, LEFT + SECTION, INTERFACE),
        _line(LEFT, top, LEFT + SECTION, top),
        _text(LEFT + 10, BOTTOM - 12, f"{coating.anode} metal"),
        _line(end - bar * scale, BOTTOM - 18, end, BOTTOM - 18, 4),
        _text(end - bar * scale / 2, BOTTOM - 26, quantity(bar, "m"), "middle"),
        *_bracket(thickness, scale, LEFT + SECTION + 22),
    ]
    if foil is not None:
        parts += ["<g>", *_whole_foil(coating, foil, WIDTH - 66), "</g>"]
    legend, end_y = _legend(coating, BOTTOM + 26)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {end_y:.0f}" role="img" '
        'class="drawing" font-family="system-ui, Helvetica, Arial, sans-serif" font-size="13" '
        f'fill="{INK}"><title>{plain(title)}</title>' + "".join([*parts, *legend]) + "</svg>"
    )
