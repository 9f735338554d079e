"""The command `diagnose`; what it needs is loaded when it runs.

Exit codes: 0 all was compared and agrees; 1 something differs or was not compared;
2 unusable input.
"""

import argparse
from typing import Any

from lstm_ref.interop.command import add_sizes


def add(commands: Any) -> None:
    """Add the command to argparse's subparsers; `options.run(options)` runs it."""
    parser = commands.add_parser(
        "diagnose",
        help="compare somebody's numbers with the golden vectors, and name the mistake",
        description="Compare gradients and values, in a file .npz or .json, with golden vectors.\n"
        "Exit code 0: all was compared and agrees; 1: something differs or was not\n"
        "compared; 2: unusable input.",
        epilog="example:\n  python -m lstm_ref diagnose mine.npz --against lstm.npz",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "mine", help="what your implementation computed: FILE.npz or FILE.json; - is standard input"
    )
    parser.add_argument(
        "--against", metavar="FILE", help="the golden vectors; default: computed from the sizes"
    )
    parser.add_argument(
        "--cell",
        help="a name of the catalogue, or FILE.py:NAME, which is run; "
        "default: what the files say, or LSTM",
    )
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    add_sizes(parser, dict.fromkeys("TBDH"))
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Run the command; returns the exit code."""
    from lstm_ref.diagnose import diagnosis

    return diagnosis.main(options)
