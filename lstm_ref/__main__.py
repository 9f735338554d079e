"""Command line: python -m lstm_ref COMMAND. Each command loads only what it needs."""

import argparse
import os
import sys


def main(arguments=None):
    """Run one command; returns the exit code: 0 done, 2 unusable input."""
    parser = argparse.ArgumentParser(prog="python -m lstm_ref", description="The LSTM, derived.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    derive = commands.add_parser(
        "derive",
        help="equations, error terms, gradients and code of a cell",
        description="Derive the backward pass of a cell of the catalogue or of your own.",
    )
    derive.add_argument(
        "cell", nargs="?", help="a name of the catalogue (LSTM) or FILE.py:NAME, which is run"
    )
    derive.add_argument("--format", choices=("text", "latex", "python"), default="text")
    derive.add_argument("--list", action="store_true", help="the cells of the catalogue")
    options = parser.parse_args(arguments)
    if not options.list and options.cell is None:
        derive.error("expected a cell, or --list")
    try:
        return _derive(options)
    except BrokenPipeError:  # somebody reads only the beginning, as with `| head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _derive(options):
    try:
        from lstm_ref.derive import command
    except ModuleNotFoundError as error:
        if error.name != "sympy":
            raise
        print("lstm_ref derive needs SymPy: pip install sympy", file=sys.stderr)
        return 2
    return command.run(options.cell, options.format, options.list)


if __name__ == "__main__":
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8")  # δ and σ on every terminal and in every pipe
    sys.exit(main())
