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

    0 done, 1 differs, 2 unusable input, or output that cannot be written, 130 interrupted. Where
    nobody reads to the end, as with `| head`, the code is 2 too, without a word: what was said is
    not known to have arrived.
    """
    try:
        return _main(arguments)
    except KeyboardInterrupt:
        _say("interrupted")
        return 130


def _main(arguments):
    if sys.stdout is None:
        _say("lstm_ref: standard output is closed")
        return 2
    try:
        try:
            return _run(arguments)
        finally:  # not when Python ends, where a full disk gives another exit code
            sys.stdout.flush()
    except BrokenPipeError:
        _abandon()
    except (OSError, UnicodeError, MemoryError, RecursionError) as error:
        _abandon()
        _say(f"lstm_ref: {str(error) or type(error).__name__:.1000}")
    return 2


def _run(arguments):
    from lstm_ref import optional

    options = parser().parse_args(arguments)
    try:
        return options.run(options)
    except ModuleNotFoundError as error:
        if not optional.known(error):
            raise
        needed = optional.remedy(error.name or "")
        _say(f"lstm_ref {options.command} needs {needed}")
        return 2


def _say(text):
    """One line for the reader; where even that cannot be written, the exit code has to do."""
    try:
        if sys.stderr is not None:  # print would take standard output for it
            print(text, file=sys.stderr)
    except OSError:
        pass


def _abandon():
    """What is still to be written goes nowhere, or Python would try it again at its end."""
    import os

    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError:
        pass  # no file of the system, as in a notebook


def parser() -> argparse.ArgumentParser:
    """The parser of all commands; what it parses has `command` and `run`."""
    import argparse

    from lstm_ref import __version__
    from lstm_ref.derive import command as derive
    from lstm_ref.diagnose import command as diagnose
    from lstm_ref.history import command as history
    from lstm_ref.interop import command as vectors
    from lstm_ref.learn import command as experiments
    from lstm_ref.study import command as study

    class Parser(argparse.ArgumentParser):
        def error(self, message):
            """Its messages repeat what was typed, however long that is."""
            super().error(message if len(message) <= 300 else f"{message[:300]} ...")

        def _print_message(self, message, file=None):  # argparse's own ignores a full disk
            if message and (file := file or sys.stderr) is not None:
                file.write(message)

    whole = Parser(
        prog="lstm-ref" if "lstm-ref" in sys.argv[0] else "python -m lstm_ref",
        description="The LSTM, derived.",
        epilog="COMMAND --help tells more, with an example.",
    )
    whole.add_argument("--version", action="version", version=f"lstm_ref {__version__}")
    commands = whole.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for command in (derive, vectors, diagnose, experiments, history, study):
        command.add(commands)
    return whole


def program() -> int:
    """What the script `lstm-ref` runs: `main`, and a fault of the program never ends with 1."""
    import os
    import traceback

    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w")  # closed: commands print to it all the same
    if hasattr(sys.stdout, "reconfigure"):
        # δ and σ on every terminal and in every pipe, and names of files that are no UTF-8
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        return main()
    except Exception:
        traceback.print_exc()
        return 2


if __name__ == "__main__":
    sys.exit(program())
