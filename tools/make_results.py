"""Run the named experiments, compare with what is stored, and store.

    python tools/make_results.py [--compare] [--long] [NAME ...]

Without names: all that the package lists, the stored ones with the seeds they have; without --long
only what takes at most ten minutes. What comes out is kept in _build/results, and what is there
already is not run again if its settings and versions are today's; so an interrupted run goes on
with the same command. At the end solved counts are compared with those stored: the exit code is 1
if one differs. Then the new results replace the stored ones, except with --compare.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

import environment
from run_notebooks import write

from lstm_ref.history import named as history
from lstm_ref.learn import experiments, trials

ROOT = Path(__file__).resolve().parent.parent
NEW = ROOT / "_build" / "results"
STORED = ROOT / "lstm_ref" / "book" / "results"
SEEDS = 5  # where nothing is stored yet


def read(folder, name):
    """A result as it is stored, or None."""
    path = folder / f"{name}.json"
    return json.loads(path.read_bytes()) if path.exists() else None


def solved(result):
    """Condition -> (how many trials reached the goal, how many there are)."""
    counts = {}
    for trial in result["trials"]:
        reached, of = counts.get(trial["condition"], (0, 0))
        counts[trial["condition"]] = (reached + bool(trial["solved"]), of + 1)
    return counts


def wanted_seeds(name):
    """With how many seeds an experiment is to be run: as many as its stored result has."""
    result = read(STORED, name)
    if result is None:
        return history.EXPERIMENTS[name].trials if name in history.EXPERIMENTS else SEEDS
    return len({trial["seed"] for trial in result["trials"]})


def done(name, seeds):
    """Whether the result is there, with the settings, versions and seeds that it would have."""
    result = read(NEW, name)
    if result is None:
        return False
    keeps = name not in history.EXPERIMENTS  # those may keep weights beside a result
    settings = (experiments if keeps else history).settings(name)
    today = {"settings": settings, "versions": trials.versions()}
    same = all(result[part] == json.loads(json.dumps(value)) for part, value in today.items())
    counts = solved(result).values()
    kept = keeps and any(condition.get("weights") for condition in settings.values())
    whole = not kept or (NEW / f"{name}.npz").exists()
    return same and whole and bool(counts) and all(of == seeds for _, of in counts)


def store(name):
    """Put a result in the place of the stored one, its weights first."""
    if (weights := NEW / f"{name}.npz").exists():
        beside = STORED / f".{name}.npz.tmp"
        shutil.copyfile(weights, beside)
        beside.replace(STORED / weights.name)
    (STORED / f"{name}.json").touch()  # the first time; `write` takes over the rights of a file
    write(STORED / f"{name}.json", (NEW / f"{name}.json").read_text(encoding="utf-8"))


def compared(names):
    """Lines that say which solved counts differ from the stored ones."""
    lines = []
    for name in names:
        if (old := read(STORED, name)) is None:
            continue
        before, after = solved(old), solved(read(NEW, name))
        for condition in before | after:
            was, now = before.get(condition), after.get(condition)
            if was != now:
                lines.append(f"{name}, {condition}: {_words(was)} stored, {_words(now)} now")
    return lines


def _words(count):
    return "nothing" if count is None else f"{count[0]} of {count[1]} solved"


def run(name):
    """Run one experiment in a process of its own; the exit code of its command."""
    NEW.mkdir(parents=True, exist_ok=True)
    kind, many = "experiments", "--seeds"
    if name in history.EXPERIMENTS:
        kind, many = "history", "--trials"
    command = [sys.executable, "-m", "lstm_ref", kind, name, "--quiet"]
    options = [many, str(wanted_seeds(name)), "-o", str(NEW / f"{name}.json")]
    quiet = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    ended = subprocess.run([*command, *options], cwd=ROOT, text=True, **quiet)
    if ended.returncode:
        print(f"{name}:\n{ended.stdout}", file=sys.stderr, flush=True)
    return ended.returncode


def run_all(names):
    """Run what is not done, as many at a time as there are cores, the last of the list first.

    The list goes from short to long. Returns the names that failed.
    """
    names, failed = names[::-1], []
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        futures = {pool.submit(run, name): name for name in names}
        for number, future in enumerate(as_completed(futures), 1):
            name, code = futures[future], future.result()
            failed += [name] * bool(code)
            print(f"[{number}/{len(names)}] {name}: {'FAILED' if code else 'done'}", flush=True)
    return failed


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--compare", action="store_true", help="do not store what comes out")
    parser.add_argument("--long", action="store_true", help="what takes up to an hour each, too")
    arguments = parser.parse_args()
    known = experiments.EXPERIMENTS | history.EXPERIMENTS
    short = [name for name, one in history.EXPERIMENTS.items() if not one.long]
    every = list(known) if arguments.long else [*short, *experiments.EXPERIMENTS]
    names = arguments.names or every
    if unknown := set(names) - set(known):
        parser.error(f"expected names of experiments, got {', '.join(sorted(unknown))}")
    environment.apply()
    left = [name for name in names if not done(name, wanted_seeds(name))]
    print(f"{len(names) - len(left)} of {len(names)} experiments are in {NEW.relative_to(ROOT)}")
    if failed := run_all(left):
        print(f"FAILED: {', '.join(failed)}; nothing was stored", file=sys.stderr)
        return 2
    lines = compared(names)
    print(*(lines or ["Every solved count is as stored."]), sep="\n")
    if not arguments.compare:
        for name in names:
            store(name)
        print(f"Written to {STORED.relative_to(ROOT)}; next: make notebooks")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
