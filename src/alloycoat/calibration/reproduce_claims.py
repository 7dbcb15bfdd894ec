"""Every claim of the review's text beside a number of this program, where one can be computed."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

from alloycoat.calibration.claim_checks import CHECKS, Found, Span, arguments_of
from alloycoat.literature.claims import ClaimRow
from alloycoat.literature.tables import claim_rows

AGREES, PARTLY, DISAGREES = "agrees", "partly", "disagrees"
CANNOT, BREAKS, MISPRINT = "cannot be predicted", "contradicts mass balance", "misprint"
VERDICTS = (AGREES, PARTLY, DISAGREES, CANNOT, BREAKS, MISPRINT)
MEASURED = 2.0
"""A measured value agrees within this factor of the predicted one, or inside its 80 % interval; a convention."""
FAR = 5.0
"""A derivable number that is off by more than this factor, or by more than its tolerance, is a misprint."""


@dataclass(frozen=True, slots=True)
class ReproducedClaim:
    """One claim: the printed words, what was computed, ratio of computed to printed, verdict and reason."""

    row: str
    claim: str
    printed: str
    predicted: tuple[Span, ...]
    unit: str
    ratio: float | None
    verdict: str
    reason: str

    @property
    def ref(self) -> str:
        """The claim has its own number; papers stand in `alloycoat evidence --table claim`."""
        return self.row

    def to_json(self) -> dict[str, Any]:
        """The row as `alloycoat reproduce --json` prints it."""
        return {
            "table": "claim", "row": self.row, "claim": self.claim, "printed": self.printed,
            "predicted": {
                "values": [span[1] for span in self.predicted],
                "values_interval": [[span[0], span[2]] for span in self.predicted], "unit": self.unit,
            },
            "ratio": self.ratio, "verdict": self.verdict, "reason": self.reason,
        }  # fmt: skip


@lru_cache(maxsize=1)
def checks() -> dict[str, dict[str, str]]:
    """The declared check of every claim."""
    text = (resources.files("alloycoat.calibration") / "data" / "claim_checks.csv").read_text(encoding="utf-8")
    return {line["id"]: line for line in csv.DictReader(text.splitlines())}


def _one(relation: str, printed: float, span: Span, found: Found) -> bool:
    """Whether a printed number and a computed one agree."""
    low, value, high = span
    if relation in ("above", "at least"):
        return high >= printed
    if relation in ("below", "at most"):
        return low <= printed * (1 + 1e-9)
    if low <= printed <= high:
        return True
    if found.absolute:
        return abs(value - printed) <= found.tolerance
    factor = max(found.tolerance, MEASURED if found.kind == "measurement" else 1.0)
    return 1.0 / factor <= abs(value / printed) <= factor


def judge(claim: ClaimRow, found: Found) -> tuple[str, float | None]:
    """(verdict, computed over printed of the first value) from the numbers alone."""
    if found.judged is not None:
        return found.judged, found.ratio
    printed = claim.values if found.printed is None else found.printed
    right = [
        _one(claim.relation, value, span, found) for value, span in zip(printed, found.predicted, strict=True)
    ]  # fmt: skip
    ratio = found.predicted[0][1] / printed[0]
    if all(right):
        return AGREES, ratio
    if found.kind == "amount" and printed[0] > FAR * found.predicted[0][2]:
        return BREAKS, ratio
    if found.kind == "statement":
        return MISPRINT, ratio
    return (PARTLY if any(right) else DISAGREES), ratio


def reproduce_claim(claim: ClaimRow) -> ReproducedClaim:
    """One claim by its declared check."""
    line = checks()[claim.row]
    found = CHECKS[line["check"]](claim, arguments_of(line["arguments"]))
    verdict, ratio = judge(claim, found)
    reason = "; ".join(text for text in (found.words, line["reason"]) if text)
    unit = claim.unit if found.predicted else ""
    return ReproducedClaim(claim.row, claim.claim, claim.wording, found.predicted, unit, ratio, verdict, reason)


def reproduce_claims() -> tuple[ReproducedClaim, ...]:
    """Every claim, in the order of the text."""
    return tuple(reproduce_claim(claim) for claim in claim_rows())
