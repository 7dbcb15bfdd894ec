"""The figures and claims of the review's text: `ClaimRow`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from alloycoat.literature.papers import Paper


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """A figure or a statement of the review's text.

    `values` are the numbers in `unit` (empty where the claim is words alone, then `text_value` says it);
    `relation` tells how they are meant, `value_labels` what each is. `conditions` are (name, text) pairs.
    """

    table: ClassVar[str] = "claim"
    row: str
    section: str
    claim: str
    quantity: str
    relation: str
    values: tuple[float, ...]
    value_labels: tuple[str, ...]
    unit: str
    text_value: str
    conditions: tuple[tuple[str, str], ...]
    anodes: tuple[str, ...]
    elements: tuple[str, ...]
    wording: str
    kind: str
    papers: tuple[Paper, ...]
    refs: tuple[int, ...]
    note: str

    @property
    def paper(self) -> Paper:
        """The first paper cited; the review itself where it cites none."""
        return self.papers[0]

    @property
    def as_printed(self) -> dict[str, str]:
        """The review's wording of the figure."""
        return {"claim": self.wording}

    def to_json(self) -> dict[str, Any]:
        """The row as `alloycoat evidence --json` prints it."""
        return {
            "table": self.table,
            "row": self.row,
            "section": self.section,
            "claim": self.claim,
            "quantity": self.quantity,
            "relation": self.relation,
            "values": list(self.values),
            "value_labels": list(self.value_labels),
            "unit": self.unit,
            "text_value": self.text_value,
            "conditions": dict(self.conditions),
            "anodes": list(self.anodes),
            "elements": list(self.elements),
            "kind": self.kind,
            "note": self.note,
            "as_printed": self.as_printed,
            "reference": self.paper.to_json(),
            "references": [paper.to_json() for paper in self.papers],
            "warnings": [],
        }
