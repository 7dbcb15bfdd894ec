"""The kernel of the plain cell against PyBaMM on the same equations: cost and error per half-cycle, and a sweep.

    python benchmarks/cell_pybamm.py              tables, a minute or two
    python benchmarks/cell_pybamm.py --write      docs/_static/cell_cost.svg and the tables cell_cost.txt as well

A voltage a minute. CPU time of one thread, the best of several, all in one process; error: the largest from 60 s after
each switch against a converged solution (48 points, tolerance 1e-7; benchmarks/pybamm_oracle.py shows that PyBaMM
converges to the same). The last case is 0.5 mm thick: its salt still settles when the half-cycle ends, so that the
error is that of the time steps; behind a separator the voltage stands still after some ten seconds. Our time is that
of the whole `cycle` with its record, PyBaMM's that of solving alone. Needs the extra `pybamm`.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

os.environ.setdefault("PYBAMM_DISABLE_TELEMETRY", "true")

import numpy as np
import pybamm

from alloycoat.cell import Cell, Settings, cycle, draw, sweep, symmetric
from alloycoat.interop import SymmetricCell, pybamm_parameters
from alloycoat.recipe import Protocol, plate_strip

STATIC = Path(__file__).resolve().parent.parent / "docs" / "_static"
COUNT = 10  # half-cycles that are compared
CASES = (
    ("1 M LiTFSI in DOL/DME", 2.0, 60, None),
    ("1 M LiPF6 in EC/DMC", 2.0, 60, None),
    ("1 M LiPF6 in EC/DMC", 10.0, 10, None),
    ("1 M LiPF6 in EC/DMC", 1.0, 30, 5e-4),
)
TOLERANCES = (1e-2, 1e-3, 3e-4, 1e-4, 1e-5, 1e-6)


def best_of(work: Callable[[], Any], times: int, enough: float = 8.0) -> tuple[float, Any]:
    """Shortest CPU time of up to `times` runs (fewer after `enough` seconds), and the last answer."""
    spent: list[float] = []
    while len(spent) < times and sum(spent) < enough:
        start = time.process_time()
        answer = work()
        spent.append(time.process_time() - start)
    return min(spent), answer


class Case:
    """One cell and current; every solution is the voltages by half-cycle and minute."""

    def __init__(self, electrolyte: str, density: float, minutes: int, length: float | None) -> None:
        self.cell: Cell = symmetric(anode="Li", electrolyte=electrolyte, area=1e-4)
        self.density, self.minutes = density, minutes
        self.label = f"{electrolyte}, {density:g} mA/cm2, {minutes} min"
        if length is not None:
            self.cell = replace(self.cell, separator_thickness=length)
            self.label += f", {1e3 * length:g} mm thick"
        self.exact = self.ours(Settings(48, 1e-7))

    def protocol(self, cycles: int) -> Protocol:
        steps = [
            f"{verb} at {self.density} mA/cm2 for {self.minutes} minutes (1 minute period)"
            for verb in ("Plate", "Strip")
        ]
        return Protocol.model_validate({"steps": steps, "cycles": cycles})

    def ours(self, settings: Settings | None, half_cycles: int = COUNT) -> np.ndarray:
        """The record of `cycle`, every cycle solved."""
        record = cycle(self.cell, self.protocol(half_cycles // 2), settings=settings, reuse=False)
        return record.voltage_V.reshape(half_cycles, self.minutes)

    def error(self, voltages: np.ndarray) -> float:
        """Largest error in mV from 60 s after each switch."""
        return 1e3 * float(np.max(np.abs(voltages - self.exact)))

    def experiment(self, form: str, points: int, rtol: float, atol: float) -> Callable[[], Any]:
        """PyBaMM's Experiment, built: a function that solves it."""
        steps = [f"{verb} at {self.density} mA for {self.minutes} minutes" for verb in ("Discharge", "Charge")]
        simulation = pybamm.Simulation(
            SymmetricCell(form=form, points=points),
            experiment=pybamm.Experiment(steps * (COUNT // 2), period="1 minute"),
            parameter_values=pybamm.ParameterValues(pybamm_parameters(self.cell)),
            solver=pybamm.IDAKLUSolver(rtol=rtol, atol=atol),
        )  # fmt: skip
        simulation.solve()
        return simulation.solve

    def of_experiment(self, solution: Any) -> np.ndarray:
        steps = [step for part in solution.cycles for step in part.steps]
        return np.array([step["Voltage [V]"].entries[1:] for step in steps])

    def loop(self, points: int, rtol: float, atol: float) -> Callable[[], Any]:
        """PyBaMM's solver stepped by hand, its functions compiled ahead of time, the voltage as output variable."""
        model = SymmetricCell(points=points)
        values = pybamm.ParameterValues(pybamm_parameters(self.cell))
        values["Current function [A]"] = "[input]"
        geometry = model.default_geometry
        values.process_model(model)
        values.process_geometry(geometry)
        mesh = pybamm.Mesh(geometry, model.default_submesh_types, model.default_var_pts)
        pybamm.Discretisation(mesh, model.default_spatial_methods).process_model(model)
        solver = pybamm.IDAKLUSolver(rtol=rtol, atol=atol, options={"compile": True})
        seconds, ampere = 60.0 * self.minutes, 1e-3 * self.density
        times = np.linspace(0.0, seconds, self.minutes + 1)

        def run() -> np.ndarray:
            solution, found = None, []
            for k in range(COUNT):
                inputs = {"Current function [A]": ampere * (-1) ** k}
                solution = solver.step(solution, model, seconds, t_interp=times, inputs=inputs, save=False)
                found.append(solution)
            return found

        run()
        return run

    def of_loop(self, solutions: Any) -> np.ndarray:
        return np.array([part["Voltage [V]"].entries[-self.minutes :] for part in solutions])


def pybamm_rows(case: Case) -> list[dict[str, Any]]:
    """PyBaMM's ways, each as cost in ms and error in mV."""
    rows = []
    for label, form, points, rtol, atol in (
        ("Experiment, ODE, default", "ode", 50, 1e-4, 1e-6),
        ("Experiment, ODE, 20 points, default", "ode", 20, 1e-4, 1e-6),
        ("Experiment, ODE, 1e-6/1e-8", "ode", 50, 1e-6, 1e-8),
        ("Experiment, ODE, 1e-8/1e-10", "ode", 50, 1e-8, 1e-10),
        ("Experiment, DAE, default", "dae", 50, 1e-4, 1e-6),
    ):
        spent, solution = best_of(case.experiment(form, points, rtol, atol), 3, 1.0)
        rows.append(_row("PyBaMM", label, spent, case.error(case.of_experiment(solution))))
    for label, points, rtol, atol in (
        ("solver.step, compiled, default", 50, 1e-4, 1e-6),
        ("solver.step, compiled, 20 points, default", 20, 1e-4, 1e-6),
        ("solver.step, compiled, 1e-6/1e-8", 50, 1e-6, 1e-8),
        ("solver.step, compiled, 1e-8/1e-10", 50, 1e-8, 1e-10),
    ):
        spent, solution = best_of(case.loop(points, rtol, atol), 6, 1.0)
        rows.append(_row("PyBaMM", label, spent, case.error(case.of_loop(solution))))
    return rows


def our_rows(case: Case) -> list[dict[str, Any]]:
    """The whole of `cycle` with its record, at the default and at several tolerances."""
    many = 200
    rows = []
    for settings in (None, *(Settings(None, tolerance) for tolerance in TOLERANCES), Settings(24, 1e-6)):
        label = "default" if settings is None else f"{settings.volumes or 'auto'} points, {settings.tolerance:.0e}"
        spent, _ = best_of(lambda s=settings: case.ours(s, many), 6, 1.0)
        rows.append(_row("alloycoat", label, spent * COUNT / many, case.error(case.ours(settings))))
    return rows


def _row(who: str, label: str, spent: float, error: float) -> dict[str, Any]:
    return {"who": who, "label": label, "ms": round(1e3 * spent / COUNT, 5), "error_mV": float(f"{error:.2g}")}


SWEPT = (
    ("1 M LiTFSI in DOL/DME", 2.0, "1 h", None),
    ("1 M LiPF6 in EC/DMC", 0.5, "1 h", None),
    ("1 M LiPF6 in EC/DMC", 2.0, "1 h", None),
    ("1 M LiPF6 in EC/DMC", 5.0, "30 min", None),
    ("1 M LiPF6 in EC/DMC", 10.0, "10 min", None),
    ("1 M LiPF6 in EC/DMC", 1.0, "30 min", 5e-4),
)


def in_turn(case: Case) -> dict[str, float]:
    """CPU ms per half-cycle of our default and of PyBaMM's two ways at theirs, in turn, the best of five each."""
    ways = {
        "cycle": lambda: case.ours(None, 200), "Experiment": case.experiment("ode", 50, 1e-4, 1e-6),
        "solver.step": case.loop(50, 1e-4, 1e-6),
    }  # fmt: skip
    spent = dict.fromkeys(ways, np.inf)
    for _ in range(5):
        for name, way in ways.items():
            half_cycles = 200 if name == "cycle" else COUNT
            spent[name] = min(spent[name], 1e3 * best_of(way, 1)[0] / half_cycles)
    return spent


def drawn(cell: Cell) -> dict[str, np.ndarray]:
    """1,000 samples of the cell; of the separator's thickness only where it is the tabulated one."""
    samples, usual = draw(cell, 1000), symmetric(anode="Li", electrolyte=cell.electrolyte, area=1e-4)
    if cell.separator_thickness != usual.separator_thickness:
        del samples["separator_thickness"]
    return samples


def sweep_errors(cell: Cell, test: Protocol) -> tuple[float, float, float]:
    """Errors in mV of 40 samples, two cycles, against 48 points and a tolerance of 1e-6.

    The largest from 60 s after each switch, the largest of all rows (the first is 8 ms behind a switch, 3 s in the
    thick cell), and the 90th percentile of those of the samples.
    """
    samples = {name: values[:40] for name, values in drawn(cell).items()}
    exact, found = (
        sweep(cell, test, samples, max_cycles=2, every=True, settings=settings)
        for settings in (Settings(48, 1e-6), None)
    )
    whole = [k for k in range(40) if exact.ended[k] is found.ended[k] is None]
    error = 1e3 * np.abs(found.voltage_V - exact.voltage_V)[whole]
    start = np.zeros_like(error)
    for k, row in enumerate(whole):  # s from the start of each step
        turns = np.flatnonzero(np.diff(found.step[row], prepend=0))
        ends = np.concatenate([[0.0], found.time_s[row]])[turns]
        start[k] = found.time_s[row] - np.repeat(ends, np.diff(np.append(turns, error.shape[1])))
    worst = np.nanmax(error, axis=1)
    return float(np.nanmax(error[start >= 60.0])), float(worst.max()), float(np.quantile(worst, 0.9))


def sweeps() -> list[dict[str, Any]]:
    """Simulations of 20 half-cycles with all their voltages (50 a half-cycle), per second of wall and CPU time."""
    rows = []
    for name, density, hours, length in SWEPT:
        cell = symmetric(anode="Li", electrolyte=name, area=1e-4)
        if length is not None:
            cell = replace(cell, separator_thickness=length)
        samples, test = drawn(cell), plate_strip(f"{density} mA/cm2", hours, cycles=10)
        errors = [float(f"{error:.2g}") for error in sweep_errors(cell, test)]
        thick = f", {1e3 * length:g} mm thick" if length else ""
        for threads in (1, 2):
            wall, cpu = [], []
            for _ in range(4):
                start, clock = time.perf_counter(), time.process_time()
                sweep(cell, test, samples, every=True, threads=threads)
                wall.append(time.perf_counter() - start)
                cpu.append(time.process_time() - clock)
            rows.append({
                "cell": f"{name}, {density:g} mA/cm2, {hours}{thick}", "threads": threads,
                "per_second": round(1000 / min(wall)), "cpu_us_per_half_cycle": round(1e6 * min(cpu) / 20_000, 2),
                "errors": errors,
            })  # fmt: skip
    return rows


def draw_costs(results: dict[str, list[dict[str, Any]]]) -> None:
    """Cost against error, one panel a case."""
    import matplotlib as mpl

    mpl.use("svg")
    import matplotlib.pyplot as plt

    mpl.rcParams["svg.hashsalt"], mpl.rcParams["svg.fonttype"] = "alloycoat", "none"
    figure, panels = plt.subplots(1, len(results), figsize=(3.6 * len(results), 3.6), sharey=True)
    lines = (
        ("alloycoat, cycle()", "alloycoat", "", "o"),
        ("PyBaMM Experiment", "PyBaMM", "Experiment, ODE, ", "s"),
        ("PyBaMM solver.step, compiled", "PyBaMM", "solver.step", "^"),
    )
    for panel, (label, rows) in zip(panels, results.items(), strict=True):
        for name, who, begins, marker in lines:
            part = [row for row in rows if row["who"] == who and row["label"].startswith(begins)]
            part = sorted((row["error_mV"], row["ms"]) for row in part if "20 points" not in row["label"])
            panel.loglog(*zip(*part, strict=True), marker=marker, label=name)
        panel.axvline(0.1, color="grey", linewidth=0.8, linestyle=":")
        panel.set_xlabel("largest error from 60 s, mV")
        panel.set_title(label.replace(", ", "\n", 1), fontsize=8)
    panels[0].set_ylabel("CPU ms per half-cycle")
    panels[0].legend(fontsize=8)
    figure.tight_layout()
    figure.savefig(STATIC / "cell_cost.svg", metadata={"Date": None})


def page(
    results: dict[str, list[dict[str, Any]]], turns: dict[str, dict[str, float]], rates: list[dict[str, Any]]
) -> str:
    """The tables as they stand in docs/benchmarks.md."""
    lines = [
        "**Measured in turn**, all at their defaults, the best of five each",
        "",
        "| case | `cycle`, ms per half-cycle | Experiment, ms | times ours | compiled `solver.step`, ms | times ours |",
        "|---|---|---|---|---|---|",
    ]
    for label, spent in turns.items():
        ours, theirs, loop = spent["cycle"], spent["Experiment"], spent["solver.step"]
        lines.append(f"| {label} | {ours:.3g} | {theirs:.3g} | {theirs / ours:.0f} | {loop:.3g} | {loop / ours:.0f} |")
    lines.append("")
    for label, rows in results.items():
        base = next(row["ms"] for row in rows if row["label"] == "default")
        lines += [
            f"**{label}**",
            "",
            "| who | how | ms per half-cycle | error, mV | times ours |",
            "|---|---|---|---|---|",
        ]
        for row in rows:
            cells = f"{row['ms']:.3g} | {row['error_mV']:.2g} | {row['ms'] / base:.3g}"
            lines.append(f"| {row['who']} | {row['label']} | {cells} |")
        lines.append("")
    lines += [
        "**Sweep**",
        "",
        "| cell | threads | simulations per second | µs CPU per half-cycle | mV from 60 s | mV, all rows | 90 % |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in rates:
        told = f"{row['per_second']} | {row['cpu_us_per_half_cycle']} | {' | '.join(map(str, row['errors']))}"
        lines.append(f"| {row['cell']} | {row['threads']} | {told} |")
    return "\n".join([*lines, "", f"PyBaMM {pybamm.__version__}.", ""])


def main() -> None:
    results, turns, start = {}, {}, time.perf_counter()
    for arguments in CASES:
        case = Case(*arguments)
        rows = our_rows(case) + pybamm_rows(case)
        results[case.label], turns[case.label] = rows, in_turn(case)
        base = next(row["ms"] for row in rows if row["label"] == "default")
        print(f"\n{case.label}\n{'':10} {'':44} {'ms':>9} {'error mV':>9} {'times ours':>10}")
        for row in rows:
            ratio = row["ms"] / base
            print(f"{row['who']:10} {row['label']:44} {row['ms']:9.4f} {row['error_mV']:9.2g} {ratio:10.1f}")
        print("in turn: " + ", ".join(f"{name} {spent:.4f} ms" for name, spent in turns[case.label].items()))
    rates = sweeps()
    print("\nsweep of 1,000 samples, 20 half-cycles each, all voltages kept")
    for row in rates:
        print(f"{row['cell']:55} {row['threads']} threads {row['per_second']:7d} per second, "
              f"{row['cpu_us_per_half_cycle']} us CPU per half-cycle, errors {row['errors']} mV")  # fmt: skip
    print(f"\nPyBaMM {pybamm.__version__}; {time.perf_counter() - start:.0f} s")
    if "--write" in sys.argv:
        draw_costs(results)
        (STATIC / "cell_cost.txt").write_text(page(results, turns, rates), encoding="utf-8")


if __name__ == "__main__":
    main()
