"""`Recipe`: the whole file (anode, coating, cell, protocol), nested as in TOML, checked once and frozen."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    SerializerFunctionWrapHandler,
    ValidationError,
    model_serializer,
    model_validator,
)

from alloycoat import chemistry
from alloycoat.errors import QuantityError, RecipeError, nearest, unknown_name
from alloycoat.quantities import DIMENSIONS, Concentration, parse
from alloycoat.recipe import fields
from alloycoat.recipe.fields import Amount, read_amount, read_concentration, read_electrode, read_positive
from alloycoat.recipe.program import Program, parse_program
from alloycoat.recipe.rate_step import RATE_STEP, stages
from alloycoat.recipe.routes import FORMS, ROUTES, check_route
from alloycoat.recipe.steps import Step, parse_steps

_LARGEST_FILE = 1_000_000
POSITIVES = (
    "LTO", "NMC", "NMC111", "NMC532", "NMC622", "NMC811", "LFP", "FePO4", "NVP", "TiS2", "S", "O2",
)  # fmt: skip
COLDEST, HOTTEST = 200.0, 400.0  # K


def _positive(dimension: str, field: str) -> tuple[BeforeValidator, PlainSerializer]:
    def read(text: object) -> float:
        return read_positive(text, dimension, field)

    def write(value: float) -> str:
        return f"{value!r} {DIMENSIONS[dimension][0]}"

    return BeforeValidator(read), PlainSerializer(write, return_type=str)


def _amount(field: str, *dimensions: str) -> tuple[BeforeValidator, PlainSerializer]:
    def read(text: object) -> Amount:
        return text if isinstance(text, Amount) else read_amount(text, dimensions, field)

    return BeforeValidator(read), PlainSerializer(lambda amount: amount.text, return_type=str)


def _dissolved(field: str) -> tuple[BeforeValidator, PlainSerializer]:
    def read(text: object) -> Concentration:
        return text if isinstance(text, Concentration) else read_concentration(text, field)

    return BeforeValidator(read), PlainSerializer(lambda found: found.text, return_type=str)


def _one_of(field: str, allowed: tuple[str, ...]) -> BeforeValidator:
    def check(value: object) -> str:
        if value not in allowed or not isinstance(value, str):
            raise RecipeError(unknown_name(field, value, allowed))
        return value

    return BeforeValidator(check)


def _name(field: str, find: Callable[[str], Any]) -> BeforeValidator:
    """A name that a table must know; kept in the table's spelling."""

    def check(value: object) -> str:
        if not isinstance(value, str) or len(value) > 200:
            raise RecipeError(f"{field}: {value!r:.60} is not a name")
        try:
            return str(find(value))
        except RecipeError as error:
            tail = str(error).partition(": ")[2]
            raise type(error)(f"{field}: {tail}") from None

    return BeforeValidator(check)


def find_precursor(text: str) -> str:
    """Formula of a precursor, or symbol of an element brought as particles; raises MissingDataError."""
    if text in chemistry.elements():
        return text
    return chemistry.precursor(text).formula


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class Anode(_Table):
    """The metal to protect; `thickness` and `area` are asked for where a result needs them."""

    metal: Annotated[str, _name("[anode] metal", lambda text: chemistry.anode(text).symbol)]
    thickness: Annotated[float, *_positive("length", "[anode] thickness")] | None = None
    area: Annotated[float, *_positive("area", "[anode] area")] | None = None
    coated: Annotated[str, _one_of("[anode] coated", ("both", "one"))] = "both"


class PrecursorPart(_Table):
    """One precursor of a mixture, `[[coating.precursors]]`."""

    precursor: Annotated[str, _name("[[coating.precursors]] precursor", find_precursor)]
    concentration: Annotated[Concentration, *_dissolved("[[coating.precursors]] concentration")] | None = None
    volume: Annotated[Amount, *_amount("[[coating.precursors]] volume", "volume", "volume per area")] | None = None


