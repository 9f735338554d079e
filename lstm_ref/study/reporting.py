"""`lstm-ref study export`, `importance` and `report`: one file, its fANOVA, tables and figures."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

EXPORTED = """example:
  python -m lstm_ref study export --storage study.db --storage digits.db study.json"""
IMPORTANCE = """example:
  python -m lstm_ref study importance study.json       # writes study.importance.json"""
REPORTED = """example:
  python -m lstm_ref study report                      # of the study that comes with lstm_ref
  python -m lstm_ref study report --storage study.db --trials 30
  python -m lstm_ref study report study.json --json
  python -m lstm_ref study report --figures figures"""


def add(actions: Any) -> None:
    """Add them to the subparsers of `lstm-ref study`."""
    export = _action(actions, "export", "write the trials that are told into one file", EXPORTED)
    export.add_argument("file", metavar="FILE", help="JSON, written whole or not at all")
    fanova = _action(actions, "importance", "write a file's fANOVA beside it", IMPORTANCE)
    fanova.add_argument("file", metavar="FILE", help="that `export` has written")
    report = _action(actions, "report", "compare the cells: tables, or JSON", REPORTED)
    report.add_argument("file", nargs="?", metavar="FILE", help="that `export` has written")
    report.add_argument("--figures", metavar="FOLDER", help="also write figures, as SVG")
    report.add_argument("--json", action="store_true", help="all numbers, for programs")
    for each in (export, report):
        each.add_argument(
            "--storage",
            action="append",
            default=[],
            metavar="WHERE",
            help="a file (study.db) or a URL; once for each storage",
        )
        each.add_argument("--trials", type=int, metavar="N", help="numbers below N; all by default")


def _action(actions, name, about, example):
    style = argparse.RawDescriptionHelpFormatter
    return actions.add_parser(name, help=about, epilog=example, formatter_class=style)


def export(options: argparse.Namespace) -> int:
    """Write the file. Raises ValueError for storages without a trial."""
    from lstm_ref.io import files
    from lstm_ref.study import stored

    files.writable(options.file)
    study = _study(options, options.storage or ["study.db"])
    stored.write(options.file, study)
    size = Path(options.file).stat().st_size
    print(f"{options.file}: {len(study.told)} trials, {size / 1000:.0f} kB")
    return 0


def importance(options: argparse.Namespace) -> int:
    """Write the fANOVA of a stored study beside it."""
    from lstm_ref.io import files
    from lstm_ref.study import importance, stored

    files.writable(path := importance.beside(options.file))
    importance.write(path, importance.compute(stored.read(options.file)))
    print(path)
    return 0


def report(options: argparse.Namespace) -> int:
    """Print the report."""
    from lstm_ref.study import report

    if options.file is not None and options.storage:
        raise ValueError("FILE: expected a file or --storage, got both")
    if options.figures is not None and not Path(options.figures).is_dir():
        raise FileNotFoundError(f"--figures: no folder {options.figures}")
    study = _study(options, options.storage)
    found = _importance(options, study)
    if options.json:
        print(json.dumps(report.numbers(study, found), indent=1))
    else:
        print("\n".join(report.text(study, found)))
    if options.figures is not None:
        from lstm_ref.study import draw

        for path in draw.files(study, found, options.figures):
            print(path, file=sys.stderr)
    return 0


def _importance(options, study):
    """The fANOVA beside the file, if it is of these trials; else computed where it can be."""
    from lstm_ref import optional
    from lstm_ref.study import importance, stored

    path = importance.beside(options.file or stored.FILE)
    if not options.storage and path.is_file() and (found := importance.read(path)):
        if found["of"] == study.digest:
            return found
    try:
        return importance.compute(study)
    except ModuleNotFoundError as error:
        if not optional.known(error):
            raise
        print(
            f"the fANOVA is left out: it needs {optional.remedy(error.name or '')}", file=sys.stderr
        )
        return None


def _study(options, storages):
    """What is told in storages, or stored in a file."""
    if options.trials is not None and options.trials < 1:
        raise ValueError(f"--trials: expected at least 1, got {options.trials}")
    if storages:
        from lstm_ref.study import storage

        for where in storages:
            if "://" not in where and not Path(where).is_file():
                raise FileNotFoundError(f"--storage: no file {where}")
        study = storage.everything(map(storage.opened, storages))
    else:
        from lstm_ref.study import stored

        study = stored.read(options.file or stored.FILE)
    study = study if options.trials is None else study.below(options.trials)
    if not study.told:
        raise ValueError("no trial is told there")
    return study


ACTIONS = {"export": export, "importance": importance, "report": report}
