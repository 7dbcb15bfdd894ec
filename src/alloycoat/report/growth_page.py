"""The page of a growth run: film with a slider, frames for print, curves, numbers; opens offline."""

from __future__ import annotations

from collections.abc import Sequence

from alloycoat.report.bibliography import resolve
from alloycoat.report.growth_document import largest_current, limits
from alloycoat.report.growth_film import Film, clock, data_uri, salt_range, sheet
from alloycoat.report.growth_job import GrowthRun, GrowthSide
from alloycoat.report.page import frame
from alloycoat.report.sections_cell import sources, warnings
from alloycoat.report.words import figure, html, number, plain, quantity, table

PLAYER = """
<div class="player">
<img id="film" alt="{alt}" width="{width}" height="{height}" src="{first}">
<p><button id="play" type="button">Pause</button>
<input id="place" type="range" min="0" max="{last}" value="0" aria-label="time" style="width: 60%">
<output id="clock">{begin}</output></p>
</div>
<script>
(function () {{
  const frames = {frames}, clocks = {clocks};
  const film = document.getElementById("film"), place = document.getElementById("place");
  const clock = document.getElementById("clock"), play = document.getElementById("play");
  let now = 0, timer = null;
  function show(k) {{ now = k; film.src = frames[k]; place.value = k; clock.textContent = clocks[k]; }}
  function stop() {{ clearInterval(timer); timer = null; play.textContent = "Play"; }}
  function start() {{
    play.textContent = "Pause";
    timer = setInterval(function () {{ show((now + 1) % frames.length); }}, {pause});
  }}
  play.onclick = function () {{ if (timer) stop(); else start(); }};
  place.oninput = function () {{ stop(); show(+place.value); }};
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) {{ show(frames.length - 1); stop(); }} else start();
}})();
</script>
"""
STYLE = (
    "<style>.player img { max-width: 100%; height: auto; display: block; } "
    "@media print { .player { display: none; } }</style>"
)
KEY = (
    "Grey: metal. Orange: coating. Blue: electrolyte, darkest at {low} and lightest at {high} of salt. Bare and coated "
    "start from the same surface with the same seeded disorder and the same noise."
)


def player(shown: Film, alt: str) -> str:
    """The film with play button and slider, its frames inside the page."""
    images = ", ".join(f'"{data_uri(image)}"' for image in shown.frames)
    width, height = shown.frames[0].size
    return PLAYER.format(
        alt=plain(alt), width=width, height=height, first=data_uri(shown.frames[0]), last=len(shown.frames) - 1,
        begin=clock(shown.time_s[0]), frames=f"[{images}]",
        clocks="[" + ", ".join(f'"{clock(t)}"' for t in shown.time_s) + "]",
        pause=max(60, round(9000 / len(shown.frames))),
    )  # fmt: skip


def _first(side: GrowthSide) -> str:
    times = [time for time in side.spread.first_dendrite_s if time is not None]
    missing = len(side.spread.first_dendrite_s) - len(times)
    shown = ", ".join(clock(time) for time in sorted(times))
    seen = clock(min(side.spread.span_lower_s))
    if not times:
        return f"none in {seen}"
    return shown + (f"; none in {missing} of {len(times) + missing} runs" if missing else "")


def _span(side: GrowthSide) -> str:
    times = [time for time in side.spread.span_s if time is not None]
    return ", ".join(clock(time) for time in times) if times else f"> {clock(min(side.spread.span_lower_s))}"


def _value(side: GrowthSide, name: str, unit: str, *, last: bool = False) -> str:
    """A descriptor when most metal is plated, or at the end."""
    found = side.spread
    k = -1 if last else int(found.median["mean_m"].argmax())
    value = quantity(float(found.median[name][k]), unit)
    if len(side.runs) == 1:
        return value
    low, high = (quantity(float(band[name][k]), unit) for band in (found.low, found.high))
    return f"{value} ({low} to {high})"


def _on_top(side: GrowthSide) -> str:
    shares = [float(growth.facts["metal_on_layer_share"]) for growth in side.runs if growth.scene.layer is not None]
    if not shares:
        return "no coating"
    low, high = (quantity(value, "%") for value in (min(shares), max(shares)))
    return low if low == high else f"{low} to {high}"


