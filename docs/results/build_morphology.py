"""Renews docs/results/morphology.md and its pictures: `python docs/results/build_morphology.py [--example]`.

Reads docs/results/morphology_pfhub.json (made by benchmarks/morphology_pfhub.py) and, where it is there, what
benchmarks/morphology_verification.py has found. With --example the example recipe is grown anew (quick preset).
"""

from __future__ import annotations

import argparse
import csv
import json
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
EXAMPLE = HERE.parent.parent / "examples" / "li-incl3-dip.toml"
PFHUB, GROWN, PAGE = HERE / "morphology_pfhub.json", HERE / "morphology_example.json", HERE / "morphology.md"
PICTURE = HERE / "morphology_frames.png"

PLATED = ("mean_m", "tip_m", "rms_m", "arc_length_ratio", "porosity")

HEAD = """# Growth of deposits: verification and an example

<!-- Made by docs/results/build_morphology.py: do not edit. -->

What the code of `alloycoat grow` was checked with, and what it shows for one recipe. The model is described where its
inputs are ([data](../physics/data.md)); the cost of all this stands among the [benchmarks](../benchmarks.md).

## Verification of the kernels

| case | what is compared | found | wanted |
|---|---|---|---|
"""


def grow_example() -> None:
    """Grow the example recipe and keep its frames and numbers."""
    from alloycoat.recipe import Recipe
    from alloycoat.report.growth_document import to_json
    from alloycoat.report.growth_film import png_bytes, sheet
    from alloycoat.report.growth_job import grow_recipe

    with tempfile.TemporaryDirectory() as folder:
        run = grow_recipe(
            Recipe.load(EXAMPLE), "quick", (0,), Path(folder), resume=False, name=EXAMPLE.stem,
            tell=lambda *_: None, say=print,
        )  # fmt: skip
    PICTURE.write_bytes(png_bytes(sheet([(side.name, side.runs[0]) for side in run.sides])))
    document = to_json(run)
    kept = {"title": run.title, "conditions": document["conditions"], "warnings": list(run.warnings)}
    for name in ("bare", "coated"):
        side = document[name]
        peak = max(range(len(side["time_s"])), key=lambda k: side["mean_m"][k])
        kept[name] = {
            "first_dendrite_s": side["first_dendrite_s"][0], "span_s": side["span_s"][0],
            "span_lower_s": side["span_lower_s"][0], "charge_balance_error": side["charge_balance_error"],
            "plated_time_s": side["time_s"][peak],
            **{f"plated_{key}": side[key][peak] for key in PLATED},
            "end_isolated": side["isolated"][-1],
        }  # fmt: skip
    GROWN.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


def kernel_rows(found: dict) -> list[str]:
    """The table of the kernels."""
    rows = []
    if "7a" in found:
        space, time = found["7a"]["order_in_space"], found["7a"]["order_in_time"]
        rows += [
            f"| PFHub 7a, manufactured solution | order in space, finest two meshes | {space[-1]:.3f} | 2.00 ± 0.05 |",
            f"| PFHub 7a | order in time, finest two steps | {time[-1]:.2f} | 2 |",
        ]
    if "interface" in found:
        ratio = found["interface"]["energy_over_exact"]
        rows.append(f"| planar interface | energy over exact, 4 cells a width | {ratio['4']:.4f} | 1 ± 0.01 |")
    if "circle" in found:
        ratio = found["circle"]["rate_over_exact"]
        rows.append(f"| shrinking circle | loss of radius² over exact, 8 cells a width | {ratio['8']:.4f} | 1 ± 0.01 |")
    if "3a" in found:
        part = found["3a"]
        last, limit, printed = part["runs"][-1], part["extrapolated"], part["published"]
        for name, text in (("tip", "tip"), ("solid_fraction", "solid fraction")):
            away = 100 * (last[name] / limit[name] - 1)
            rows.append(
                f"| PFHub 3a, dendrite at t = 1500 | {text}, cells of {last['spacing']:g} | {last[name]:.5g}, "
                f"{away:+.2f} % from its limit {limit[name]:.5g} | limit ± 1 % |"
            )
            away = 100 * (limit[name] / printed[name] - 1)
            met = "± 3 %" if abs(away) <= 3.0 else "± 3 %: not met"
            what = f"{text}, limit against {printed['code']}"
            rows.append(f"| PFHub 3a | {what} | {away:+.1f} % of {printed[name]:g} | {met} |")
    return rows


def cost_rows(found: dict) -> list[str]:
    """Error against cost of the dendrite."""
    part, lines = found["3a"], ["| cell | steps | tip | from the limit | CPU s |", "|---|---|---|---|---|"]
    for run in part["runs"]:
        away = 100 * (run["tip"] / part["extrapolated"]["tip"] - 1)
        lines.append(f"| {run['spacing']:g} | {run['steps']} | {run['tip']:.2f} | {away:+.2f} % | {run['cpu_s']:.0f} |")
    return lines


