"""The command `vectors`; what it needs is loaded when it runs.

Exit codes: 0 done; 1 with --tells, not everything is told apart; 2 unusable input.
"""

import argparse
import sys
from collections.abc import Mapping
from typing import Any

from lstm_ref.sizes import MEANING, VECTORS


def add(commands: Any) -> None:
    """Add the command to argparse's subparsers; `options.run(options)` runs it."""
    parser = commands.add_parser(
        "vectors",
        help="golden test vectors: every number of a forward and a backward pass",
        description="Write inputs, parameters, all intermediate values, error terms and gradients\n"
        "of a cell, in float64, to compare an implementation in any language with.",
        epilog="example:\n  python -m lstm_ref vectors LSTM -o lstm.npz",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "cell", nargs="?", help="a name of the catalogue, like LSTM, or FILE.py:NAME, which is run"
    )
    add_sizes(parser)
    parser.add_argument(
        "--scale",
        type=float,
        help="standard deviation of the weights (default: 0.8, or less where D + H > 10, "
        "so that no gate is saturated)",
    )
    parser.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        help="FILE.npz, FILE.json or FILE.h (C); without it JSON is printed",
    )
    _add_options(parser)
    parser.add_argument(
        "--tells",
        metavar="FILE",
        help="write no vectors; say what those in FILE, of any origin under our names, can tell "
        "apart (of CELL, if FILE does not say of which); exit code 1 if not everything",
    )
    parser.add_argument("--list", action="store_true", help="the cells of the catalogue")
    parser.set_defaults(run=run)


def add_sizes(
    parser: argparse.ArgumentParser, defaults: Mapping[str, int | None] = VECTORS
) -> None:
    """The options --T --B --D --H and --seed, of the vectors.

    defaults: letter -> size, or None where the size is found in some other way.
    """
    for letter in VECTORS:
        default = defaults.get(letter)
        told = "" if default is None else f" (default {default})"
        about = f"number of {MEANING[letter]}{told}"
        parser.add_argument(f"--{letter}", type=int, default=default, help=about)
    parser.add_argument("--seed", type=int, default=1, help="of the random numbers (default 1)")


def _add_options(parser):
    """What may be otherwise than in the usual vectors."""
    flag = dict(action="store_true")
    parser.add_argument("--zero-states", **flag, help="initial states are zero")
    parser.add_argument("--zero-biases", **flag, help="biases are zero")
    parser.add_argument(
        "--float32", **flag, help="round what goes in to float32; the header has a tolerance"
    )
    parser.add_argument(
        "--lengths",
        type=_numbers,
        metavar="T1,T2,...",
        help="of the B sequences; the longest has T steps",
    )
    parser.add_argument("--layers", type=int, default=1, help="on top of each other (default 1)")
    parser.add_argument("--both-ways", **flag, help="each layer in both directions")
    parser.add_argument(
        "--layout",
        action="append",
        default=[],
        choices=("torch", "keras", "onnx"),
        help="the arrays of PyTorch, Keras or ONNX besides; may be given several times",
    )


def _numbers(text):
    try:
        return [int(number) for number in text.split(",")]
    except ValueError as error:
        message = f"expected whole numbers and commas, got {text!r:.50}"
        raise argparse.ArgumentTypeError(message) from error


def _chosen(options):
    """The options as arguments of `vectors.make`."""
    names = ("seed", "scale", "zero_states", "zero_biases", "float32", "lengths", "layers")
    chosen = {name: getattr(options, name) for name in (*VECTORS, *names, "both_ways")}
    return {**chosen, "layouts": options.layout}


def run(options: argparse.Namespace) -> int:
    """Run the command; returns the exit code."""
    from lstm_ref.derive import computed
    from lstm_ref.interop import vector_formats, vectors

    if options.list:
        from lstm_ref.derive import report

        return report.run(None, "text", True)
    if options.tells is not None:
        return _tells(options.tells, options.cell)
    if options.cell is None:
        return _refuse("lstm_ref vectors: expected a cell, or --list")
    try:
        if options.output is not None:
            vector_formats.refuse(options.output)
        cell = computed.named(options.cell)
        header, arrays = vectors.make(cell, **_chosen(options))
        if options.output is None:
            sys.stdout.write(vectors.as_json(header, arrays))
            return 0
        vectors.write(options.output, header, arrays)
    except ValueError as error:  # DeclarationError and VectorsError are both
        return _refuse(error)
    numbers = sum(value.size for value in arrays.values())
    print(f"{options.output}: {header['cell']}, {len(arrays)} arrays, {numbers} numbers")
    return 0


def _tells(path, cell):
    from lstm_ref.derive import computed
    from lstm_ref.interop import identifiability, vectors

    try:
        header, arrays = vectors.read_arrays(path)
        found = identifiability.tells(header, arrays, computed.named(cell) if cell else None)
    except (TypeError, ValueError) as error:
        return _refuse(error)
    print(found.text)
    return 0 if found.ok else 1


def _refuse(message):
    print(message, file=sys.stderr)
    return 2
