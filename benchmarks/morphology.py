"""The morphology's kernels against the peers, in one run: error against cost, potential solve, memory bandwidth.

    pip install py-pde fipy pyamg
    python benchmarks/morphology.py [--seconds 0.05] [--cells 256]

Electrodeposition in concentration form (front with Butler-Volmer drive, Nernst-Planck salt, potential), written for
py-pde and FiPy as a user would, with the interface resolved by some five cells. The reference is our solver with a time
step 16 times shorter; all are compared after the same simulated time on the same mesh. CPU times of one process.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from alloycoat.morphology.kernels.elliptic import EllipticSolver, Side, Sides
from alloycoat.morphology.published import HONG, PublishedRun

# an interface of 2 sqrt(2 kappa/B) = 4 um instead of 1 um: resolved by the 0.78 um of 256 cells
MODEL = HONG._replace(kappa=4.8, noise=0.0)


def cpu(work: Callable[[], Any]) -> tuple[float, Any]:
    start = time.process_time()
    found = work()
    return time.process_time() - start, found


def best(work: Callable[[], Any], times: int = 5) -> float:
    return min(cpu(work)[0] for _ in range(times))


WARM_UP = 1.0
"""Simulated s before the clock starts: the first jump of the current is over, all codes begin from the same fields."""


@cache
def first(cells: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """eta, w, pot at the begin: an electrode with a hump (so that the problem is two-dimensional) after the warm-up."""
    run = Ours(cells, 0.02)
    while run.time < WARM_UP * (1 - 1e-9):
        run.advance(WARM_UP)
    return run.eta, run.w, run.pot


class Ours(PublishedRun):
    def __init__(
        self, cells: int, step: float, begin: tuple[np.ndarray, ...] | None = None, settled: float = 0.02
    ) -> None:
        super().__init__(MODEL, cells, step=step, settled=settled)
        if begin is None:
            h = 200.0 / cells
            x, y = np.meshgrid(*2 * [(np.arange(cells) + 0.5) * h], indexing="ij")
            surface = 20.0 + 6.0 * np.exp(-(((y - 100.0) / 12.0) ** 2))
            self.eta = 0.5 * (1.0 - np.tanh((x - surface) / np.sqrt(2.0 * MODEL.kappa / MODEL.barrier)))
            self.pot = 0.5 * MODEL.potential * (1.0 - np.tanh((x - 20.0) / 2.0))
        else:
            self.eta, self.w, self.pot = (field.copy() for field in begin)
            self.share = 1.0 / (1.0 + np.exp(MODEL.level - self.w))
        self._begin()
        self.step = step


def ours(cells: int, seconds: float, step: float, settled: float = 0.02) -> tuple[float, dict[str, np.ndarray]]:
    run = Ours(cells, step, first(cells), settled)

    def go() -> None:
        while run.time < seconds * (1 - 1e-9):
            run.advance(seconds)

    spent, _ = cpu(go)
    return spent, {"eta": run.eta, "c": salt(run.eta, run.w), "pot": run.pot, "steps": np.array(run.steps)}


def interpolation(e: Any) -> Any:
    return e**3 * (6 * e**2 - 15 * e + 10)


def salt(eta: np.ndarray, w: np.ndarray) -> np.ndarray:
    return (1 - interpolation(np.clip(eta, 0, 1))) / (1 + np.exp(MODEL.level - w))


def sparse_potential(cells: int) -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
    """The potential with scipy's SuperLU: what a user of the peers would write."""
    from scipy import sparse
    from scipy.sparse.linalg import splu

    h, number = 200.0 / cells, np.arange(cells * cells).reshape(cells, cells)

    def solve(eta: np.ndarray, rate: np.ndarray) -> np.ndarray:
        s = interpolation(np.clip(eta, 0, 1))
        sigma = MODEL.electrode * s + MODEL.electrolyte * (1 - s)
        matrix = sparse.csr_matrix((number.size, number.size))
        for a, b, t in (
            (number[1:], number[:-1], 2 / (1 / sigma[1:] + 1 / sigma[:-1])),
            (number[:, 1:], number[:, :-1], 2 / (1 / sigma[:, 1:] + 1 / sigma[:, :-1])),
        ):
            i, j, v = a.ravel(), b.ravel(), t.ravel()
            block = np.r_[v, v, -v, -v], (np.r_[i, j, i, j], np.r_[i, j, j, i])
            matrix = matrix + sparse.csr_matrix(block, shape=matrix.shape)
        ends = np.zeros_like(sigma)
        ends[0], ends[-1] = 2 * sigma[0], 2 * sigma[-1]
        right = -MODEL.charge * rate * h * h
        right[0] += ends[0] * MODEL.potential
        factors = splu((matrix + sparse.diags(ends.ravel())).tocsc())
        return np.asarray(factors.solve(right.ravel()).reshape(cells, cells))

    return solve


