"""`lstm-ref study`: run the study, look how far it is, run one trial of it again; `reporting` has
the other actions."""

from __future__ import annotations

import argparse
import json
import os
import sys
from typing import Any

from lstm_ref.study import reporting

STORAGE = "study.db"
EXAMPLES = """example:
  python -m lstm_ref study run --tasks digits --cells VANILLA,NP --trials 50 --storage study.db
  python -m lstm_ref study run --scheduler tcp://10.0.0.1:8786 --storage postgresql://user@host/study
  python -m lstm_ref study status --storage study.db
  python -m lstm_ref study trial digits NP 7 --storage study.db
  python -m lstm_ref study export --storage study.db study.json
  python -m lstm_ref study report study.json --figures .
  python -m lstm_ref study rates -o rates.json"""


def add(commands: Any) -> None:
    """Add the command to the subparsers of `argparse`; `run` is what it calls."""
    parser = commands.add_parser(
        "study",
        help="the search of Greff et al. 2017, run again on small tasks",
        description="Random settings for each cell and task. Interrupted or killed, it goes on\n"
        "with the same command. A trial is a function of its number.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    runs = actions.add_parser("run", help="run what is missing of N trials for each cell and task")
    status = actions.add_parser("status", help="how many trials are told, which processes hold any")
    one = actions.add_parser(
        "trial", help="run one trial and print it; compare it where it is told"
    )
    rates = actions.add_parser("rates", help="is a learning rate from small nets one for large?")
    rates.add_argument("--seeds", type=int, default=4, metavar="N", help="of each network (4)")
    rates.add_argument("-o", "--output", metavar="FILE", help="what came out, as JSON")
    for each in (runs, status):
        each.add_argument("--tasks", default="all", metavar="A,B", help="all by default")
        each.add_argument("--cells", default="all", metavar="A,B", help="all nine by default")
        each.add_argument(
            "--trials", type=int, default=50, metavar="N", help="numbers below N (50)"
        )
        each.add_argument(
            "--storage", default=STORAGE, metavar="WHERE", help=f"a file ({STORAGE}) or a URL"
        )
    runs.add_argument("--scheduler", metavar="tcp://...", help="of a Dask cluster that is there")
    runs.add_argument("--workers", type=int, metavar="N", help="without one: a processor each")
    runs.add_argument(
        "--take-over", action="store_true", help="also what processes of other machines hold"
    )
    runs.add_argument("--quiet", action="store_true", help="do not tell how far it is")
    one.add_argument("task")
    one.add_argument("cell")
    one.add_argument("number", type=int)
    one.add_argument("--storage", metavar="WHERE", help="compare with what is told there")
    for each in (runs, one):
        each.add_argument("--numpy", action="store_true", help="no native code")
    for each in (runs, status, one):
        for name, meaning in (
            ("seed", "of everything"),
            ("epochs", "at most"),
            ("patience", "epochs without a better measure"),
            ("sequences", "the first of each set; 0 for all"),
        ):
            each.add_argument(f"--{name}", type=int, metavar="N", help=meaning)
    reporting.add(actions)
    for each in actions.choices.values():
        each.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Run the command; return the exit code: 0 done, 1 differs, 2 unusable input or not all done,
    130 interrupted.
    """
    if "numpy" not in sys.modules:  # the bits of a product depend on the number of threads
        for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
            os.environ[name] = "1"
    own = {"run": _run, "status": _status, "trial": _trial, "rates": _rates}
    try:
        return (own | reporting.ACTIONS)[options.action](options)
    except ValueError as error:
        print(f"{error!s:.1000}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("interrupted; the same command goes on from here", file=sys.stderr)
        return 130


def _run(options):
    from lstm_ref.study import cluster

    studies = _studies(options)
    workers = options.workers if options.workers is not None else _processors()
    if workers < 1:
        raise ValueError(f"--workers: expected at least 1, got {workers}")
    say = (lambda text: None) if options.quiet else _say
    with cluster.connected(options.scheduler, workers) as client:
        left_out = cluster.run(
            studies, options.trials, client, options.take_over, not options.numpy, say
        )
    for key in left_out:
        _say(f"{_name(key)} was left out: its workers died, {cluster.DEATHS + 1} one after another")
    return _state(studies, options.trials)


def _status(options):
    return _state(_studies(options), options.trials)


def _state(studies, most):
    """Print how many are told; 0 if all."""
    told, held = studies.told(most), studies.held(most)
    for name in studies.names:
        mine = [found for key, found in told.items() if key[:2] == name]
        ill = sum(found["ended"].startswith("diverged") for found in mine)
        best = f", best {min(found['valid'] for found in mine):.4g}" if mine else ""
        print(f"{'/'.join(name)}: {len(mine)} of {most} trials, {ill} diverged{best}")
    for key, owner in held.items():
        print(f"{_name(key)} is with {owner}")
    return 0 if len(told) == most * len(studies.names) else 2


def _trial(options):
    from lstm_ref.study import trial

    task, cell = options.task, options.cell.upper()
    _known("task", [task], _tasks())
    _known("cell", [cell], _cells())
    if options.number < 0:
        raise ValueError(f"number: expected at least 0, got {options.number}")
    rules = _rules(options)
    found = trial.run(task, cell, options.number, rules, compiled=not options.numpy)
    print(json.dumps(found, indent=1))
    return 0 if options.storage is None else _compared(options, task, cell, rules, found)


def _rates(options):
    from lstm_ref.io.files import writable, write_whole
    from lstm_ref.study import rates

    if options.seeds < 2:
        raise ValueError(f"--seeds: expected at least 2, got {options.seeds}")
    if options.output is not None:
        writable(options.output)
    found = rates.run(options.seeds, _say)
    for line in rates.lines(found):
        print(line)
    if options.output is not None:
        text = rates.text(found)
        write_whole(options.output, lambda file: file.write(text.encode()))
    return 0


def _compared(options, task, cell, rules, found):
    """0 if what is told of a trial is the same, 1 if not."""
    from lstm_ref.study import storage

    studies = storage.Studies(storage.opened(options.storage), [task], [cell], rules)
    key = storage.Key(task, cell, options.number)
    told = studies.told(options.number + 1).get(key)
    if told is None:
        raise ValueError(f"{_name(key)} is not told in {options.storage}")
    differs = [each for each in found if each != "seconds" and told[each] != found[each]]
    _say(f"differs: {', '.join(differs)}" if differs else "equal, bit for bit")
    return 1 if differs else 0


def _studies(options):
    from lstm_ref.study import storage

    tasks, cells = (
        _listed("tasks", options.tasks, _tasks()),
        _listed("cells", options.cells, _cells()),
    )
    if options.trials < 1:
        raise ValueError(f"--trials: expected at least 1, got {options.trials}")
    return storage.Studies(storage.opened(options.storage), tasks, cells, _rules(options))


def _listed(what, text, known):
    """The names in "a,b", or all."""
    if text == "all":
        return known
    names = [name.strip() for name in text.split(",")]
    names = [name.upper() for name in names] if what == "cells" else names
    _known(f"--{what}", names, known)
    return [*dict.fromkeys(names)]


def _known(what, names, known):
    for name in names:
        if name not in known:
            raise ValueError(f"{what}: expected some of {', '.join(known)}, got {name!r}")


def _tasks():
    from lstm_ref.study import tasks

    return [*tasks.TASKS]


def _cells():
    from lstm_ref.study import space

    return [*space.CELLS]


def _rules(options):
    from lstm_ref.study import trial

    given = {name: getattr(options, name) for name in trial.RULES}
    rules = trial.RULES | {name: value for name, value in given.items() if value is not None}
    for name, value in rules.items():
        if value < (least := int(name in ("epochs", "patience"))):
            raise ValueError(f"--{name}: expected at least {least}, got {value}")
    return rules


def _processors():
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _name(key):
    return f"{key.task}/{key.cell} {key.number}"


def _say(text):
    print(text, file=sys.stderr, flush=True)
