"""The only room that writes files by itself: a temporary file beside the target, then a rename."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any

from alloycoat.errors import DataFileError


def write_bytes(path: Path, content: bytes) -> Path:
    """Write `content` to `path` so that a reader sees the old file or the new one, never a part.

    Raises DataFileError where the folder cannot be made or written.
    """
    path = Path(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise DataFileError(f"cannot write {path}: {error.strerror}") from error
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
        temporary.chmod(0o644)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return path


def write_text(path: Path, content: str) -> Path:
    """`write_bytes` for UTF-8 text with line feeds."""
    return write_bytes(path, content.encode("utf-8"))


def to_json(document: Any) -> str:
    """One JSON document, indented, ASCII formulas kept; refuses NaN and infinity."""
    return json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False)


def write_json(path: Path, document: Any) -> Path:
    """Write `document` as JSON."""
    return write_text(path, to_json(document) + "\n")
