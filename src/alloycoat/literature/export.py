"""Rows of the evidence as a file: csv, json or parquet, written whole or not at all."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Sequence
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

from alloycoat.errors import AlloycoatError, DataFileError, RecipeError, unknown_name
from alloycoat.literature.evidence import Row
from alloycoat.store import to_json, write_bytes

FORMATS = (".csv", ".json", ".parquet")
"""What `export` writes, by the ending of the file."""


def flatten(row: Row) -> dict[str, Any]:
    """The row as one flat line: `bare.life_lower_h`, lists and open tables as JSON text, `row` as text."""
    flat: dict[str, Any] = {}
    for key, value in row.to_json().items():
        if key in {"bare", "coated", "as_printed"}:
            flat.update({f"{key}.{name}": _cell(inner) for name, inner in value.items()})
        elif key == "reference":
            flat.update({f"reference.{name}": _cell(value[name]) for name in ("key", "citation", "doi", "title")})
        elif key != "references":
            flat[key] = _cell(value)
    flat["row"] = str(flat["row"])
    return flat


def _cell(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, (list, dict)) else value


def _lines(rows: Iterable[Row]) -> tuple[list[str], list[dict[str, Any]]]:
    lines = [flatten(row) for row in rows]
    columns = list(dict.fromkeys(name for line in lines for name in line))
    return columns, [{name: line.get(name) for name in columns} for line in lines]


def _csv(rows: Sequence[Row]) -> bytes:
    columns, lines = _lines(rows)
    text = StringIO(newline="")
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(lines)
    return text.getvalue().encode("utf-8")


def _parquet(rows: Sequence[Row]) -> bytes:
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as error:
        raise AlloycoatError(
            "--export: parquet files need the extra 'parquet': pip install 'alloycoat[parquet]'"
        ) from error
    _, lines = _lines(rows)
    stream = BytesIO()
    pq.write_table(pa.Table.from_pylist(lines), stream)
    return stream.getvalue()


def export(rows: Sequence[Row], path: str | Path, *, force: bool = False) -> Path:
    """Write the rows to `path`: the ending says how (.csv and .parquet flat, .json as `--json` prints them).

    force: replace an existing file. Raises RecipeError for another ending, DataFileError where the file
    exists and `force` is not set or where it cannot be written, AlloycoatError where pyarrow is missing.
    """
    path = Path(path)
    ending = path.suffix.lower()
    if ending not in FORMATS:
        raise RecipeError(unknown_name("--export", ending or path.name, FORMATS))
    if path.exists() and not force:
        raise DataFileError(f"--export: {path} exists already; say --force to replace it, or name another file")
    if ending == ".csv":
        content = _csv(rows)
    elif ending == ".json":
        content = (to_json([row.to_json() for row in rows]) + "\n").encode("utf-8")
    else:
        content = _parquet(rows)
    return write_bytes(path, content)