def py_pde(cells: int, seconds: float, step: float, every: float) -> tuple[float, dict[str, np.ndarray]]:
    """Explicit Euler, compiled by py-pde's numba backend; the potential by SuperLU every `every` seconds."""
    import pde

    m = MODEL
    grid = pde.CartesianGrid([[0, 200], [0, 200]], [cells, cells], periodic=[False, False])
    h = "(eta**3*(6*eta**2-15*eta+10))"
    dh = "(30*eta**2*(1-eta)**2)"
    cl, cs = f"(1/(1+exp({m.level}-w)))", f"(1/(1+exp({m.solid_level}-w)))"
    rate = (
        f"({m.mobility}*({m.kappa}*laplace(eta)-{2 * m.barrier}*eta*(1-eta)*(1-2*eta))-{m.kinetics}*{dh}*"
        f"(exp({m.thermal / 2}*pot)-{cl}*(1-{h})/{m.c0}*exp(-{m.thermal / 2}*pot)))"
    )
    chi = f"({cl}*(1-{cl})*(1-{h})+{cs}*(1-{cs})*{h}*{m.sites}+1e-3)"
    move = f"({m.diffusivity}*{cl}*(1-{h})**2)"
    flux = f"({move}*(laplace(w)+{m.thermal}*laplace(pot))+dot(gradient({move}),gradient(w)+{m.thermal}*gradient(pot)))"
    edge = m.level + np.log(m.c0 / (1 - m.c0))
    wall = {"y-": {"derivative": 0}, "y+": {"derivative": 0}}
    low, high = {"derivative": 0}, {"value": float(edge)}
    system = pde.PDE(
        {"eta": rate, "w": f"({flux}-{dh}*({cs}*{m.sites}-{cl})*{rate})/{chi}", "pot": "0"},
        bc_ops={
            "eta:*": {"x-": {"value": 1}, "x+": {"value": 0}, **wall},
            # of every operator in the equation of w: the potential, constant in the metal and 0 far off, may share them
            "w:*": {"x-": low, "x+": high, **wall},
        },
    )
    eta, w, pot = first(cells)
    potential, before = sparse_potential(cells), eta
    fields = pde.FieldCollection([pde.ScalarField(grid, a) for a in (eta, w, pot)], labels=["eta", "w", "pot"])
    solver = pde.EulerSolver(system, adaptive=False)
    stepper = solver.make_stepper(fields, step)
    stepper(fields.copy(), 0.0, step)  # compiles

    def go() -> None:
        nonlocal before
        now = 0.0
        while now < seconds * (1 - 1e-9):
            chunk = min(every, seconds - now)
            stepper(fields, now, now + chunk)
            now += chunk
            fields[2].data[:] = potential(fields[0].data, (fields[0].data - before) / chunk)
            before = fields[0].data.copy()

    spent, _ = cpu(go)
    return spent, {"eta": fields[0].data, "c": salt(fields[0].data, fields[1].data), "pot": fields[2].data}


def fipy(cells: int, seconds: float, step: float) -> tuple[float, dict[str, np.ndarray]]:
    """Semi-implicit finite volumes with FiPy's scipy solvers (LU)."""
    import fipy as fp

    m, h = MODEL, 200.0 / cells
    mesh = fp.Grid2D(nx=cells, ny=cells, dx=h, dy=h)
    eta0, w0, pot0 = first(cells)

    def variable(name: str, value: np.ndarray) -> Any:
        return fp.CellVariable(mesh=mesh, name=name, value=value.T.ravel(), hasOld=True)

    eta, w = variable("eta", eta0), variable("w", w0)
    pot = variable("pot", pot0)
    for field, left, right in ((eta, 1.0, 0.0), (pot, m.potential, 0.0)):
        field.constrain(left, mesh.facesLeft)
        field.constrain(right, mesh.facesRight)
    w.constrain(m.level + np.log(m.c0 / (1 - m.c0)), mesh.facesRight)
    solver = fp.LinearLUSolver()

    def go() -> None:
        for _ in range(round(seconds / step)):
            for field in (eta, w, pot):
                field.updateOld()
            e, exp = eta.value, np.exp
            s, ds = interpolation(e), 30 * e**2 * (1 - e) ** 2
            cl, cs = 1 / (1 + exp(m.level - w.value)), 1 / (1 + exp(m.solid_level - w.value))
            drive = (
                ds
                * m.kinetics
                * (cl * (1 - s) / m.c0 * exp(-m.thermal / 2 * pot.value) - exp(m.thermal / 2 * pot.value))
            )
            well = 2 * m.barrier * e * (1 - e) * (1 - 2 * e)
            source = fp.CellVariable(mesh=mesh, value=drive - m.mobility * well)
            (fp.TransientTerm() == fp.DiffusionTerm(m.mobility * m.kappa) + source).solve(eta, dt=step, solver=solver)
            rate = (eta.value - e) / step
            chi = fp.CellVariable(mesh=mesh, value=cl * (1 - cl) * (1 - s) + cs * (1 - cs) * s * m.sites + 1e-3)
            move = fp.CellVariable(mesh=mesh, value=m.diffusivity * cl * (1 - s) ** 2)
            taken = fp.CellVariable(mesh=mesh, value=-ds * (cs * m.sites - cl) * rate)
            migration = (move.arithmeticFaceValue * m.thermal * pot.faceGrad).divergence
            (fp.TransientTerm(chi) == fp.DiffusionTerm(move) + migration + taken).solve(w, dt=step, solver=solver)
            s = interpolation(np.clip(eta.value, 0, 1))
            sigma = fp.CellVariable(mesh=mesh, value=m.electrode * s + m.electrolyte * (1 - s))
            formed = fp.CellVariable(mesh=mesh, value=m.charge * rate)
            (fp.DiffusionTerm(sigma.harmonicFaceValue) == formed).solve(pot, solver=solver)

    spent, _ = cpu(go)
    fields = [field.value.reshape(cells, cells).T for field in (eta, w, pot)]
    return spent, {"eta": fields[0], "c": salt(fields[0], fields[1]), "pot": fields[2]}


