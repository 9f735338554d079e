"""The commands `vectors` and `diagnose`; what they need is loaded when they run.

Exit codes: 0 done, or all was compared and agrees; 1 something differs or was not compared;
2 unusable input.
"""

import sys

SIZES = {"T": (5, "steps"), "B": (3, "samples"), "D": (4, "inputs"), "H": (6, "units")}


def add(commands):
    """Add the two commands to argparse's subparsers; `options.run(options)` runs the chosen one."""
    _add_vectors(commands)
    _add_diagnose(commands)


def _add_vectors(commands):
    parser = commands.add_parser(
        "vectors",
        help="golden test vectors: every number of a forward and a backward pass",
        description="Write inputs, parameters, all intermediate values, error terms and gradients "
        "of a cell, in float64, to compare an implementation in any language with.",
    )
    parser.add_argument(
        "cell", nargs="?", help="a name of the catalogue, like LSTM, or FILE.py:NAME, which is run"
    )
    _add_sizes(parser)
    parser.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        help="FILE.npz, FILE.json or FILE.h (C); without it JSON is printed",
    )
    parser.add_argument("--list", action="store_true", help="the cells of the catalogue")
    parser.set_defaults(run=_vectors)


def _add_diagnose(commands):
    parser = commands.add_parser(
        "diagnose",
        help="compare somebody's numbers with the golden vectors, and name the mistake",
        description="Compare gradients and values, in a file .npz or .json, with golden vectors. "
        "Exit code 0: all was compared and agrees; 1: something differs or was not compared; "
        "2: unusable input.",
    )
    parser.add_argument("mine", help="what your implementation computed: FILE.npz or FILE.json")
    parser.add_argument(
        "--against", metavar="FILE", help="the golden vectors; default: computed from the sizes"
    )
    parser.add_argument(
        "--cell", help="a name of the catalogue; default: what the files say, or LSTM"
    )
    _add_sizes(parser)
    parser.set_defaults(run=_diagnose)


def _add_sizes(parser):
    for letter, (default, what) in SIZES.items():
        parser.add_argument(
            f"--{letter}", type=int, default=default, help=f"number of {what} (default {default})"
        )
    parser.add_argument("--seed", type=int, default=1, help="of the random numbers (default 1)")


def _vectors(options):
    """Run `vectors`; returns the exit code."""
    from lstm_ref.check import vectors
    from lstm_ref.derive import command

    if options.list:
        return command.run(None, None, True)
    if options.cell is None:
        return _refuse("lstm_ref vectors: expected a cell, or --list")
    try:
        cell = command.resolve(options.cell)
        sizes = {letter: getattr(options, letter) for letter in SIZES}
        header, arrays = vectors.make(cell, **sizes, seed=options.seed)
        if options.output is None:
            sys.stdout.write(vectors.as_json(header, arrays))
            return 0
        vectors.write(options.output, header, arrays)
    except ValueError as error:  # DeclarationError and VectorsError are both
        return _refuse(error)
    numbers = sum(value.size for value in arrays.values())
    print(f"{options.output}: {header['cell']}, {len(arrays)} arrays, {numbers} numbers")
    return 0


def _diagnose(options):
    from lstm_ref.check import diagnose

    return diagnose.main(options)


def _refuse(message):
    print(message, file=sys.stderr)
    return 2
