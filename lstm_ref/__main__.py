"""Command line: python -m lstm_ref COMMAND. Each command loads only what it needs."""

import argparse
import os
import sys
from collections.abc import Sequence

from lstm_ref.derive import command as derive
from lstm_ref.diagnose import command as diagnose
from lstm_ref.interop import command as vectors
from lstm_ref.learn import command as experiments

# What a missing module is called where it is installed from, and who needs it.
PACKAGES = {"sympy": "SymPy: pip install sympy", "autograd": "autograd: pip install autograd"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code.

    0 done, 1 differs, 2 unusable input, 130 interrupted.
    """
    parser = argparse.ArgumentParser(prog="python -m lstm_ref", description="The LSTM, derived.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for command in (derive, vectors, diagnose, experiments):
        command.add(commands)
    options = parser.parse_args(arguments)
    try:
        return options.run(options)
    except ModuleNotFoundError as error:
        if error.name not in PACKAGES:
            raise
        print(f"lstm_ref {options.command} needs {PACKAGES[error.name]}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:  # somebody reads only the beginning, as with `| head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


if __name__ == "__main__":
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8")  # δ and σ on every terminal and in every pipe
    sys.exit(main())
