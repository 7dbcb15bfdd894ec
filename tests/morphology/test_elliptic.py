"""The elliptic solver: exact solutions, order of convergence, direct solvers as oracles, balance of charge."""

import numpy as np
import pytest
from scipy import sparse
from scipy.sparse.linalg import spsolve

from alloycoat.morphology.kernels.elliptic import EllipticSolver, Side, Sides


def twin(sigma, spacing, sides, source, screening=0.0):
    """The same problem in plain numpy: a full matrix from the definition of the fluxes."""
    n, m = sigma.shape
    hx, hy = spacing
    number = np.arange(n * m).reshape(n, m)
    matrix, right = np.zeros((n * m, n * m)), -np.broadcast_to(source, (n, m)).ravel() * hx * hy
    matrix[np.diag_indices(n * m)] += np.broadcast_to(screening, (n, m)).ravel() * hx * hy
    for axis, (low, high, ratio, width) in enumerate(
        [(sides.low_x, sides.high_x, hy / hx, hy), (sides.low_y, sides.high_y, hx / hy, hx)]
    ):
        cells, s = np.moveaxis(number, axis, 0), np.moveaxis(sigma, axis, 0)
        for k in range(len(cells) - (low.kind != "periodic")):
            a, b = cells[k], cells[(k + 1) % len(cells)]
            conductance = ratio / (0.5 / s[k] + 0.5 / s[(k + 1) % len(cells)])
            for p, q, g in zip(a, b, conductance, strict=True):
                matrix[p, p] += g
                matrix[q, q] += g
                matrix[p, q] -= g
                matrix[q, p] -= g
        for side, k in ((low, 0), (high, -1)):
            if side.kind == "value":
                matrix[cells[k], cells[k]] += 2 * ratio * s[k]
                right[cells[k]] += 2 * ratio * s[k] * side.value
            elif side.kind == "flux":
                right[cells[k]] += width * side.value
    return np.linalg.solve(matrix, right).reshape(n, m)


def mesh(shape, size=(1.0, 1.0)):
    spacing = size[0] / shape[0], size[1] / shape[1]
    x, y = ((np.arange(n) + 0.5) * h for n, h in zip(shape, spacing, strict=True))
    return spacing, *np.meshgrid(x, y, indexing="ij")


def needle(x, y, contrast, width):
    """Conductivity of a rough electrode with a thin needle, diffuse over `width`."""
    front = 0.15 + 0.1 * np.sin(6 * np.pi * y) + 0.35 * np.exp(-(((y - 0.4) / 0.04) ** 2))
    return 1.0 + contrast * 0.5 * (1 - np.tanh((x - front) / width))


BETWEEN = Sides(Side("value", 0.0), Side("value", 0.45), Side("periodic"), Side("periodic"))


