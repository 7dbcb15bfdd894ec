"""Writes the page that checks the ageing cell: `python docs/results/build_cell.py` (some minutes of processor time).

--check compares the hash of its inputs alone. The tables of convergence and stress are made by
`benchmarks/cell_ageing.py` and `benchmarks/cell_stress.py`.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
PACKAGE = HERE.parent.parent / "src" / "alloycoat"
HEAD = "<!-- made by: python docs/results/build_cell.py; input hash: {digest} -->"
KERNELS = (
    "ageing_laws", "column", "instant", "life", "life_parameters", "moss", "order", "settle", "sites", "skip", "unit",
)  # fmt: skip
INPUTS = (
    *(f"cell/kernels/{name}.py" for name in KERNELS), "cell/ageing.py", "cell/plan.py", "chemistry/data/ageing.csv",
)  # fmt: skip


def input_hash() -> str:
    """Hash of the package's files behind the page."""
    digest = hashlib.sha256()
    for name in INPUTS:
        digest.update(name.encode())
        digest.update((PACKAGE / name).read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()[:16]


def main() -> int:
    """Write page and pictures, or compare hashes."""
    digest, target = input_hash(), HERE / "cell.md"
    if "--check" in sys.argv[1:]:
        fresh = target.exists() and HEAD.format(digest=digest) in target.read_text(encoding="utf-8")
        print("results are fresh" if fresh else "results are stale: run python docs/results/build_cell.py")
        return 0 if fresh else 1
    import cell_page

    target.write_text(cell_page.page(HEAD.format(digest=digest)), encoding="utf-8", newline="\n")
    for name, text in cell_page.pictures().items():
        (HERE / f"cell_{name}.svg").write_text(text + "\n", encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
