"""`python -m lstm_ref history`: list the experiments of 1997, 2000 and 2002, or run one."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lstm_ref.learn.command import FOLDER, MOST


def add(commands: Any) -> None:
    """Add the command to the subparsers of `argparse`; `run` is what it calls."""
    parser = commands.add_parser(
        "history",
        help="the experiments of 1997 to 2002, with their networks and their rules",
        description="Without a name: the list. With a name: its trials; each is kept when it is\n"
        "over. Interrupted, it goes on with the same command.",
        epilog="example:\n  python -m lstm_ref history 1997-6a-order --trials 2 -o order.json",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("name", nargs="?", help="a name of the list")
    parser.add_argument("--trials", type=int, metavar="N", help="numbers 0 to N-1, as the paper")
    parser.add_argument(
        "-o", "--output", metavar="FILE", help=f"result, {FOLDER}/NAME.json by default"
    )
    parser.add_argument("--numpy", action="store_true", help="no C, all trials side by side")
    parser.add_argument("--quiet", action="store_true", help="do not tell each trial")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Run the command; return the exit code: 0 done, 2 unusable input, 130 interrupted."""
    from lstm_ref.history import named
    from lstm_ref.io.files import cut
    from lstm_ref.learn.command import output

    if options.name is None:
        print(listing(named.EXPERIMENTS))
        return 0
    try:
        wanted = options.trials
        wanted = named.known(options.name).trials if wanted is None else wanted
        if wanted < 1:
            raise ValueError(f"--trials: expected at least 1, got {wanted}")
        path = output(options.name, options.output, wanted, "--trials")
        result = _run(options, path, wanted)
    except (ValueError, OSError) as error:
        print(cut(error, 2000), file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("interrupted; the same command goes on from here", file=sys.stderr)
        return 130
    print(summary(result))
    print(f"written to {path}")
    return 0


def _run(options, path, wanted):
    """Run what is missing and keep it after every trial."""
    from lstm_ref.history import named
    from lstm_ref.io.files import write_whole
    from lstm_ref.learn.trials import versions

    one = named.known(options.name)
    result = {
        "experiment": options.name,
        "about": one.about,
        "command": f"python -m lstm_ref history {options.name} --trials {wanted}",
        "versions": versions(),
        "settings": named.settings(options.name),
        "trials": [],
    }
    result["trials"] = _there(path, result)[:wanted]
    done = {trial["seed"] for trial in result["trials"]}

    def keep(trial):
        result["trials"].append(trial)
        text = json.dumps(result, indent=1) + "\n"
        write_whole(path, lambda file: file.write(text.encode()))
        if not options.quiet:
            print(line(trial), file=sys.stderr, flush=True)

    missing = [k for k in range(wanted) if k not in done]
    if missing:
        named.train(options.name, missing, not options.numpy, keep)
    return result


def _there(path: Path, result: dict[str, Any]) -> list[dict[str, Any]]:
    """Trials of an earlier run with the same settings and versions."""
    from lstm_ref.io import files, header

    try:
        text = files.read(path, MOST, ValueError).decode()
        old = header.parse(text, "result", ValueError)
        same = all(old[key] == result[key] for key in ("experiment", "versions", "settings"))
        return list(old["trials"]) if same else []
    except (OSError, ValueError, TypeError, KeyError):
        return []


def listing(known: Mapping[str, Any]) -> str:
    """The experiments: name, what, how many trials."""
    width = max(map(len, known))
    return "\n".join(
        f"{name:{width}}  {one.about}; {one.trials} trials{', long' * one.long}"
        for name, one in known.items()
    )


def line(trial: dict[str, Any]) -> str:
    """One trial in words."""
    if not trial["solved"]:
        return f"trial {trial['seed']}: cut off after {trial['seen']} sequences"
    return f"trial {trial['seed']}: {trial['sequences']} sequences"


def summary(result: dict[str, Any]) -> str:
    """How many trials met the rule, and after how many sequences."""
    met = [trial["sequences"] for trial in result["trials"] if trial["solved"]]
    text = f"{result['about']}: {len(met)} of {len(result['trials'])} trials"
    return text + (f", after {min(met)} to {max(met)} sequences" if met else "")
