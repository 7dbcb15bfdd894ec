"""The papers behind the rows: one `Paper` a publication, however often the review cites it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from alloycoat.errors import MissingDataError, unknown_name
from alloycoat.literature.reading import numbers, parts, read
from alloycoat.sources import Reference

REVIEW = "Touja2021"
"""Key of the review that every row is read from (doi 10.1002/batt.202100009)."""
REVIEW_DOI = "10.1002/batt.202100009"
"""DOI of the review."""
VERIFICATIONS = ("verified", "doi only", "title only", "unverified")
"""What of DOI and title was seen at a source; what was not seen is left empty, never guessed."""

_COLUMNS = (
    "key", "numbers", "authors", "journal", "year", "volume", "pages", "doi", "title", "verification",
    "seen_at", "laboratory", "laboratory_basis", "note",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Paper:
    """A publication. `numbers` are its numbers in the review: 45 and 83, 48 and 52, 63 and 95 are one each.

    `laboratory` labels the group; it is inferred from the author list as `laboratory_basis` says. `origin` is
    "review", or "added" for a paper of the user's rows, which the review does not cite.
    """

    key: str
    numbers: tuple[int, ...]
    authors: tuple[str, ...]
    journal: str
    year: int
    volume: str
    pages: str
    doi: str
    title: str
    verification: str
    seen_at: str
    laboratory: str
    laboratory_basis: str
    note: str
    origin: str = "review"

    @property
    def citation(self) -> str:
        """Authors, journal, year, volume, pages as the review prints them."""
        shown = self.authors if len(self.authors) <= 3 else (f"{self.authors[0]} et al.",)
        place = " ".join(part for part in (self.journal, str(self.year)) if part)
        return ", ".join(part for part in (*shown, place, self.volume, self.pages) if part)

    @property
    def reference(self) -> Reference:
        """The paper as the bibliography of a run lists it."""
        cited = ", ".join(str(number) for number in self.numbers)
        return Reference(self.key, self.citation, self.doi, f"cited in {REVIEW} as {cited}" if cited else "")

    def to_json(self) -> dict[str, Any]:
        """The entry `reference` of a row; `doi` and `title` are empty where they were not verified."""
        return {
            "key": self.key,
            "numbers": list(self.numbers),
            "citation": self.citation,
            "title": self.title,
            "doi": self.doi,
            "url": self.reference.url,
            "verification": self.verification,
            "laboratory": self.laboratory,
            "laboratory_basis": self.laboratory_basis,
            "cited_in": REVIEW_DOI if self.origin == "review" else "",
        }


@lru_cache(maxsize=1)
def papers() -> dict[str, Paper]:
    """Every paper by its key, the review first."""
    return {
        line["key"]: Paper(
            key=line["key"],
            numbers=numbers(line["numbers"]),
            authors=parts(line["authors"]),
            journal=line["journal"],
            year=int(line["year"]),
            volume=line["volume"],
            pages=line["pages"],
            doi=line["doi"],
            title=line["title"],
            verification=line["verification"],
            seen_at=line["seen_at"],
            laboratory=line["laboratory"],
            laboratory_basis=line["laboratory_basis"],
            note=line["note"],
        )
        for line in read("references", _COLUMNS)
    }


def find_paper(ref: int | str) -> Paper:
    """The paper with this number in the review, key or DOI. Raises MissingDataError."""
    text = str(ref).strip().strip("[]")
    for paper in papers().values():
        if text.isdecimal() and int(text) in paper.numbers:
            return paper
        if text.lower() in {paper.key.lower(), paper.doi.lower()} - {""}:
            return paper
    known = [name for paper in papers().values() for name in (paper.key, *map(str, paper.numbers))]
    raise MissingDataError(unknown_name("ref", ref, known))
