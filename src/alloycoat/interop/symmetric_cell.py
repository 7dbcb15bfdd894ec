"""The plain symmetric cell as a PyBaMM model: the same equations as `alloycoat.cell`, solved by PyBaMM.

Equation: eps dc/dt = d/dx [b D(c) dc/dx + (1 - t+(c)) i/(z F)], the bracket zero at both electrodes, and the voltage
of docs/physics/cell.md. PyBaMM counts a current positive on discharge: the working electrode is its positive one, so
i = -I/A, and V is negative while I is positive (metal is plated on the working electrode).

Two ways to lose salt are kept out. The flux is set to zero on the two outer faces, not put into a gradient divided by
a diffusivity at the boundary, which is another one than the face's. And no boundary condition carries the current, so
none can be out of date when an Experiment switches from step to step.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pybamm

_DOMAIN = ["separator"]
_SMALLEST = 1e-6  # share of c0: no logarithm of less
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(20)


def _function(name: str, c: Any) -> Any:
    return pybamm.FunctionParameter(name, {"Electrolyte concentration [mol.m-3]": c})


class SymmetricCell(pybamm.BaseModel):  # type: ignore[misc]  # PyBaMM knows models by this class
    """Symmetric cell of two equal metal electrodes, bare or coated.

    form: "ode" (the overpotentials in closed form, needs alpha_a = alpha_c) or "dae" (they are unknowns, any alpha).
    points: volumes across the separator, thinner at the electrodes. It runs constant-current and rest steps in a
    `pybamm.Experiment`; a voltage limit is written with the sign of V. Valid as docs/physics/cell.md says.
    """

    def __init__(self, name: str = "symmetric metal cell", form: str = "ode", points: int = 60) -> None:
        super().__init__(name)
        if form not in ("ode", "dae"):
            raise pybamm.OptionError(f"form: {form!r} given; allowed are 'ode' and 'dae'")
        self.form, self.points = form, points
        self.summary_variables: list[str] = []
        self.x = pybamm.SpatialVariable("x", domain=_DOMAIN, coord_sys="cartesian")
        length, self.initial = (
            pybamm.Parameter("Separator thickness [m]"),
            pybamm.Parameter("Initial concentration [mol.m-3]"),
        )
        self.length = length
        self.charge = pybamm.Parameter("Cation charge number")
        self.thermal = pybamm.Parameter("Ambient temperature [K]") * pybamm.constants.R / pybamm.constants.F
        current = pybamm.FunctionParameter("Current function [A]", {"Time [s]": pybamm.t})
        self.density = -current / pybamm.Parameter("Electrode area [m2]")
        c = pybamm.Variable("Electrolyte concentration [mol.m-3]", domain=_DOMAIN, scale=self.initial)
        passed = pybamm.Variable("Discharge capacity [A.h]")
        self._salt(c)
        self.rhs[passed], self.initial_conditions[passed] = current / 3600.0, pybamm.Scalar(0.0)
        self._voltage(c, current, passed)

    def _salt(self, c: Any) -> None:
        """The balance of the anions; faces on the electrodes carry nothing."""
        face = pybamm.SpatialVariableEdge("x", domain=_DOMAIN, coord_sys="cartesian")
        inner = (face > 1e-9 * self.length) * (face < (1.0 - 1e-9) * self.length)
        self.permeance = 1.0 / pybamm.Parameter("Separator MacMullin number")
        pull = self.density / (self.charge * pybamm.constants.F)
        gradient = self.permeance * _function("Electrolyte diffusivity [m2.s-1]", c) * pybamm.grad(c)
        flux = inner * (gradient + (1.0 - _function("Cation transference number", c)) * pull)
        self.rhs[c] = pybamm.div(flux) / pybamm.Parameter("Separator porosity")
        self.initial_conditions[c] = self.initial
        none = (pybamm.Scalar(0.0), "Neumann")
        self.boundary_conditions[c] = {"left": none, "right": none}

    def _voltage(self, c: Any, current: Any, passed: Any) -> None:
        at_working, at_counter = (
            pybamm.maximum(pybamm.boundary_value(c, side), _SMALLEST * self.initial) for side in ("left", "right")
        )
        conductivity = _function("Electrolyte conductivity [S.m-1]", c)
        ohmic = self.density * pybamm.Integral(1.0 / conductivity, self.x) / self.permeance
        films = self.density * (self._film("Working") + self._film("Counter"))
        spread = (self.charge + 1.0) / self.charge * self.thermal
        diffusion = spread * (self._potential(at_working) - self._potential(at_counter))
        reaction = self._overpotential("Working", at_working, self.density)
        reaction = reaction - self._overpotential("Counter", at_counter, -self.density)
        voltage = ohmic + films + diffusion + reaction
        self.variables = {
            "Time [s]": pybamm.t, "Time [min]": pybamm.t / 60.0, "Time [h]": pybamm.t / 3600.0,
            "Current [A]": current, "Current density [A.m-2]": self.density, "Discharge capacity [A.h]": passed,
            "C-rate": current / pybamm.Parameter("Nominal cell capacity [A.h]"),
            "Voltage [V]": voltage, "Terminal voltage [V]": voltage, "Battery voltage [V]": voltage,
            "Electrolyte concentration [mol.m-3]": c, "x [m]": self.x,
            "Working electrode concentration [mol.m-3]": at_working,
            "Counter electrode concentration [mol.m-3]": at_counter,
            "Mean concentration [mol.m-3]": pybamm.Integral(c, self.x) / self.length,
        }  # fmt: skip
        least = pybamm.minimum(pybamm.min(c), pybamm.minimum(at_working, at_counter)) / self.initial - 2.0 * _SMALLEST
        self.events = [
            pybamm.Event("Salt depleted", least),
            pybamm.Event("Upper voltage [V]", pybamm.Parameter("Upper voltage cut-off [V]") - voltage),
            pybamm.Event("Lower voltage [V]", voltage - pybamm.Parameter("Lower voltage cut-off [V]")),
        ]

    def _film(self, side: str) -> Any:
        """Film and, where the electrode is coated, what the layer shows at this current (ohm m2)."""
        layer = pybamm.Parameter(f"{side} electrode coating resistance [Ohm.m2]")
        drop = pybamm.maximum(abs(self.density) * layer, 1e-30)
        on_top = pybamm.maximum(0.0, 1.0 - pybamm.Parameter("Nucleation overpotential [V]") / drop)
        below = 1.0 - pybamm.Parameter("Electronic share of the coating") * on_top
        return pybamm.Parameter(f"{side} electrode film resistance [Ohm.m2]") + below * layer

    def _potential(self, c: Any) -> Any:
        """Integral of (1 - t+)(1 + dln f/dln c) dln c from c0, by Gauss's rule."""
        span, total = pybamm.log(c / self.initial), pybamm.Scalar(0.0)
        for node, weight in zip(_NODES, _WEIGHTS, strict=True):
            at = self.initial * pybamm.exp(0.5 * (1.0 + node) * span)
            driving = (1.0 - _function("Cation transference number", at)) * _function("Thermodynamic factor", at)
            total = total + 0.5 * weight * driving
        return span * total

    def _overpotential(self, side: str, c: Any, density: Any) -> Any:
        """Butler-Volmer, inverted (ode) or as an unknown (dae)."""
        forward = pybamm.Parameter("Anodic charge-transfer coefficient")
        start = pybamm.Parameter(f"{side} electrode exchange-current density [A.m-2]")
        exchange = start * (c / self.initial) ** (forward / self.charge)
        if self.form == "ode":
            return self.thermal / forward * pybamm.arcsinh(density / (2.0 * exchange))
        backward = pybamm.Parameter("Cathodic charge-transfer coefficient")
        eta = pybamm.Variable(f"{side} electrode overpotential [V]", scale=self.thermal)
        carried = pybamm.exp(forward * eta / self.thermal) - pybamm.exp(-backward * eta / self.thermal)
        self.algebraic[eta] = carried - density / exchange
        self.initial_conditions[eta] = self.thermal / forward * pybamm.arcsinh(density / (2.0 * start))
        return eta

    @property
    def default_geometry(self) -> Any:
        """The separator."""
        return {"separator": {self.x: {"min": pybamm.Scalar(0.0), "max": self.length}}}

    @property
    def default_var_pts(self) -> dict[Any, int]:
        """Volumes across it."""
        return {self.x: self.points}

    @property
    def default_submesh_types(self) -> dict[str, Any]:
        """Chebyshev volumes: thin at the electrodes."""
        return {"separator": pybamm.Chebyshev1DSubMesh}

    @property
    def default_spatial_methods(self) -> dict[str, Any]:
        """Finite volumes, surface values by a parabola through the volumes beside the electrode."""
        order = {"gradient": "quadratic", "value": "quadratic"}
        return {"separator": pybamm.FiniteVolume({"extrapolation": {"order": order, "use bcs": False}})}

    @property
    def default_parameter_values(self) -> Any:
        """A bare Li|Li cell, see `parameters.lithium_symmetric`."""
        from alloycoat.interop.parameters import lithium_symmetric

        return pybamm.ParameterValues(lithium_symmetric())

    @property
    def default_quick_plot_variables(self) -> list[str]:
        """What `pybamm.QuickPlot` shows."""
        return ["Electrolyte concentration [mol.m-3]", "Current [A]", "Voltage [V]"]

    @property
    def default_solver(self) -> Any:
        """PyBaMM's own integrator."""
        return pybamm.IDAKLUSolver()