def errors(found: dict[str, np.ndarray], exact: dict[str, np.ndarray]) -> tuple[float, float, float]:
    return tuple(float(np.sqrt(np.mean((found[k] - exact[k]) ** 2))) for k in ("eta", "c", "pot"))  # type: ignore[return-value]


def peers(cells: int, seconds: float, codes: tuple[str, ...]) -> None:
    """Error against cost."""
    ours(cells, 0.02, 0.01)
    _, exact = ours(cells, seconds, seconds / 128)
    print(f"\n{cells} x {cells}, {seconds:g} s simulated; RMS errors of metal, salt (share) and potential (V)")
    print(f"{'code':38} {'CPU s per s':>12} {'metal':>9} {'salt':>9} {'potential':>10}")
    rows: list[tuple[str, Callable[[], tuple[float, dict[str, np.ndarray]]]]] = [
        (f"alloycoat, steps of {1e3 * seconds / n:.3g} ms", lambda n=n, e=e: ours(cells, seconds, seconds / n, e))
        for n, e in ((2, 0.3), (4, 0.3), (8, 0.02))
    ]
    explicit = 0.2 * (200.0 / cells) ** 2 / MODEL.diffusivity
    rows += [
        (f"py-pde, Euler {1e3 * explicit:.2g} ms, LU each 12.5 ms", lambda: py_pde(cells, seconds, explicit, 0.0125)),
        ("FiPy, semi-implicit, steps of 12.5 ms, LU", lambda: fipy(cells, seconds, 0.0125)),
    ]
    for name, run in rows:
        if name.split()[0].strip(",") not in codes:
            continue
        spent, found = run()
        shown = errors(found, exact)
        print(f"{name:38} {spent / seconds:12.3g} {shown[0]:9.1e} {shown[1]:9.1e} {shown[2]:10.1e}", flush=True)


def needle(cells: int, contrast: float, shift: float = 0.0) -> np.ndarray:
    x, y = np.meshgrid(*2 * [(np.arange(cells) + 0.5) / cells], indexing="ij")
    front = 0.15 + 0.1 * np.sin(6 * np.pi * y) + 0.25 * np.exp(-(((y - 0.5) / 0.03) ** 2))
    front += 0.3 * np.exp(-(((y - 0.2) / 0.01) ** 2)) + shift
    return 1.0 + contrast * 0.5 * (1.0 - np.tanh((x - front) * cells / 1.5))