def _numbers(run: GrowthRun) -> str:
    head = ["", *(f'<span class="{side.name}">{side.name}</span>' for side in run.sides)]
    rows: list[Sequence[str]] = [
        ["First dendrite", *(_first(side) for side in run.sides)],
        ["Time to span the gap", *(_span(side) for side in run.sides)],
        ["Highest tip", *(_value(side, "tip_m", "m") for side in run.sides)],
        ["Mean height", *(_value(side, "mean_m", "m") for side in run.sides)],
        ["Roughness (RMS)", *(_value(side, "rms_m", "m") for side in run.sides)],
        ["Length of the front over the width", *(_value(side, "arc_length_ratio", "") for side in run.sides)],
        ["Dendrites", *(_value(side, "dendrites", "") for side in run.sides)],
        ["Pores in the deposit", *(_value(side, "porosity", "%") for side in run.sides)],
        ["Width that is covered by deposit", *(_value(side, "coverage", "%") for side in run.sides)],
        ["Metal on the outer face of the coating, at the end", *(_on_top(side) for side in run.sides)],
        ["Metal without contact at the end", *(_value(side, "isolated", "%", last=True) for side in run.sides)],
        ["Ended", *(", ".join(sorted({plain(growth.ended) for growth in side.runs})) for side in run.sides)],
        ["Error of the charge balance", *(number(max(g.charge_error for g in side.runs), 2) for side in run.sides)],
    ]
    caption = "Heights, roughness, dendrites, pores and cover: when most metal is plated."
    return table(rows, head, caption)


def _conditions(run: GrowthRun) -> str:
    scene = run.sides[0].runs[0].scene
    limit, sand = limits(scene)
    current = largest_current(scene)
    lasts = quantity(sand, "s") if current > 0 else "no plating at a fixed current"
    if 0 < current < limit:
        lasts += " in a thicker electrolyte; in this gap, below the limiting current density, the salt lasts"
    size = f"{quantity(scene.width, 'm')} wide, {quantity(scene.height, 'm')} high"
    rows = [
        ["Geometry", f"{plain(scene.geometry)} cell, {quantity(scene.gap, 'm')} from electrode to counter electrode"],
        ["Picture", f"{size}, {scene.nx} × {scene.ny} cells of {quantity(scene.dx, 'm')}; periodic from side to side"],
        ["Plating", f"{quantity(current, 'A/m2')}, {number(current / limit, 2)} of the limiting current density"],
        ["Limiting current density", quantity(limit, "A/m2")],
        ["Sand's time", lasts],
        ["Simulated", f"{clock(scene.seconds)}, seeds {', '.join(map(str, run.seeds))}, preset {plain(run.preset)}"],
    ]  # fmt: skip
    if run.wall_s > 0:
        rows.append(["Computed in", clock(run.wall_s)])
    return table(rows, kind="facts")


def growth_page(run: GrowthRun, shown: Film, svgs: dict[str, str]) -> str:
    """The report of a growth run as html."""
    pairs = [(side.name, side.runs[0]) for side in run.sides]
    names = " and ".join(side.name for side in run.sides)
    alt = f"Film of the deposit, {names}, {clock(shown.time_s[-1])}"
    strip = f'<img style="max-width: 100%" alt="Frames of the film" src="{data_uri(sheet(pairs), 88)}">'
    seeds = f"the first of {len(run.seeds)} seeds" if len(run.seeds) > 1 else f"seed {run.seeds[0]}"
    note = "<p>Interrupted: what is shown is what was computed until then.</p>" if run.interrupted else ""
    low, high = (quantity(value, "mol/m3") for value in salt_range(pairs))
    key = KEY.format(low=low, high=high)
    bands = " Bands: 10th to 90th percentile of the seeds." if len(run.seeds) > 1 else ""
    anode = plain(pairs[0][1].scene.anode)
    lead = f'<p class="lead">{names.capitalize()} {anode} under a virtual microscope, {seeds}.</p>'
    body = [
        STYLE, f"<h1>{html(run.title)}: the deposit as it grows</h1>",
        lead,
        note, player(shown, alt), f"<p>{key}</p>",
        "<h2>Numbers</h2>", _numbers(run),
        figure(svgs["descriptors"], f"Full: median; dotted: mean height of the deposit.{bands}"),
        figure(svgs["voltage"], "Voltage of the metal against the counter electrode; first seed. Negative: it plates."),
        "<h2>Frames</h2>", figure(strip, "The same run at equal intervals."),
        "<h2>Conditions</h2>", _conditions(run), warnings(run.warnings), sources(resolve(run.sources)),
    ]  # fmt: skip
    return frame(run.title, body)