@pytest.mark.parametrize("shape", [(12, 9), (7, 16), (1, 5), (10, 3)])
@pytest.mark.parametrize(
    "sides",
    [
        BETWEEN,
        Sides(Side("flux", 0.3), Side("value", -0.2), Side("value", 0.1), Side("flux", -0.7)),
        Sides(high_y=Side("value", 1.0)),
    ],
    ids=["across", "mixed", "one-side"],
)
def test_it_is_the_slow_twin_on_any_shape(shape, sides):
    if sides is BETWEEN and min(shape) < 3:
        sides = Sides(Side("value", 0.0), Side("value", 0.45))
    rng = np.random.default_rng(1)
    spacing = 0.3, 0.5
    sigma, source = 10 ** rng.uniform(-1, 1, shape), rng.normal(size=shape)
    solver = EllipticSolver(shape, spacing, sides)
    solver.set_conductivity(sigma, screening=0.4)
    found = solver.solve(source, tolerance=1e-12)
    assert found.phi == pytest.approx(twin(sigma, spacing, sides, source, 0.4), rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("contrast", [1e6, 1e10])
def test_high_contrast_against_a_direct_solver(contrast):
    shape = 20, 16
    spacing, x, y = mesh(shape)
    sigma = needle(x, y, contrast, 0.03)
    solver = EllipticSolver(shape, spacing, BETWEEN)
    solver.set_conductivity(sigma)
    found = solver.solve(tolerance=1e-7)
    assert found.converged and found.imbalance < 1e-10
    assert np.max(np.abs(found.phi - twin(sigma, spacing, BETWEEN, 0.0))) < 1e-8


def test_iterations_stay_few_on_finer_meshes_and_from_a_near_guess():
    counts = []
    for n in (32, 64):
        spacing, x, y = mesh((n, n))
        solver = EllipticSolver((n, n), spacing, BETWEEN)
        solver.set_conductivity(needle(x, y, 1e6, 1.5 / n))
        cold = solver.solve(tolerance=1e-4)
        solver.set_conductivity(needle(x - 0.02 / n, y, 1e6, 1.5 / n))
        warm = solver.solve(guess=cold.phi, tolerance=1e-4)
        assert cold.converged and warm.converged and warm.iterations < cold.iterations
        counts.append(cold.iterations)
    assert max(counts) < 25


def test_sparse_lu_and_pyamg_agree():
    pyamg = pytest.importorskip("pyamg")
    shape = 40, 24
    spacing, x, y = mesh(shape)
    solver = EllipticSolver(shape, spacing, BETWEEN)
    solver.set_conductivity(needle(x, y, 1e4, 0.05))
    number = np.arange(x.size).reshape(shape)
    matrix = sparse.diags_array(solver.sink.ravel()).tocsr()
    for conductance, axis in ((solver.tx, 0), (solver.ty, 1)):
        pairs = sparse.csr_array(
            (np.ones(x.size), (number.ravel(), np.roll(number, 1, axis).ravel())), shape=(x.size, x.size)
        )
        step = sparse.eye_array(x.size) - pairs
        matrix = matrix + step.T @ sparse.diags_array(conductance.ravel()) @ step
    right = solver._boundary.ravel()
    found = solver.solve(tolerance=1e-10).phi.ravel()
    assert found == pytest.approx(spsolve(matrix.tocsc(), right), abs=1e-9)
    oracle = pyamg.ruge_stuben_solver(sparse.csr_matrix(matrix)).solve(right, tol=1e-13, accel="cg")
    assert found == pytest.approx(oracle, abs=1e-8)


def test_a_manufactured_solution_is_met_to_second_order():
    errors = []
    sides = Sides(Side("value", 0.0), Side("flux", 0.0), Side("periodic"), Side("periodic"))
    for n in (8, 16, 32):
        spacing, x, y = mesh((n, n))
        a, b = 0.5 * np.pi, 2 * np.pi
        exact = np.sin(a * x) * (1 + 0.3 * np.cos(b * y))
        sigma = 2 + np.sin(b * y)
        source = -sigma * a**2 * exact - 0.3 * b**2 * sigma * np.cos(b * y) * np.sin(a * x)
        source -= b * np.cos(b * y) * 0.3 * b * np.sin(b * y) * np.sin(a * x)
        solver = EllipticSolver((n, n), spacing, sides)
        solver.set_conductivity(sigma)
        errors.append(np.sqrt(np.mean((solver.solve(source, tolerance=1e-9).phi - exact) ** 2)))
    assert np.log2(np.array(errors[:-1]) / errors[1:]) == pytest.approx(2.0, abs=0.1)


@pytest.mark.parametrize("contrast", [10.0, 1e8])
def test_two_layers_are_exact(contrast):
    shape = 16, 4
    spacing, x, _ = mesh(shape)
    sigma = np.where(x < 0.5, contrast, 1.0)
    solver = EllipticSolver(shape, spacing, Sides(Side("value", 0.0), Side("value", 1.0)))
    solver.set_conductivity(sigma)
    current = 1.0 / (0.5 / contrast + 0.5)
    exact = np.where(x < 0.5, current * x / contrast, 1.0 - current * (1.0 - x))
    assert np.max(np.abs(solver.solve(tolerance=1e-13).phi - exact)) < 1e-12


def test_charge_balances_to_rounding_even_after_a_rough_solve():
    shape = 32, 32
    spacing, x, y = mesh(shape)
    solver = EllipticSolver(shape, spacing, BETWEEN)
    solver.set_conductivity(needle(x, y, 1e6, 0.05))
    found = solver.solve(tolerance=1e-3)
    assert found.imbalance < 1e-12
    through = solver._boundary - solver.sink * found.phi
    assert abs(through.sum()) < 1e-10 * np.abs(through).sum()


def test_an_insulated_domain_needs_no_ground():
    shape = 12, 12
    spacing, x, y = mesh(shape)
    solver = EllipticSolver(shape, spacing, Sides())
    solver.set_conductivity(np.ones(shape))
    source = np.cos(np.pi * x) * np.cos(np.pi * y)
    found = solver.solve(source, tolerance=1e-9)
    assert found.converged
    eigenvalue = sum(4 / h**2 * np.sin(np.pi * h / 2) ** 2 for h in spacing)
    assert found.phi - found.phi.mean() == pytest.approx(-source / eigenvalue, abs=1e-9)


def test_a_periodic_side_needs_its_partner():
    with pytest.raises(ValueError, match="across"):
        EllipticSolver((4, 4), (1.0, 1.0), Sides(low_x=Side("periodic")))
    with pytest.raises(ValueError, match="3 cells"):
        EllipticSolver((4, 2), (1.0, 1.0), BETWEEN)
