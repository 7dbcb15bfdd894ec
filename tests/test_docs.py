"""The documentation tells the truth: blocks run, recipes are read, commands, pages and shown output are real."""

import csv
import importlib.util
import os
import re
import shlex
from functools import lru_cache
from importlib import resources
from importlib.metadata import entry_points
from pathlib import Path

import pytest
import typer
from sybil.document import Document
from sybil.evaluators.python import PythonEvaluator
from sybil.parsers.myst import CodeBlockParser
from typer.testing import CliRunner

from alloycoat.cli.app import app
from alloycoat.recipe import Recipe
from alloycoat.recipe.routes import ROUTES

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
if not DOCS.is_dir():
    pytest.skip("the documentation is not part of this checkout", allow_module_level=True)
PAGES = sorted(
    path
    for path in DOCS.rglob("*.md")
    if not {"_build", "jupyter_execute", "schema"} & set(path.relative_to(DOCS).parts)
)
EXCERPT = "# excerpt"
SHOWN = sorted((DOCS / "guide").glob("*.md"))
"""Pages whose console blocks with `$ ` are run and whose output is compared."""


def blocks(path: Path, *languages: str) -> list[str]:
    """The fenced blocks of a page in these languages."""
    text = path.read_text(encoding="utf-8")
    return [body for name, body in re.findall(r"^```([a-z]+)\n(.*?)^```", text, re.S | re.M) if name in languages]


def commands() -> dict[str, set[str]]:
    """Every command of the CLI with its flags."""
    group = typer.main.get_command(app)
    return {
        name: {flag for parameter in command.params for flag in getattr(parameter, "opts", ()) if flag.startswith("--")}
        for name, command in group.commands.items()
    }


def called(text: str) -> list[list[str]]:
    """The calls of `alloycoat` in a console block, as words."""
    lines = re.findall(r"^(?:\$ )?(?:.*&& )?(?:\.venv/bin/)?alloycoat (.*)$", text, re.M)
    return [shlex.split(line) for line in lines]


def has_python(path: Path) -> bool:
    text = path.read_text(encoding="utf-8")
    return "```python\n" in text or "```{code-cell} ipython3\n" in text


@pytest.mark.parametrize("path", [p for p in (*PAGES, ROOT / "README.md") if has_python(p)], ids=lambda path: path.stem)
def test_python_blocks_run(path, monkeypatch, capsys):
    if "import pybamm" in path.read_text(encoding="utf-8"):
        pytest.importorskip("pybamm")
        monkeypatch.setenv("PYBAMM_DISABLE_TELEMETRY", "true")
        if not any(point.name.startswith("Alloycoat") for point in entry_points(group="pybamm_models")):
            pytest.skip("on the path only: PyBaMM finds what is installed")
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("MPLBACKEND", "Agg")
    evaluate = PythonEvaluator()
    parsers = [CodeBlockParser(language, evaluate) for language in ("python", "ipython3")]
    found = list(Document.parse(str(path), *parsers).examples())
    assert found
    for example in found:
        example.evaluate()
    capsys.readouterr()


@pytest.mark.parametrize("path", [p for p in PAGES if blocks(p, "toml")], ids=lambda path: path.stem)
def test_toml_blocks_are_recipes_or_marked_as_excerpts(path):
    for text in blocks(path, "toml"):
        if not text.startswith(EXCERPT):
            Recipe.from_toml(text, path.name)


def test_the_recipe_page_names_every_route_with_its_keys():
    lines = (DOCS / "guide" / "recipe.md").read_text(encoding="utf-8").splitlines()
    for route, (required, optional) in ROUTES.items():
        (line,) = (line for line in lines if line.startswith(f"| `{route}` |"))
        for key in {part for item in (*required, *optional) for part in re.split(r"[|+]", item)} - {"precursors"}:
            assert f"`{key}`" in line, f"{route}: {key}"


def test_the_recipe_page_names_every_key():
    text = (DOCS / "guide" / "recipe.md").read_text(encoding="utf-8")
    for table in ("anode", "coating", "cell", "protocol"):
        fields = Recipe.model_fields[table].annotation
        model = next(part for part in (fields, *getattr(fields, "__args__", ())) if hasattr(part, "model_fields"))
        for name, field in model.model_fields.items():
            key = field.alias or name
            assert f"`{key}`" in text, f"[{table}] {key}"


@pytest.mark.parametrize("path", [*PAGES, ROOT / "README.md"], ids=lambda path: path.stem)
def test_commands_and_flags_exist(path):
    known = commands()
    for text in blocks(path, "console", "text", "bash", "sh"):
        for name, *words in called(text):
            if name.startswith(":") or name.startswith("["):
                continue  # a message of the program, not a call
            assert name in known, f"{path.name}: alloycoat {name}"
            flags = {word.partition("=")[0] for word in words if word.startswith("--")}
            assert flags <= known[name] | {"--help"}, f"{path.name}: alloycoat {name} {flags - known[name]}"
    named = set(re.findall(r"`alloycoat ([a-z]+)\b", path.read_text(encoding="utf-8")))
    assert named <= set(known), f"{path.name}: {named - set(known)}"


