"""The plain half cell, a metal against copper, as a PyBaMM model: `SymmetricCell` with a bare collector to plate on.

Metal on the copper (q, C/m2): dq/dt = -e i while it plates (i < 0), -i while it strips; e: coulombic efficiency. It
covers theta = 1 - exp(-q/q_film) of the copper. Metal and copper carry current side by side at one voltage U,
|i| = theta j_m + (1 - theta) j_c, U = eta(j_m) + j_m R = eta(j_c) + j_c R + U_n j_c/(j_c + j_on); copper is plated on
only. U_n: nucleation overpotential, j_on = 1e-3 A/m2. The laws of the half cell of ours without its ageing.
"""

from __future__ import annotations

from typing import Any

import pybamm

from alloycoat.interop.symmetric_cell import SymmetricCell

_ONSET = 1e-3
_LEAST = 1e-9  # share of the copper that counts as covered before the first metal, so that no current is divided by 0


class CopperCell(SymmetricCell):
    """Half cell of a metal (counter electrode) against copper (working electrode), bare.

    Runs in a `pybamm.Experiment`: "Discharge" plates on the copper (V negative), "Charge at ... until 1 V" strips it,
    and ends where the metal does. points: volumes across the separator. An algebraic form: the currents of the two
    kinds of surface are unknowns. Its CE over a cycle is "Stripped charge [A.h]" over "Plated charge [A.h]".
    """

    def __init__(self, name: str = "metal on copper", points: int = 60) -> None:
        super().__init__(name, form="dae", points=points)

    def _voltage(self, c: Any, current: Any, passed: Any) -> None:
        film = pybamm.Parameter("Charge of a film that covers the copper [C.m-2]")
        self.metal = pybamm.Variable("Metal on the copper [C.m-2]", scale=film)
        plated, stripped = pybamm.Variable("Plated charge [A.h]"), pybamm.Variable("Stripped charge [A.h]")
        self.strips = self.density > 0.0
        efficiency = pybamm.Parameter("Coulombic efficiency of plating")
        self.rhs[self.metal] = -self.density * (self.strips + efficiency * (1.0 - self.strips))
        self.initial_conditions[self.metal] = pybamm.Parameter("Initial metal on the copper [C.m-2]")
        self.rhs[plated], self.initial_conditions[plated] = current * (1.0 - self.strips) / 3600.0, pybamm.Scalar(0.0)
        self.rhs[stripped], self.initial_conditions[stripped] = -current * self.strips / 3600.0, pybamm.Scalar(0.0)
        self.cover = 1.0 - pybamm.exp(-pybamm.maximum(self.metal, 0.0) / film)
        super()._voltage(c, current, passed)
        thickness = self.metal * pybamm.Parameter("Metal volume [m3.C-1]")
        self.variables |= {
            "Metal on the copper [C.m-2]": self.metal, "Metal thickness on the copper [m]": thickness,
            "Share of the copper covered": self.cover, "Plated charge [A.h]": plated,
            "Stripped charge [A.h]": stripped,
        } | self.shares  # fmt: skip

    def _film(self, side: str) -> Any:
        """That of the working electrode belongs to its two surfaces, see `_overpotential`."""
        return pybamm.Scalar(0.0) if side == "Working" else super()._film(side)

    def _overpotential(self, side: str, c: Any, density: Any) -> Any:
        """Of the working electrode: the voltage at which metal and copper carry the current together."""
        if side != "Working":
            return super()._overpotential(side, c, density)
        forward = pybamm.Parameter("Anodic charge-transfer coefficient")
        start = pybamm.Parameter("Working electrode exchange-current density [A.m-2]")
        exchange = start * (c / self.initial) ** (forward / self.charge)
        film = pybamm.Parameter("Working electrode film resistance [Ohm.m2]")

        # unknowns y = asinh(j/(2 i0)): a current that falls by powers of ten at a switch is found from any start
        on_metal, on_copper = pybamm.Variable("Metal, asinh(j/2i0)"), pybamm.Variable("Copper, asinh(j/2i0)")
        size, plates = abs(density), 1.0 - self.strips
        j_metal, j_copper = 2.0 * exchange * pybamm.sinh(on_metal), 2.0 * exchange * pybamm.sinh(on_copper)
        barrier = pybamm.Parameter("Nucleation overpotential of the copper [V]")
        covered = pybamm.maximum(self.cover, _LEAST)
        apart = self.thermal / forward * (on_copper - on_metal) + film * (j_copper - j_metal)
        # the law times (j_c + j_on): without the step at j_c = 0
        met = (apart * (abs(j_copper) + _ONSET) + barrier * j_copper) / (self.thermal * start)
        self.algebraic[on_metal] = (covered * j_metal + plates * (1.0 - covered) * j_copper - size) / start
        self.algebraic[on_copper] = plates * met + self.strips * (on_copper - on_metal)
        self.initial_conditions[on_metal] = self.initial_conditions[on_copper] = pybamm.arcsinh(size / (2.0 * start))
        self.shares = {
            "Current density on the metal [A.m-2]": j_metal, "Current density on the copper [A.m-2]": plates * j_copper,
        }  # fmt: skip
        return pybamm.sign(density) * (self.thermal / forward * on_metal + film * j_metal)

    @property
    def default_parameter_values(self) -> Any:
        """Bare Li on Cu, see `parameters.lithium_copper`."""
        from alloycoat.interop.parameters import lithium_copper

        return pybamm.ParameterValues(lithium_copper())

    @property
    def default_quick_plot_variables(self) -> list[str]:
        """What `pybamm.QuickPlot` shows."""
        return ["Metal thickness on the copper [m]", "Current [A]", "Voltage [V]"]
