"""The papers and data sources behind a result: keys of tables and of published rows become references."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from alloycoat.chemistry.tables import references
from alloycoat.errors import MissingDataError
from alloycoat.literature import papers
from alloycoat.literature.papers import REVIEW
from alloycoat.sources import Reference


def resolve(keys: Iterable[str]) -> tuple[Reference, ...]:
    """References by key, each once, in the order given.

    Raises MissingDataError for a key that neither the data tables nor the published rows know.
    """
    tables, published = references(), papers()
    found: dict[str, Reference] = {}
    for key in keys:
        if key in tables:
            found[key] = tables[key]
        elif key in published:
            found[key] = published[key].reference
        else:
            raise MissingDataError(f"source: no reference has the key {key!r}: a defect of the data tables")
    return tuple(found.values())


def to_json(found: Iterable[Reference]) -> list[dict[str, Any]]:
    """References as they stand in the json documents; `doi` is empty where none is known."""
    return [
        {"key": item.key, "citation": item.citation, "doi": item.doi, "url": item.url, "note": item.note}
        for item in found
    ]


def evidence_keys(keys: Iterable[str]) -> tuple[str, ...]:
    """Keys of the papers of published rows, the review in which they stand first."""
    found = tuple(keys)
    return (REVIEW, *found) if found else ()
