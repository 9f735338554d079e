"""The command `derive`; what it needs is loaded when it runs.

Exit codes: 0 done; 2 unusable input.
"""

import argparse
from typing import Any

NARROWEST = 20  # letters on a line
CODE = (
    "numpy",
    "c",
    "javascript",
    "javascript-module",
    "javascript-terms",
    "torch",
)  # the languages that code is printed in


def add(commands: Any) -> None:
    """Add the command to argparse's subparsers; `options.run(options)` runs it."""
    parser = commands.add_parser(
        "derive",
        help="equations, error terms, gradients and code of a cell",
        description="Derive the backward pass of a cell of the catalogue or of your own.",
        epilog="example:\n  python -m lstm_ref derive LSTM --format latex",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "cell", nargs="?", help="a name of the catalogue (LSTM) or FILE.py:NAME, which is run"
    )
    parser.add_argument("--format", choices=("text", "latex", *CODE), default="text")
    parser.add_argument(
        "--width", type=int, metavar="N", help="letters on a line; text: 79, latex: about 30"
    )
    parser.add_argument(
        "--jacobian", action="store_true", help="also how one step carries the states on"
    )
    parser.add_argument("--list", action="store_true", help="the cells of the catalogue")
    parser.set_defaults(run=lambda options: run(options, parser))


def run(options: argparse.Namespace, parser: argparse.ArgumentParser) -> int:
    """Run the command; returns the exit code."""
    if not options.list and options.cell is None:
        parser.error("expected a cell, or --list")
    if options.format in CODE and (options.jacobian or options.width is not None):
        parser.error("--width and --jacobian are for text and latex")
    if options.width is not None and options.width < NARROWEST:
        parser.error(f"--width: expected at least {NARROWEST}, got {options.width}")
    from lstm_ref.derive import report

    return report.run(options.cell, options.format, options.list, options.width, options.jacobian)