class CoatingStep(_Table):
    """How the layer is made; what each route needs stands in `recipe.routes`."""

    route: Annotated[str, _one_of("[coating] route", tuple(ROUTES))]
    precursor: Annotated[str, _name("[coating] precursor", find_precursor)] | None = None
    precursors: tuple[PrecursorPart, ...] = ()
    solvent: Annotated[str, _name("[coating] solvent", chemistry.solvent_text)] | None = None
    concentration: Annotated[Concentration, *_dissolved("[coating] concentration")] | None = None
    time: Annotated[float, *_positive("time", "[coating] time")] | None = None
    volume: Annotated[Amount, *_amount("[coating] volume", "volume", "volume per area")] | None = None
    stirred: bool = False
    rinse: bool = False
    form: Annotated[str, _one_of("[coating] form", FORMS)] | None = None
    source_temperature: Annotated[float, *_positive("temperature", "[coating] source_temperature")] | None = None
    metal: Annotated[str, _name("[coating] metal", lambda text: chemistry.element(text).symbol)] | None = None
    thickness: Annotated[float, *_positive("length", "[coating] thickness")] | None = None
    rate: Annotated[float, *_positive("speed", "[coating] rate")] | None = None
    foil_thickness: Annotated[float, *_positive("length", "[coating] foil_thickness")] | None = None
    temperature: Annotated[float, *_positive("temperature", "[coating] temperature")] | None = None
    material: Annotated[str, _name("[coating] material", lambda text: chemistry.element(text).symbol)] | None = None
    composition: str | None = None
    amount: (
        Annotated[
            Amount,
            *_amount(
                "[coating] amount", "mass per area", "amount per area", "volume per area",
                "mass", "amount", "volume",
            ),
        ]
        | None
    ) = None  # fmt: skip

    @model_validator(mode="after")
    def _complete(self) -> CoatingStep:
        check_route(self.route, {name for name in type(self).model_fields if getattr(self, name)}, self.form)
        particles = [part.precursor for part in self.parts if part.precursor in chemistry.elements()]
        if particles and (self.form != "dispersion" or self.route not in {"dip", "drop-cast"}):
            raise RecipeError(
                f"[coating] precursor: {particles[0]!r} is an element, not a salt; particles of it are brought by "
                "the routes 'dip' or 'drop-cast' with form = 'dispersion'"
            )
        return self

    @property
    def parts(self) -> tuple[PrecursorPart, ...]:
        """The precursors, one or several."""
        if self.precursors:
            return self.precursors
        if self.precursor is None:
            return ()
        return (
            PrecursorPart.model_construct(
                precursor=self.precursor, concentration=self.concentration, volume=self.volume
            ),
        )


class CellPart(_Table):
    """The cell around the electrode."""

    format: Annotated[str, _one_of("[cell] format", ("symmetric", "half", "full"))] = "symmetric"
    electrolyte: Annotated[str, _name("[cell] electrolyte", lambda text: chemistry.electrolyte(text).text)] | None = (
        None
    )
    electrolyte_amount: Annotated[Amount, *_amount("[cell] electrolyte_amount", "volume per area", "volume")] | None = (
        None
    )
    separator: Annotated[str, _name("[cell] separator", lambda text: chemistry.separator(text).name)] | None = None
    positive: Annotated[str, BeforeValidator(lambda name: read_electrode(name, POSITIVES))] | None = None
    positive_loading: Annotated[float, *_positive("areal capacity", "[cell] positive_loading")] | None = None
    sulfur_loading: Annotated[float, *_positive("mass per area", "[cell] sulfur_loading")] | None = None
    temperature: Annotated[float, *_positive("temperature", "[cell] temperature")] = Field(
        "25 degC",
        validate_default=True,  # read like a user's text
    )
    pressure: Annotated[float, *_positive("pressure", "[cell] pressure")] | None = None
    atmosphere: Annotated[str, _one_of("[cell] atmosphere", ("dry", "humid", "O2"))] = "dry"
    water: (
        Annotated[float, BeforeValidator(fields.read_water), PlainSerializer(fields.water_text, return_type=str)] | None
    ) = None
    n_to_p: float | None = Field(None, ge=0, strict=True, allow_inf_nan=False)

    @model_validator(mode="after")
    def _possible(self) -> CellPart:
        if not COLDEST <= self.temperature <= HOTTEST:
            raise RecipeError(
                f"[cell] temperature: {self.temperature:g} K lies outside {COLDEST:g} to {HOTTEST:g} K, "
                "where a liquid cell works"
            )
        return self


def _formation(texts: object) -> tuple[Step, ...]:
    return parse_steps(texts, "[protocol] formation") if texts else ()


_STEP_TEXTS = PlainSerializer(lambda steps: [step.text for step in steps], return_type=list[str])
_DENSITY = "current density"


