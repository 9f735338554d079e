"""Command line: python -m lstm_ref COMMAND. Each command loads only what it needs."""

import argparse
import os
import sys

from lstm_ref.check import command as check
from lstm_ref.learn import command as learn

# What a missing module is called where it is installed from, and who needs it.
PACKAGES = {"sympy": "SymPy: pip install sympy", "autograd": "autograd: pip install autograd"}


def main(arguments=None):
    """Run one command; returns the exit code.

    0 done, 1 differs, 2 unusable input, 130 interrupted.
    """
    parser = argparse.ArgumentParser(prog="python -m lstm_ref", description="The LSTM, derived.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_derive(commands)
    check.add(commands)
    learn.add(commands)
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


def _add_derive(commands):
    parser = commands.add_parser(
        "derive",
        help="equations, error terms, gradients and code of a cell",
        description="Derive the backward pass of a cell of the catalogue or of your own.",
    )
    parser.add_argument(
        "cell", nargs="?", help="a name of the catalogue (LSTM) or FILE.py:NAME, which is run"
    )
    parser.add_argument("--format", choices=("text", "latex", "python"), default="text")
    parser.add_argument("--list", action="store_true", help="the cells of the catalogue")
    parser.set_defaults(run=lambda options: _derive(options, parser))


def _derive(options, parser):
    if not options.list and options.cell is None:
        parser.error("expected a cell, or --list")
    from lstm_ref.derive import command

    return command.run(options.cell, options.format, options.list)


if __name__ == "__main__":
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8")  # δ and σ on every terminal and in every pipe
    sys.exit(main())
