"""Libraries that only some formats need: imported when used, named in the error where they are missing."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from types import ModuleType

from alloycoat.cyclers.archives import Source
from alloycoat.errors import DataFileError


def library(module: str, extra: str, file: object) -> ModuleType:
    """The module, imported now. Raises DataFileError with the command that installs it where it is missing."""
    try:
        return import_module(module)
    except ImportError as error:
        raise DataFileError(
            f"{file}: reading it needs the library {module.partition('.')[0]!r}, which is not installed; "
            f"run: pip install 'alloycoat[{extra}]'"
        ) from error


@contextmanager
def on_disk(source: Source) -> Iterator[Path]:
    """A path that holds the content: the file itself, or a copy in a temporary folder where it was packed."""
    if source.path.name == source.name:
        yield source.path
        return
    with tempfile.TemporaryDirectory(prefix="alloycoat-") as folder:
        copy = Path(folder) / ("content" + source.suffix)
        copy.write_bytes(source.content)
        yield copy


def damaged(source: Source, what: str, error: BaseException) -> DataFileError:
    """The error for content that a library stumbles over."""
    said = re.sub(r"(?:[A-Za-z]:)?[/\\][^\s:'\"]*[/\\][^\s:'\"]*", "the file", str(error).strip().split("\n")[0])[:80]
    return DataFileError(
        f"{source.path}: is not a readable {what} file: damaged or cut off ({type(error).__name__}: {said})"
    )