def test_the_page_of_commands_names_every_command_and_flag():
    text = (DOCS / "guide" / "commands.md").read_text(encoding="utf-8")
    for name, flags in commands().items():
        assert f"\n## {name}\n" in text
        part = text.split(f"\n## {name}\n")[1].split("\n## ")[0]
        for flag in flags - {"--help"}:
            assert f"`{flag}" in part, f"{name} {flag}"


@lru_cache(maxsize=1)
def outputs() -> dict[str, str]:
    """What every shown command prints, in the order of the pages, run in one folder with the examples."""
    runner, found = CliRunner(), {}
    for path in sorted(SHOWN, key=lambda page: page.stem != "start"):
        for text in blocks(path, "console"):
            for line in re.findall(r"^\$ (alloycoat .*)$", text, re.M):
                if line not in found:
                    result = runner.invoke(app, shlex.split(line)[1:], catch_exceptions=False)
                    assert result.exit_code == 0, line
                    found[line] = result.stdout
    return found


@pytest.mark.skipif(os.environ.get("NUMBA_DISABLE_JIT") == "1", reason="whole runs: minutes without the compiler")
@pytest.mark.parametrize("path", SHOWN, ids=lambda path: path.stem)
def test_shown_output_is_what_the_commands_print(path, monkeypatch, tmp_path_factory):
    place = tmp_path_factory.mktemp("shown")
    (place / "examples").symlink_to(ROOT / "examples")
    monkeypatch.chdir(place)
    for text in blocks(path, "console"):
        match = re.match(r"\$ (alloycoat .*)\n", text)
        if match is None:
            continue
        printed = outputs()[match[1]].splitlines()
        for line in text[match.end() :].splitlines():
            assert line in {"...", ""} or line.rstrip() in (each.rstrip() for each in printed), line


def test_the_toctree_and_the_pages_are_the_same():
    listed = set()
    for path in PAGES:
        for tree in re.findall(r"^```\{toctree\}\n(.*?)^```", path.read_text(encoding="utf-8"), re.S | re.M):
            for entry in (line.strip() for line in tree.splitlines()):
                if entry and not entry.startswith(":"):
                    found = [page for page in path.parent.glob(f"{entry}.md") if page != path]
                    assert found, f"{path.name}: {entry}"
                    listed |= {page.resolve() for page in found}
    assert {page.resolve() for page in PAGES} - {(DOCS / "index.md").resolve()} == listed


@pytest.mark.parametrize("path", [*PAGES, ROOT / "README.md"], ids=lambda path: path.stem)
def test_links_within_the_documentation_lead_somewhere(path):
    text = re.sub(r"^```.*?^```", "", path.read_text(encoding="utf-8"), flags=re.S | re.M)
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text):
        if "://" not in target:
            assert (path.parent / target).exists(), target


def test_the_table_of_assumed_inputs_is_the_table_of_the_package():
    page = (DOCS / "physics" / "coating.md").read_text(encoding="utf-8")
    shown = [line for line in page.split("## What is assumed")[1].splitlines() if line.startswith("| ")][1:]
    table = resources.files("alloycoat.chemistry") / "data" / "coating.csv"
    with table.open(encoding="utf-8") as stream:
        rows = [row for row in csv.DictReader(stream) if row["kind"] == "assumed"]
    assert len(shown) == len(rows)
    for line, row in zip(shown, rows, strict=True):
        assert line.startswith(f"| {row['subject']}: {row['property'].replace('_', ' ')} |")
        assert f"| {row['value'].replace('|', 'or')}" in line
        assert (f"| {row['low']} to {row['high']} |" if row["low"] else "| none |") in line


def test_the_figures_of_accuracy_are_those_of_the_results():
    text = (DOCS / "results" / "coatings.md").read_text(encoding="utf-8")
    rules, partly, wrong = re.search(r"rules (\d+) agree, (\d+) agree in part, (\d+) disagree", text).groups()
    ours = re.search(r"alone (\d+) agree, (\d+) agree in part, (\d+) disagree", text).groups()
    start = " ".join((DOCS / "guide" / "start.md").read_text(encoding="utf-8").split())
    assert f"agree with {rules}, agree in part with {partly}, and are wrong for {wrong}" in start
    assert "agrees with {}, in part with {}, and is wrong for {}".format(*ours) in start
    counts = {
        name: int(count)
        for count, name in re.findall(r"(\d+) ([a-z ]+?)(?=,|\. \*agrees)", text.split("**Thickness.**")[1])
    }
    assert f"{counts['agrees']} rows agree" in start and f"{counts['partly']} in part" in start
    assert f"{counts['wrong']} are wrong, {counts['contradicts mass balance']} printed values" in start
    assert f"{counts['recipe incomplete']} rows print too little of the recipe, {counts['not printed']} no" in start


def test_the_committed_results_are_fresh():
    spec = importlib.util.spec_from_file_location("build", DOCS / "results" / "build.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    page = (DOCS / "results" / "coatings.md").read_text(encoding="utf-8")
    assert module.HEAD.format(digest=module.input_hash()) in page, "run: python docs/results/build.py"
