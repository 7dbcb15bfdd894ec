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


MOOSE = [
    "The solid fraction is defined alike there and here (mean of (1 + φ)/2 over the 960 x 960 quarter). The published",
    "numbers do not agree among themselves: the files of the MOOSE entry (eastglow-zz/CHiMaD3_dendritic_growth) hold",
    "runs that end with tip and solid fraction of 199 and 0.0137, 235 and 0.0141, beside the 280.9 and 0.01878 on",
    "PFHub; their input switches the anisotropy off where |φ| > 0.9, which the problem does not. Of the 5 % in the",
    "solid fraction 3.9 % are the longer arms (1.9 % squared).",
    "",
]


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


# printed in the authors' scripts (BattModels/electrodep, lc_result.m): nodes of a mesh of 1 um with eta > 1/2, which
# makes them up to 1 um more than the place of the front
PRINTED = {48.6: 30, 102.6: 41, 150.4: 52, 198.4: 63, 252.4: 81, 300.4: 109, 324.4: 134, 348.3: 199}


PUBLISHED = """## The published models

`--preset hong2018` and `ahmad2020` run the models of Hong and Viswanathan (doi 10.1021/acsenergylett.8b01009) and of
Ahmad et al. (doi 10.1073/pnas.2008841117, isotropic liquid) with the parameters, initial fields, sides and noise of the
input files published with them, to be compared with the curves of the papers. Ours are finite volumes that conserve
lithium, theirs bilinear elements on nodes 1 µm apart. Their interface is about as thin as a cell: on cells of 1 µm a
flat front advances in steps of a cell (its speed swings between nothing and five times the mean; on cells of 0.5 µm by
a quarter) and all columns keep step, so that it roughens later than the equations say: when is a matter of seed and
mesh. Its mean speed, set by the salt that migrates in, is the same on both. Seed 0, highest front in µm:"""


def front(name: str) -> tuple[list[float], list[float]]:
    """Times in s and fronts in um of a kept run; nothing where it was not kept."""
    path = HERE / f"morphology_{name}.csv"
    if not path.exists():
        return [], []
    rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    return [float(row["time_s"]) for row in rows], [1e6 * float(row["front_m"]) for row in rows]


def at(kept: tuple[list[float], list[float]], time: float) -> str:
    """The front at a time, between two samples on a straight line."""
    times, places = kept
    for k in range(1, len(times)):
        if times[k - 1] <= time <= times[k]:
            share = (time - times[k - 1]) / (times[k] - times[k - 1])
            return f"{places[k - 1] + share * (places[k] - places[k - 1]):.1f}"
    return "across" if times and places[-1] > 190.0 else ""


def front_lines() -> list[str]:
    """The published models, where their fronts are kept."""
    hong, fine, flat, nucleus = (
        front(name) for name in ("hong2018", "hong2018_fine", "ahmad2020_flat", "ahmad2020")
    )  # fmt: skip
    if not hong[0]:
        return []
    lines = [
        *PUBLISHED.splitlines(), "",
        "| time / s | `hong2018` | `hong2018-fine` (to 150 s) | `ahmad2020` | `ahmad2020-flat` |",
        "|---|---|---|---|---|",
        *(
            f"| {time} | {at(hong, time)} | {at(fine, time)} | {at(nucleus, time)} | {at(flat, time)} |"
            for time in (0, 25, 50, 75, 100, 125, 150, 175, 200, 250, 300)
        ), "",
        f"`hong2018` is across at {hong[0][-1]:.0f} s.",
    ]  # fmt: skip
    if flat[0]:
        lines += [
            "", "Ahmad et al. print the front of their flat case for the isotropic liquid (in the scripts of the paper",
            "as a number of nodes: up to 1 µm more than the place of the front). One seed each; theirs is across at",
            "349 s, ours is slower to the end:", "",
            "| time / s | printed | `ahmad2020-flat` / µm |", "|---|---|---|",
            *(f"| {time:g} | {printed} | {at(flat, time)} |" for time, printed in PRINTED.items()),
        ]  # fmt: skip
    return lines


def page() -> str:
    """The whole page."""
    found = json.loads(PFHUB.read_text(encoding="utf-8"))
    lines = [HEAD + "\n".join(kernel_rows(found)), ""]
    lines += [
        "7a is run to t = 8 with the error in time extrapolated away for the order in space, on one mesh for the order",
        "in time. 3a: the limit is that of the two finest meshes, of fourth order; the tip is where phi = 0. Made by",
        "`python benchmarks/morphology_pfhub.py`.",
        "",
        *MOOSE,
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
