"""How long a sulfur cell takes: CPU time a cycle, and 1,000 cycles with their balances.

python benchmarks/sulfur.py
"""

import time

import numpy as np

from alloycoat.cell import cycle_sulfur, sulfur
from alloycoat.recipe import Protocol


def main() -> None:
    cell = sulfur(
        anode="Li", sulfur_loading="1.2 mg/cm2", electrolyte="1 M LiTFSI in DOL/DME", electrolyte_amount="20 uL/cm^2",
        area="1 cm^2", n_to_p=300.0,
    ).sample({"shuttle_loss": 0.0})  # fmt: skip
    for rate in ("0.1C", "0.5C"):
        steps = [f"Discharge at {rate} until 1.8 V", f"Charge at {rate} until 2.6 V"]
        cycle_sulfur(cell, Protocol.model_validate({"steps": steps}))  # compiles
        best = np.inf
        for _ in range(3):
            begin = time.process_time()
            done = cycle_sulfur(cell, Protocol.model_validate({"steps": steps, "cycles": 1000}))
            best = min(best, time.process_time() - begin)
        names = ("sulfur_balance_error", "charge_balance_error", "metal_balance_error")
        worst = max(float(np.abs(done.states[name]).max()) for name in names)
        print(f"{rate}: {done.cycles} cycles in {best:.2f} s of CPU time, {best:.2f} ms a cycle; balances {worst:.0e}")


if __name__ == "__main__":
    main()
