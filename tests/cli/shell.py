"""Calls the command line in this process: (exit status, standard output, standard error)."""

from __future__ import annotations

import contextlib
import io
import sys
from unittest.mock import patch

from alloycoat.cli import main


def shell(*words: object) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    status = 0
    with (
        patch.object(sys, "argv", ["alloycoat", *map(str, words)]),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        try:
            main()
        except SystemExit as end:
            status = int(end.code or 0)
    return status, out.getvalue(), err.getvalue()