class Protocol(_Table):
    """What the cycler does: `formation` once, then `steps` repeated `cycles` times, `rest` after each step.

    A named protocol (`name`, so far "rate-step") makes its steps itself from `from`, `to`, `step` (current
    densities) and `time` or `capacity` of a half-cycle; `cycles` is then the number at each current density.
    """

    steps: Annotated[Program, BeforeValidator(parse_program), PlainSerializer(lambda found: list(found.written))]
    cycles: int = Field(1, ge=1, le=1_000_000, strict=True)
    cutoff: Annotated[float, *_positive("voltage", "[protocol] cutoff")] | None = None
    formation: Annotated[tuple[Step, ...], BeforeValidator(_formation), _STEP_TEXTS] = ()
    rest: Annotated[float, *_positive("time", "[protocol] rest")] | None = None
    seed: int = Field(0, ge=0, lt=2**32, strict=True)
    replicates: int = Field(1, ge=1, le=10_000, strict=True)
    name: Annotated[str, _one_of("[protocol] name", (RATE_STEP,))] | None = None
    from_: Annotated[float, *_positive(_DENSITY, "[protocol] from")] | None = Field(None, alias="from")
    to: Annotated[float, *_positive(_DENSITY, "[protocol] to")] | None = None
    step: Annotated[float, *_positive(_DENSITY, "[protocol] step")] | None = None
    time: Annotated[float, *_positive("time", "[protocol] time")] | None = None
    capacity: Annotated[float, *_positive("areal capacity", "[protocol] capacity")] | None = None

    @model_validator(mode="before")
    @classmethod
    def _named(cls, data: Any) -> Any:
        return stages(data) if isinstance(data, dict) else data

    @model_serializer(mode="wrap")
    def _as_written(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        found: dict[str, Any] = handler(self)
        return {"from" if key == "from_" else key: value for key, value in found.items()}

    @property
    def text(self) -> str:
        """What is done, in words on one line."""
        if self.name is not None and self.from_ is not None and self.to is not None and self.step is not None:
            span = self.steps[0].text.partition(" for ")[2]
            return (
                f"rate step from {self.from_ / 10:g} to {self.to / 10:g} mA/cm2 by {self.step / 10:g}, {span} a "
                f"half-cycle, {self.cycles} {'cycle' if self.cycles == 1 else 'cycles'} each"
            )
        return f"{self.steps.text}; {self.cycles} {'cycle' if self.cycles == 1 else 'cycles'}"

    @property
    def repeats(self) -> int:
        """How often the whole of `steps` is run: `cycles`, but once for a named protocol."""
        return 1 if self.name is not None else self.cycles

    @property
    def total_cycles(self) -> int:
        """Numbered cycles of the whole test, without the formation."""
        return self.repeats * self.steps.cycles


def protocol_of(given: Any) -> Any:
    """A protocol as it is, or one cycle's worth of steps (a list as `parse_program` reads it) made into one.

    Raises RecipeError for what is neither.
    """
    if hasattr(given, "steps"):
        return given
    if isinstance(given, str):
        raise RecipeError(f"[protocol] steps: {given!r:.60} is not a list; write [{given!r:.60}]")
    return Protocol.model_validate({"steps": parse_program(given)})


class Recipe(_Table):
    """A whole recipe file. A file without `[coating]` is a bare anode."""

    title: str = Field("", max_length=500)
    anode: Anode
    coating: CoatingStep | None = None
    cell: CellPart | None = None
    protocol: Protocol | None = None

    @model_validator(mode="after")
    def _one_metal(self) -> Recipe:
        if self.cell is not None and self.cell.electrolyte is not None:
            cation = chemistry.electrolyte(self.cell.electrolyte).cation
            if cation != self.anode.metal:
                raise RecipeError(
                    f"[cell] electrolyte: {self.cell.electrolyte!r} is a salt of {cation}, but the anode is "
                    f"{self.anode.metal}; its cation must be that of the anode"
                )
        return self

    @classmethod
    def load(cls, path: str | Path) -> Recipe:
        """Read a TOML file; raises RecipeError with one line a fault (at most two)."""
        path = Path(path)
        try:
            if path.stat().st_size > _LARGEST_FILE:
                raise RecipeError(f"{path}: larger than {_LARGEST_FILE} bytes: not a recipe")
            text = path.read_bytes().decode("utf-8-sig")
        except OSError as error:
            raise RecipeError(f"{path}: cannot be read: {error.strerror or error}") from None
        except UnicodeDecodeError:
            raise RecipeError(f"{path}: is not UTF-8 text: not a recipe") from None
        return cls.from_toml(text, str(path), path.parent)

    @classmethod
    def from_toml(cls, text: str, name: str = "recipe", folder: Path | None = None) -> Recipe:
        """Read TOML text; `name` stands in the messages, files in it are in `folder`. Raises RecipeError."""
        try:
            tables = tomllib.loads(text)
        except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
            raise RecipeError(f"{name}: broken TOML: {error or 'nested too deep'}") from None
        return cls.from_tables(tables if folder is None else fields.beside(tables, folder))

    @classmethod
    def from_tables(cls, tables: dict[str, Any]) -> Recipe:
        """`model_validate` with the refusals as one or two plain lines (RecipeError)."""
        try:
            return cls.model_validate(tables)
        except ValidationError as error:
            lines = list(_refusals(error))
            more = f" (and {len(lines) - 2} more)" if len(lines) > 2 else ""
            raise RecipeError("\n".join(lines[:2]) + more) from None


_MODELS: dict[str, type[BaseModel]] = {
    "anode": Anode, "coating": CoatingStep, "cell": CellPart, "protocol": Protocol,
    "coating.precursors": PrecursorPart,
}  # fmt: skip


_PLAIN = {
    "string_type": "must be text", "bool_type": "must be true or false", "bool_parsing": "must be true or false",
    "int_type": "must be a whole number", "int_parsing": "must be a whole number", "float_type": "must be a number",
    "tuple_type": "must be a list of tables, [[coating.precursors]]", "finite_number": "must be finite",
}  # fmt: skip


def _refusals(error: ValidationError) -> Iterator[str]:
    """One line a fault: field, value given, what is allowed, nearest match."""
    for fault in error.errors(include_url=False):
        names = [str(part) for part in fault["loc"] if isinstance(part, str)]
        table, key = ".".join(names[:-1]), names[-1] if names else "recipe"
        field = f"[{table}] {key}" if table else f"[{key}]" if key in _MODELS else key
        model: type[BaseModel] = _MODELS.get(table, Recipe)
        given = repr(fault.get("input"))[:60]
        if fault["type"] == "extra_forbidden":
            allowed = [part.alias or known for known, part in model.model_fields.items()]
            match = nearest(key, allowed)
            hint = f"; did you mean {match!r}?" if match else "."
            yield f"{field}: this key is not known{hint} Allowed: {', '.join(allowed)}"
        elif fault["type"] == "missing":
            yield f"{field} is missing"
        elif fault["type"] in {"model_type", "model_attributes_type", "dict_type"}:
            yield f"{field}: {given} must be a table, with its keys on lines of their own below {field}"
        elif fault["type"] in _PLAIN:
            yield f"{field}: {given} {_PLAIN[fault['type']]}"
        else:
            yield f"{field}: {given}: {fault['msg'][:1].lower()}{fault['msg'][1:]}"


def plate_strip(
    current_density: str, half_cycle: str, *, cycles: int = 1, first: Literal["Plate", "Strip"] = "Plate"
) -> Protocol:
    """Symmetric cycling: plate then strip (or the reverse) at `current_density` for `half_cycle` each.

    half_cycle: a time ("1 h") or an areal capacity ("2 mAh/cm2"). Raises RecipeError.
    """
    second = "Strip" if first == "Plate" else "Plate"
    steps = [f"{verb} at {current_density} for {half_cycle}" for verb in (first, second)]
    return Protocol.model_validate({"steps": steps, "cycles": cycles})


def rate_step(first: str, last: str, step: str, half_cycle: str, *, cycles: int = 1) -> Protocol:
    """The protocol that finds the critical current density: plating and stripping at ever higher current.

    first, last, step: current densities ("0.5 mA/cm2"). half_cycle: a time ("1 h", constant time, so the charge
    grows with the current) or an areal capacity ("1 mAh/cm2", constant charge). cycles: at each current density.
    The critical one is the first at which a criterion of failure is met. Raises RecipeError.
    """
    try:
        parse(half_cycle, "time")
        length = "time"
    except QuantityError:
        length = "capacity"
    tables = {"name": RATE_STEP, "from": first, "to": last, "step": step, length: half_cycle, "cycles": cycles}
    return Protocol.model_validate(tables)