def micrometres(value: float | None) -> str:
    return "none" if value is None else f"{1e6 * value:.2f} µm"


def example_lines() -> list[str]:
    """The example recipe, bare and coated."""
    kept = json.loads(GROWN.read_text(encoding="utf-8"))
    bare, coated = kept["bare"], kept["coated"]

    def first(side: dict) -> str:
        at = side["first_dendrite_s"]
        return "none" if at is None else f"{at / 60:.0f} min"

    def span(side: dict) -> str:
        return f"> {side['span_lower_s'] / 60:.0f} min" if side["span_s"] is None else f"{side['span_s'] / 60:.0f} min"

    rows = [
        ("first dendrite", first(bare), first(coated)),
        ("time to span the gap", span(bare), span(coated)),
        *(
            (f"{text}, when most is plated", micrometres(bare[f"plated_{key}"]), micrometres(coated[f"plated_{key}"]))
            for key, text in (("mean_m", "mean height"), ("tip_m", "highest tip"), ("rms_m", "roughness (RMS)"))
        ),
        ("length of the front over the width", *(f"{side['plated_arc_length_ratio']:.2f}" for side in (bare, coated))),
        ("pores in the deposit", *(f"{100 * side['plated_porosity']:.1f} %" for side in (bare, coated))),
        ("metal without contact at the end", *(f"{100 * side['end_isolated']:.2f} %" for side in (bare, coated))),
        ("error of the charge balance", *(f"{side['charge_balance_error']:.0e}" for side in (bare, coated))),
    ]
    share = kept["conditions"]["share_of_limiting_current"]
    rougher = coated["plated_rms_m"] > bare["plated_rms_m"]
    remark = (
        "Here the coated electrode is the rougher one: the assumed coverage leaves a hole, the current gathers in it"
        "\nand metal grows out; under the layer the front is flat."
        if rougher
        else "Here the coated electrode is the smoother one."
    )
    return [
        "## The example recipe", "",
        f"{kept['title']}: `alloycoat grow examples/{EXAMPLE.name} --preset quick`, one seed, at {share:.2f} of the",
        "limiting current density. One picture is one seed of an assumed disorder: it shows what the model does, not",
        "what a cell will do.", "", remark, "",
        f"![Frames of the bare and the coated electrode]({PICTURE.name})", "",
        "| | bare | coated |", "|---|---|---|", *(f"| {a} | {b} | {c} |" for a, b, c in rows), "",
        "Assumed in it:", "", *(f"- {text}" for text in kept["warnings"]), "",
    ]  # fmt: skip


def front_lines() -> list[str]:
    """The published models, where their fronts are kept."""
    path = HERE / "morphology_hong2018.csv"
    if not path.exists():
        return []
    rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    chosen = [row for row in rows if float(row["time_s"]) % 50 == 0]
    return [
        "## The published models", "",
        "`--preset hong2018` and `ahmad2020` run the models of Hong and Viswanathan (doi",
        "10.1021/acsenergylett.8b01009) and of Ahmad et al. (doi 10.1073/pnas.2008841117, bare liquid) with their",
        "parameters on their mesh. Their interface, about as thin as a cell, is not resolved there: fronts stick to",
        "the mesh, and another mesh gives another curve. They are there to be compared with the curves of the papers.",
        "Highest front of `hong2018`, seed 0:", "",
        "| time / s | front / µm |", "|---|---|",
        *(f"| {float(row['time_s']):g} | {1e6 * float(row['front_m']):.1f} |" for row in chosen), "",
        f"The run ends at {float(rows[-1]['time_s']):g} s, {1e6 * float(rows[-1]['front_m']):.0f} µm: the front is",
        "across.",
    ]  # fmt: skip


def page() -> str:
    """The whole page."""
    found = json.loads(PFHUB.read_text(encoding="utf-8"))
    lines = [HEAD + "\n".join(kernel_rows(found)), ""]
    lines += [
        "7a is run to t = 8 with the error in time extrapolated away for the order in space, on one mesh for the order",
        "in time. 3a: the limit is that of the two finest meshes, of fourth order; the tip is where phi = 0. Made by",
        "`python benchmarks/morphology_pfhub.py`.",
        "",
    ]
    if "3a" in found:
        lines += ["Error against cost of 3a, one thread:", "", *cost_rows(found), ""]
    extra = HERE / "morphology_verification.txt"
    if extra.exists():
        lines += [extra.read_text(encoding="utf-8").strip(), ""]
    return "\n".join([*lines, *example_lines(), *front_lines()]).rstrip() + "\n"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--example", action="store_true")
    if parser.parse_args().example or not GROWN.exists():
        grow_example()
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
