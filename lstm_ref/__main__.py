"""Command line: `lstm-ref COMMAND`, or `python -m lstm_ref COMMAND`.

Each command loads only what it needs. Nothing is loaded before an interruption is caught, so that
Ctrl-C during the start leaves no traceback.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code.

    0 done, 1 differs, 2 unusable input, 130 interrupted.
    """
    try:
        return _main(arguments)
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130


def _main(arguments):
    import os

    from lstm_ref import optional

    options = parser().parse_args(arguments)
    try:
        return options.run(options)
    except ModuleNotFoundError as error:
        if not optional.known(error):
            raise
        needed = optional.remedy(error.name or "")
        print(f"lstm_ref {options.command} needs {needed}", file=sys.stderr)
        return 2
    except BrokenPipeError:  # somebody reads only the beginning, as with `| head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def parser() -> argparse.ArgumentParser:
    """The parser of all commands; what it parses has `command` and `run`."""
    import argparse

    from lstm_ref import __version__
    from lstm_ref.derive import command as derive
    from lstm_ref.diagnose import command as diagnose
    from lstm_ref.interop import command as vectors
    from lstm_ref.learn import command as experiments

    class Parser(argparse.ArgumentParser):
        def error(self, message):
            """Its messages repeat what was typed, however long that is."""
            super().error(message if len(message) <= 300 else f"{message[:300]} ...")

    whole = Parser(
        prog="lstm-ref" if "lstm-ref" in sys.argv[0] else "python -m lstm_ref",
        description="The LSTM, derived.",
        epilog="COMMAND --help tells more, with an example.",
    )
    whole.add_argument("--version", action="version", version=f"lstm_ref {__version__}")
    commands = whole.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for command in (derive, vectors, diagnose, experiments):
        command.add(commands)
    return whole


def program() -> int:
    """What the script `lstm-ref` runs."""
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8")  # δ and σ on every terminal and in every pipe
    return main()


if __name__ == "__main__":
    sys.exit(program())
