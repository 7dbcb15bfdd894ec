"""Steps in cycles: a flat list is one cycle, a list in the list a cycle of its own, a table repeats what it holds.

["Plate ...", "Strip ..."]                                   one cycle of two steps
[["Plate ...", "Strip ..."], ["Rest for 1 hour"]]            two cycles (PyBaMM writes them as tuples)
[{steps = ["Plate ...", "Strip ..."], cycles = 10}, ...]     ten cycles, then what follows; tables may be nested
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, overload

from alloycoat.errors import RecipeError, nearest
from alloycoat.recipe.steps import Step, parse_step

_MOST_STEPS = 100_000
_DEEPEST = 8
_KEYS = ("steps", "cycles")


@dataclass(frozen=True, slots=True)
class Block:
    """Steps that make one numbered cycle, and how often it is run in a row."""

    steps: tuple[Step, ...]
    cycles: int = 1


@dataclass(frozen=True, slots=True)
class Program(Sequence[Step]):
    """The steps of a protocol: a sequence of every step in turn, and the cycles that they make (`blocks`).

    written: as the recipe has it, texts and tables only.
    """

    blocks: tuple[Block, ...]
    written: tuple[Any, ...]

    def _all(self) -> tuple[Step, ...]:
        return tuple(step for block in self.blocks for _ in range(block.cycles) for step in block.steps)

    @property
    def distinct(self) -> tuple[Step, ...]:
        """The steps of every block once."""
        return tuple(step for block in self.blocks for step in block.steps)

    @property
    def cycles(self) -> int:
        """Numbered cycles of one pass."""
        return sum(block.cycles for block in self.blocks)

    @property
    def text(self) -> str:
        """What is done, on one line: every cycle once, with how often it is run; at most six of them."""
        shown = ["; ".join(step.text for step in block.steps) for block in self.blocks[:6]]
        if len(self.blocks) == 1 and self.blocks[0].cycles == 1:
            return shown[0]
        parts = [f"({words}) × {block.cycles}" for words, block in zip(shown, self.blocks, strict=False)]
        return ", ".join(parts) + (f", … ({len(self.blocks)} in all)" if len(self.blocks) > 6 else "")

    @overload
    def __getitem__(self, index: int) -> Step: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Step, ...]: ...
    def __getitem__(self, index: int | slice) -> Step | tuple[Step, ...]:
        """A step of one pass by its place."""
        return self._all()[index]

    def __iter__(self) -> Iterator[Step]:
        return iter(self._all())

    def __len__(self) -> int:
        return sum(block.cycles * len(block.steps) for block in self.blocks)


def parse_program(items: object, field: str = "[protocol] steps") -> Program:
    """Read steps, lists of steps and tables that repeat them.

    Raises RecipeError (field, what was given, what is allowed).

    >>> parse_program([{"steps": ["Plate at 1 mA/cm2 for 1 h", "Strip at 1 mA/cm2 for 1 h"], "cycles": 3}]).cycles
    3
    """
    if isinstance(items, Program):
        return items
    if isinstance(items, (str, Mapping)) or not isinstance(items, Sequence):
        raise RecipeError(f"{field}: {items!r:.60} is not a list of steps")
    blocks = tuple(_merged(_blocks(items, 1, field, 0)))
    program = Program(blocks, tuple(_written(item) for item in items))
    if len(program) > _MOST_STEPS:
        raise RecipeError(f"{field}: {len(program)} steps in one pass; at most {_MOST_STEPS} are allowed")
    return program


def _blocks(items: Sequence[object], cycles: int, field: str, depth: int) -> list[Block]:
    """The blocks of a list that is run `cycles` times."""
    if depth > _DEEPEST:
        raise RecipeError(f"{field}: steps are nested more than {_DEEPEST} deep")
    if not items:
        raise RecipeError(f"{field}: the list is empty; write for instance ['Plate at 2 mA/cm2 for 1 hour']")
    if not any(_nested(item) for item in items):
        return [Block(tuple(_step(item, field) for item in items), cycles)]
    found: list[Block] = []
    loose: list[Step] = []
    for item in items:
        if not _nested(item):
            loose.append(_step(item, field))
            continue
        if loose:
            found.append(Block(tuple(loose)))
            loose = []
        inner, repeats = _group(item, field)
        found += _blocks(inner, repeats, field, depth + 1)
    if loose:
        found.append(Block(tuple(loose)))
    if cycles * len(found) > _MOST_STEPS:
        raise RecipeError(f"{field}: more than {_MOST_STEPS} steps in one pass")
    return found * cycles


def _step(item: object, field: str) -> Step:
    return item if isinstance(item, Step) else parse_step(item, field)


def _nested(item: object) -> bool:
    return isinstance(item, (list, tuple, Mapping, Block))


def _group(item: object, field: str) -> tuple[Sequence[object], int]:
    """What a nested item holds and how often it is run."""
    if isinstance(item, Block):
        return item.steps, item.cycles
    if not isinstance(item, Mapping):
        assert isinstance(item, (list, tuple))
        return item, 1
    for key in item:
        if key not in _KEYS:
            match = nearest(str(key), _KEYS)
            hint = f"; did you mean {match!r}?" if match else "."
            raise RecipeError(f"{field} {key}: this key is not known{hint} Allowed: {', '.join(_KEYS)}")
    inner, cycles = item.get("steps"), item.get("cycles", 1)
    if isinstance(inner, str) or not isinstance(inner, (list, tuple)):
        raise RecipeError(f'{field}: a table needs steps = ["Plate ...", "Strip ..."]; {inner!r:.60} given')
    if isinstance(cycles, bool) or not isinstance(cycles, int) or not 1 <= cycles <= 1_000_000:
        raise RecipeError(f"{field} cycles: {cycles!r:.60} given; a whole number from 1 to 1000000 is needed")
    return inner, cycles


def _merged(blocks: list[Block]) -> Iterator[Block]:
    """Neighbours of the same steps as one block."""
    before: Block | None = None
    for block in blocks:
        if before is not None and before.steps == block.steps:
            before = replace(before, cycles=before.cycles + block.cycles)
            continue
        if before is not None:
            yield before
        before = block
    if before is not None:
        yield before


def _written(item: object) -> Any:
    """An item as texts and tables."""
    if isinstance(item, Step):
        return item.text
    if isinstance(item, Block):
        return {"steps": [step.text for step in item.steps], "cycles": item.cycles}
    if isinstance(item, Mapping):
        return {"steps": [_written(inner) for inner in item["steps"]], "cycles": item.get("cycles", 1)}
    if isinstance(item, (list, tuple)):
        return [_written(inner) for inner in item]
    return str(item).strip()
