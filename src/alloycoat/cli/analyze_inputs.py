"""What the words of `alloycoat analyze` mean: files, folders, groups of files, area, mass, current."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from alloycoat.analysis.practicality import Card
    from alloycoat.outcome import Outcome
    from alloycoat.record import CyclingRecord


@dataclass(frozen=True, slots=True)
class Analyzed:
    """One cell: the name of its file without suffix, its record, what came out, the group it belongs to."""

    name: str
    file: Path
    record: CyclingRecord
    outcome: Outcome
    group: str = ""
    many: bool = False  # one of several cells


@dataclass(frozen=True, slots=True)
class Facts:
    """What the user says of the cells, for the practicality card and the published ones; SI units."""

    anode: str | None = None
    thickness_m: float | None = None
    electrolyte_m3: float | None = None
    area_m2: float | None = None

    @property
    def metadata(self) -> dict[str, str]:
        """What is kept beside a record."""
        return {} if self.anode is None else {"anode": self.anode}

    def card(self, outcome: Outcome, replicates: int | None) -> Card:
        """The practicality card of an outcome."""
        from alloycoat.analysis.practicality import card

        return card(
            outcome, area_m2=self.area_m2, metal=self.anode, anode_thickness_m=self.thickness_m,
            electrolyte_m3=self.electrolyte_m3, replicates=replicates or None,
        )  # fmt: skip


def positive(text: str | None, dimension: str, flag: str) -> float | None:
    """A quantity of a flag in SI, None where not given; raises RecipeError where it is not above zero."""
    from alloycoat.errors import RecipeError
    from alloycoat.quantities import parse

    value = None if text is None else parse(text, dimension, flag)
    if value is not None and value <= 0:
        raise RecipeError(f"{flag}: {text!r} is not above zero")
    return value


def facts_of(anode: str | None, thickness: str | None, amount: str | None, area: str | None) -> Facts:
    """The facts of the flags. Raises RecipeError for another metal, or an amount per area without an area."""
    from alloycoat.chemistry import anodes
    from alloycoat.errors import QuantityError, RecipeError, unknown_name
    from alloycoat.quantities import parse

    if anode is not None and anode not in anodes():
        raise RecipeError(unknown_name("--anode", anode, anodes()))
    area_m2 = positive(area, "area", "--area")
    volume = None
    if amount is not None:
        try:
            volume = parse(amount, "volume", "--electrolyte-amount")
        except QuantityError as error:
            try:
                per_area = parse(amount, "volume per area", "--electrolyte-amount")
            except QuantityError:
                raise error from None
            if area_m2 is None:
                raise RecipeError(
                    f"--electrolyte-amount: {amount!r} is per area; give --area too, or a total"
                ) from None
            volume = per_area * area_m2
        if volume <= 0:
            raise RecipeError(f"--electrolyte-amount: {amount!r} is not above zero")
    return Facts(anode, positive(thickness, "length", "--anode-thickness"), volume, area_m2)


def current_of(text: str | None, area_m2: float | None) -> float | None:
    """The current in A: a total current, or a density times the area where the area is given.

    Raises QuantityError for another unit, RecipeError for a density without an area.
    """
    from alloycoat.errors import QuantityError, RecipeError
    from alloycoat.quantities import parse

    if text is None:
        return None
    try:
        return parse(text, "current", "--current")
    except QuantityError as error:
        try:
            density = parse(text, "current density", "--current")
        except QuantityError:
            raise error from None
        if area_m2 is None:
            raise RecipeError(
                f"--current: {text!r} is a current density; give --area too, or a total current"
            ) from None
        return density * area_m2


def expand(files: Sequence[Path]) -> list[Path]:
    """Files, and the readable files of folders, in order of name; raises DataFileError for a folder of none."""
    from alloycoat.cyclers import formats
    from alloycoat.errors import DataFileError

    plain = sorted({suffix for each in formats() for suffix in each.suffixes})
    suffixes = (*plain, *(f"{suffix}{packed}" for suffix in plain for packed in (".gz", ".zip")))
    found: list[Path] = []
    for path in files:
        if not path.is_dir():
            found.append(path)
            continue
        inside = sorted(
            one for one in path.iterdir()
            if one.is_file() and not one.name.startswith(".") and one.name.lower().endswith(suffixes)
        )  # fmt: skip
        if not inside:
            raise DataFileError(f"{path}: the folder has no file that ends in {', '.join(plain)}")
        found += inside
    return found


def stem(path: Path) -> str:
    """The name of a file without the suffixes of its format."""
    name = path.name
    from alloycoat.cyclers import formats

    known = sorted({suffix for each in formats() for suffix in each.suffixes}, key=len, reverse=True)
    for suffix in (".gz", ".zip", *known, ".bdf"):
        if name.lower().endswith(suffix) and len(name) > len(suffix):
            name = name[: -len(suffix)]
    return name


def _on_disk(pattern: str) -> list[Path]:
    """Files and folders that a pattern meets, in order of name."""
    path = Path(pattern)
    base = Path(path.anchor) if path.anchor else Path()
    relative = path.relative_to(path.anchor) if path.anchor else path
    try:
        return sorted(each for each in base.glob(relative.as_posix()) if not each.name.startswith("."))
    except (ValueError, NotImplementedError, OSError):
        return []


def grouped(texts: Sequence[str], files: Sequence[Path]) -> list[tuple[str, str, list[Path]]]:
    """(name, pattern, files) of each "NAME=GLOB".

    The pattern is met by the name or the path of one of `files`; where it meets none of them, or there are none, it
    is looked up on the disk, and a folder stands for its readable files. Raises RecipeError for a text without a
    name, a name twice, a pattern that meets no file, or a file in two groups.
    """
    from alloycoat.errors import RecipeError

    found: list[tuple[str, str, list[Path]]] = []
    owner: dict[Path, str] = {}
    for text in texts:
        name, sign, pattern = (part.strip() for part in text.partition("="))
        if not (name and sign and pattern):
            raise RecipeError(f"--group: {text!r} is not NAME=GLOB; write --group 'bare=data/bare_*.csv'")
        if any(name == other for other, _, _ in found):
            raise RecipeError(f"--group: the name {name!r} is given twice")
        mine = [path for path in files if fnmatchcase(path.name, pattern) or fnmatchcase(path.as_posix(), pattern)]
        if not mine:
            mine = expand(_on_disk(pattern))
        if not mine:
            shown = ", ".join(path.name for path in files[:5])
            raise RecipeError(f"--group: {pattern!r} ({name}) meets no file{f'; there are {shown}' if shown else ''}")
        for path in mine:
            key = path.resolve()
            if key in owner:
                raise RecipeError(f"--group: {path} is in two groups, {owner[key]} and {name}")
            owner[key] = name
        found.append((name, pattern, mine))
    return found
