"""The command line: one thin file a command, each loaded when it is called."""

from __future__ import annotations

import sys

_BROKEN_PIPE = 141


def main() -> None:
    """Run the command line; refusals become one or two lines on standard error and the exit status."""
    from alloycoat.cli.app import app
    from alloycoat.errors import AlloycoatError

    try:
        app()
    except AlloycoatError as error:
        print(f"alloycoat: {error}", file=sys.stderr)  # noqa: T201 -- the one place that speaks for refusals
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        print("alloycoat: interrupted; what was written so far is kept", file=sys.stderr)  # noqa: T201
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(_BROKEN_PIPE)
    except OSError as error:
        print(f"alloycoat: {error.filename or 'file system'}: {error.strerror or error}", file=sys.stderr)  # noqa: T201
        sys.exit(1)