def potential_solve(cells: int, contrast: float = 1e6) -> None:
    """The potential of a needle-like deposit: ours cold and warm, SuperLU, pyamg."""
    import pyamg
    from scipy import sparse
    from scipy.sparse.linalg import splu

    wraps = Side("periodic")
    solver = EllipticSolver(
        (cells, cells), (1 / cells, 1 / cells), Sides(Side("value"), Side("value", 1.0), wraps, wraps)
    )
    sigma, later = needle(cells, contrast), needle(cells, contrast, 0.02 / cells)
    solver.set_conductivity(sigma)
    number = np.arange(cells * cells).reshape(cells, cells)
    matrix = sparse.diags(solver.sink.ravel()).tocsr()
    for conductance, axis in ((solver.tx, 0), (solver.ty, 1)):
        i, j, v = number.ravel(), np.roll(number, 1, axis).ravel(), conductance.ravel()
        block = np.r_[v, v, -v, -v], (np.r_[i, j, i, j], np.r_[i, j, j, i])
        matrix = matrix + sparse.csr_matrix(block, shape=matrix.shape)
    right = solver._boundary.ravel()
    exact = splu(matrix.tocsc()).solve(right)
    cold = solver.solve(tolerance=1e-4)

    def ours_cold() -> None:
        solver.set_conductivity(sigma)
        solver.solve(tolerance=1e-4)

    def ours_warm() -> Any:
        solver.set_conductivity(later)
        return solver.solve(guess=cold.phi, tolerance=1e-4)

    def amg() -> np.ndarray:
        return np.asarray(pyamg.ruge_stuben_solver(matrix).solve(right, tol=1e-8, accel="cg"))

    print(f"\npotential, {cells} x {cells}, contrast {contrast:g}: ms CPU (largest error in V, of 1 V)")
    apart = np.abs(cold.phi.ravel() - exact).max()
    print(f"  alloycoat, cold  {1e3 * best(ours_cold):8.1f}  ({apart:.0e}; {cold.iterations} iterations)")
    print(f"  alloycoat, warm  {1e3 * best(ours_warm):8.1f}  ({ours_warm().iterations} iterations)")
    spent = 1e3 * best(amg, 3)
    print(f"  pyamg            {spent:8.1f}  ({np.abs(amg() - exact).max():.0e})")
    print(f"  SuperLU          {1e3 * best(lambda: splu(matrix.tocsc()).solve(right), 2):8.1f}")


def bandwidth(cells: int) -> None:
    """The stencil of the conjugate gradients against a memory triad of the same size, GB/s."""
    from alloycoat.morphology.kernels.compiled import compiled
    from alloycoat.morphology.kernels.elliptic import apply_network

    @compiled
    def triad(a, b, c):  # type: ignore[no-untyped-def]
        n, m = a.shape
        for i in range(n):
            x, y, z = a[i], b[i], c[i]
            for j in range(m):
                x[j] = y[j] + 3.0 * z[j]

    rng = np.random.default_rng(0)
    tx, ty, sink, x, out = (rng.random((cells, cells)) for _ in range(5))
    apply_network(tx, ty, sink, x, out)
    triad(out, tx, ty)
    pairs = []
    for _ in range(7):
        one = cpu(lambda: triad(out, tx, ty))[0]
        two = cpu(lambda: apply_network(tx, ty, sink, x, out))[0]
        pairs.append((3 * 8e-9 * cells**2 / one, 5 * 8e-9 * cells**2 / two))
    memory, stencil = (max(pair[k] for pair in pairs) for k in (0, 1))
    print(f"\nbandwidth, {cells} x {cells}, one thread: triad {memory:.1f} GB/s, stencil {stencil:.1f} GB/s", end="")
    print(f" ({100 * stencil / memory:.0f} %)")


def space(cells: int = 128, steps: int = 10) -> None:
    """The published model in a box of cells^3: CPU and wall time of a step, peak memory."""
    import resource

    from alloycoat.morphology.published3 import SpaceRun

    run = SpaceRun(HONG, (cells, cells, cells))
    y, z = np.meshgrid(*2 * [np.arange(cells) + 0.5], indexing="ij")
    surface = 30.0 + 10.0 * np.cos(6 * np.pi * y / cells) * np.cos(4 * np.pi * z / cells)
    run.eta = 0.5 * (1.0 - np.tanh(2.0 * (np.arange(cells)[:, None, None] + 0.5 - surface)))
    run.pot = HONG.potential * run.eta
    run._begin()
    run.advance()
    rows = []
    for _ in range(steps):
        wall, begin = time.perf_counter(), run.time
        spent, _ = cpu(run.advance)
        rows.append((spent, time.perf_counter() - wall, run.time - begin))
    spent, wall, advanced = (sorted(column) for column in zip(*rows, strict=True))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    print(f"\nin space, {cells}^3 cells, one thread: a step (median of {steps}) of {1e3 * advanced[steps // 2]:.0f} ms")
    print(
        f"  CPU {spent[steps // 2]:.2f} s (best {spent[0]:.2f}), wall {wall[steps // 2]:.2f} s, memory {memory:.2f} GiB"
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--cells", type=int, default=256)
    parser.add_argument("--seconds", type=float, default=0.2)
    parser.add_argument("--only", choices=("peers", "potential", "bandwidth", "space"))
    parser.add_argument("--codes", nargs="+", default=("alloycoat", "FiPy", "py-pde"))
    given = parser.parse_args()
    if given.only in {None, "potential"}:
        potential_solve(given.cells)
    if given.only in {None, "bandwidth"}:
        bandwidth(2048)
    if given.only in {None, "space"}:
        space()
    if given.only in {None, "peers"}:
        peers(given.cells, given.seconds, tuple(given.codes))


if __name__ == "__main__":
    main()
