"""`python -m lstm_ref experiments`: list the named experiments, or run one."""

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

MOST = 2**26  # bytes of a stored result
FOLDER = Path("lstm_ref") / "book" / "results"


def add(commands: Any) -> None:
    """Add the command to the subparsers of `argparse`; `run` is what it calls."""
    parser = commands.add_parser(
        "experiments",
        help="named training runs: list them, or run one and keep its result",
        description="Without a name: the list. With a name: every condition with every seed; what\n"
        "came out is written as JSON. Interrupted, it goes on with the same command.",
        epilog="example:\n  python -m lstm_ref experiments adding-400 --seeds 1 -o adding.json",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("name", nargs="?", help="a name of the list")
    parser.add_argument("--seeds", type=int, default=5, metavar="N", help="seeds 0 to N-1 (5)")
    parser.add_argument(
        "-o", "--output", metavar="FILE", help=f"result, {FOLDER}/NAME.json by default"
    )
    parser.add_argument("--quiet", action="store_true", help="no progress bars")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Run the command; return the exit code: 0 done, 2 unusable input, 130 interrupted."""
    try:
        return _run(options)
    except KeyboardInterrupt as error:  # also while a module is loaded, a net measured
        complete = type(error).__name__ == "Complete"  # its module may not be loaded yet
        then = str(error) if complete else "the same command goes on from here"
        print(f"interrupted; {then}", file=sys.stderr)
        return 130


def _run(options):
    from lstm_ref.io.files import cut
    from lstm_ref.learn import experiments, trials

    if options.name is None:
        print(listing(experiments.EXPERIMENTS))
        return 0
    try:
        experiments.settings(options.name)
        if options.seeds < 1:
            raise ValueError(f"--seeds: expected at least 1, got {options.seeds}")
        path = output(options.name, options.output, options.seeds)
        show = sys.stderr.isatty() and not options.quiet
        result = trials.run(options.name, options.seeds, path, show)
    except (ValueError, OSError) as error:
        print(cut(error, 2000), file=sys.stderr)
        return 2
    print(summary(result))
    print(f"written to {path}")
    return 0


def output(name: str, given: str | None, seeds: int, option: str = "--seeds") -> Path:
    """Where the result goes. The book's folder is made where the book is. option: for the seeds.

    Raises ValueError, also for a result of the book with more seeds than the new one would have:
    the pages were written from it.
    """
    from lstm_ref.io.files import writable

    if given is not None:
        path = Path(given)
        if path.suffix != ".json" or not path.parent.is_dir():
            raise ValueError(f"-o {given}: expected a .json file in a folder that exists")
        writable(path)
        return path
    if not FOLDER.parent.is_dir():
        raise ValueError(f"no folder {FOLDER.parent} here: say with -o FILE.json where to write")
    FOLDER.mkdir(exist_ok=True)
    path = FOLDER / f"{name}.json"
    if (there := _seeds(path)) > seeds:
        raise ValueError(
            f"{path} holds {there} {option[2:]}, more than {seeds}: say {option} {there}, "
            "or -o FILE.json to write elsewhere"
        )
    return path


def _seeds(path):
    """With how many seeds a stored result was made; 0 if there is none that can be read."""
    from lstm_ref.io import files, header

    try:
        text = files.read(path, MOST, ValueError).decode()
        return len({trial["seed"] for trial in header.parse(text, "result", ValueError)["trials"]})
    except (OSError, ValueError, TypeError, KeyError):
        return 0


def listing(known: Mapping[str, Any]) -> str:
    """The experiments: name, what, what to expect, how long."""
    width = max(map(len, known))
    lines = []
    for name, experiment in known.items():
        lines.append(f"{name:{width}}  {experiment.about}")
        lines.append(f"{'':{width}}  expected: {experiment.expected}; {experiment.time} a seed")
    return "\n".join(lines)


def summary(result: dict[str, Any]) -> str:
    """Of each condition with a goal: how many seeds reached it, in how many updates."""
    lines = []
    for condition, settings in result["settings"].items():
        trials = [trial for trial in result["trials"] if trial["condition"] == condition]
        if not settings["goal"]:
            continue
        solved = [trial["solved"] for trial in trials if trial["solved"]]
        word, limit = settings["goal"]
        goal = f"{settings['measure']} {word} {limit}"
        text = f"{condition}: {goal} with {len(solved)} of {len(trials)} seeds"
        lines.append(text + (f", after {min(solved)} to {max(solved)} updates" if solved else ""))
    return "\n".join(lines) or "no goal was set; the numbers are in the file"
