"""House rules that no linter knows: no file above 400 lines, no function above 60, no path or host of a machine."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MOST_LINES, MOST_FUNCTION_LINES, MOST_PUBLIC_METHODS = 400, 60, 10
FORBIDDEN = re.compile(r"pypi\.org|files\.pythonhosted|registry\.npmjs|deb\.debian|/wo" + r"rk/|/home/|/root/")


def tracked() -> list[Path]:
    """Files under version control (all files where there is no git)."""
    try:
        listed = subprocess.run(
            ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT, capture_output=True, text=True, check=True,
        ).stdout.split("\n")  # fmt: skip
        return [ROOT / name for name in listed if name and (ROOT / name).is_file()]
    except (OSError, subprocess.CalledProcessError):
        return [path for path in ROOT.rglob("*") if path.is_file() and ".venv" not in path.parts]


def code_lines(node: ast.AST) -> int:
    """Lines of a function without its docstring."""
    assert isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    body = node.body
    if body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        body = body[1:]
    return (node.end_lineno or 0) - body[0].lineno + 1 if body else 0


def faults_in(path: Path) -> list[str]:
    """What one Python file breaks."""
    text = path.read_text(encoding="utf-8")
    found = []
    if text.count("\n") > MOST_LINES:
        found.append(f"{path.relative_to(ROOT)}: {text.count(chr(10))} lines, {MOST_LINES} allowed")
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and code_lines(node) > MOST_FUNCTION_LINES:
            found.append(f"{path.relative_to(ROOT)}:{node.lineno}: {node.name} has {code_lines(node)} lines of code")
        if isinstance(node, ast.ClassDef):
            public = [m for m in node.body if isinstance(m, ast.FunctionDef) and not m.name.startswith("_")]
            if len(public) > MOST_PUBLIC_METHODS:
                found.append(f"{path.relative_to(ROOT)}:{node.lineno}: {node.name} has {len(public)} public methods")
    return found


def main() -> int:
    """Print every fault; exit status 1 where there is one."""
    faults = []
    for path in tracked():
        if path.suffix == ".py":
            faults += faults_in(path)
        if path.suffix in {".py", ".md", ".toml", ".csv", ".json", ".txt", ".cfg", ".cff", ".yml"}:
            match = FORBIDDEN.search(path.read_text(encoding="utf-8", errors="replace"))
            if match and path.name != Path(__file__).name:
                faults.append(f"{path.relative_to(ROOT)}: names {match[0]!r}")
    print("\n".join(faults) or "house rules: no fault")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
