"""Execute notebooks in place, several at a time, so that running them twice gives the same bytes.

    python tools/run_notebooks.py [--all] [--check] [notebooks/x.ipynb ...]

Without names: those of notebooks/ whose outputs may be stale (tools/keys.py), or --all of them.
What Jupyter has added to the others is taken out again, as it is from those that are executed.
A notebook whose cell raises is left as it was. With --check nothing is written; the exit code says
whether a notebook would change.
"""

import argparse
import copy
import json
import multiprocessing
import os
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

import environment
import keys
import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat.v4.rwbase import split_lines, strip_transient

TIMEOUT = 120  # seconds a cell
# As measured, for the order only: the longest first, so that all cores are busy to the end.
LONGEST = ("11", "06", "10", "08", "02", "12", "07", "05", "09")

# Fixed, because a kernel writes the author's Python version here.
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {
        "name": "python",
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "pygments_lexer": "ipython3",  # else the pages would be coloured as another language
    },
}


class NotebookFailed(Exception):
    """A cell raised or did not end; the message names it and says how."""


def executed(path):
    """The text of the notebook at `path` after running it in its folder, or NotebookFailed."""
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":  # so that an error found afterwards is of this run
            cell.outputs, cell.execution_count = [], None
    client = NotebookClient(
        notebook,
        timeout=TIMEOUT,
        kernel_name="python3",
        record_timing=False,
        coalesce_streams=True,  # how text is cut into messages depends on the moment
        resources={"metadata": {"path": str(path.parent)}},
    )
    try:
        client.execute()
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        raise NotebookFailed(f"{blame(notebook)}:\n{error}") from error
    return to_text(tidy(notebook))


def blame(notebook):
    """The cell that failed: it has an error as output, or was the first without a count."""
    for number, cell in enumerate(keys.code_cells(notebook), 1):
        raised = any(output.output_type == "error" for output in cell.outputs)
        if raised or cell.execution_count is None:
            return f"code cell {number}, {cell.source.strip().splitlines()[0]!r}"
    return "no cell"


def tidy(notebook):
    """Fixed metadata, execution counts 1, 2, ... without gaps, no trace of widgets or timing."""
    kept = {k: v for k, v in notebook.metadata.items() if k not in ("widgets", *METADATA)}
    notebook.metadata = nbformat.from_dict(kept | METADATA)
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
    for count, cell in enumerate(keys.code_cells(notebook), 1):
        cell.execution_count = count
        for output in cell.outputs:
            if output.output_type == "execute_result":
                output.execution_count = count
    return notebook


def to_text(notebook):
    """JSON as Jupyter writes it: sorted keys, indent 1, sources as lists of lines."""
    nbformat.validate(notebook)
    lines = strip_transient(split_lines(copy.deepcopy(notebook)))
    return json.dumps(lines, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def write(path, text):
    """Replace the file in one step: an interrupted run leaves the old one whole."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".tmp")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        os.chmod(temporary, path.stat().st_mode & 0o777)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def longest_first(paths):
    """Paths of notebooks in the order in which to start them."""
    place = {number: k for k, number in enumerate(LONGEST)}
    return sorted(paths, key=lambda path: (place.get(path.name[:2], len(place)), path.name))


def stamped(text, known):
    """The text of an executed notebook with its key. known: `keys.Keys` from before it ran."""
    notebook = nbformat.reads(text, as_version=4)
    notebook.metadata[keys.NAME] = {"key": known.key(notebook)}
    return to_text(notebook)


def neaten(path, check=False):
    """Write a notebook as this tool writes it, and execute nothing; whether that changes it."""
    text = to_text(tidy(nbformat.read(path, as_version=4)))
    if text == path.read_text(encoding="utf-8"):
        return False
    if not check:
        write(path, text)
    print(f"{path.name}: form {'would change' if check else 'written'}")
    return True


def outcome(path, text, check):
    """Write the new text of a notebook if it has changed; what happened, in words."""
    before = nbformat.read(path, as_version=4)
    if text == path.read_text(encoding="utf-8"):
        return "unchanged"
    if not check:
        write(path, text)
    before.metadata[keys.NAME] = nbformat.reads(text, as_version=4).metadata[keys.NAME]
    what = "key" if to_text(before) == text else "outputs"
    return f"{what} {'would change' if check else 'written'}"


def run(paths, check=False, jobs=None):
    """Execute notebooks and write them, a line for each; (names that failed, names that changed).

    jobs: how many run at a time, by default as many as there are cores.
    """
    known = keys.Keys()
    paths = longest_first(path.resolve() for path in paths)
    for path in paths:  # reads the files now: what changes while a notebook runs makes it stale
        known.key(nbformat.read(path, as_version=4))
    failed, changed = [], []
    environment.apply()
    jobs = min(jobs or os.cpu_count() or 1, len(paths) or 1)
    with ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn")) as pool:
        try:
            futures = {pool.submit(executed, path): path for path in paths}
            for number, future in enumerate(as_completed(futures), 1):
                path = futures[future]
                try:
                    done = outcome(path, stamped(future.result(), known), check)
                except NotebookFailed as error:
                    failed.append(path.name)
                    done = f"FAILED, left as it was: {error}"
                if done != "unchanged":
                    changed.append(path.name)
                print(f"[{number}/{len(paths)}] {path.name}: {done}", flush=True)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    return failed, [name for name in changed if name not in failed]


def chosen(paths, everything):
    """The notebooks to execute: those named, else all or the stale ones, with the reason said."""
    if paths or everything:
        return paths or keys.notebooks()
    stale = keys.Keys().stale(keys.notebooks())
    for path, why in stale.items():
        print(f"{path.name}: {why}")
    if not stale:
        print("The stored outputs fit their sources.")
    return list(stale)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("notebooks", nargs="*", type=Path)
    parser.add_argument("--all", action="store_true", help="also those whose outputs fit")
    parser.add_argument("--check", action="store_true", help="write nothing, report changes")
    parser.add_argument("--jobs", type=int, help="how many at a time; by default one for each core")
    arguments = parser.parse_args()
    paths = chosen(arguments.notebooks, arguments.all)
    others = [] if arguments.notebooks else [p for p in keys.notebooks() if p not in paths]
    neatened = [path.name for path in others if neaten(path, arguments.check)]
    failed, changed = run(paths, arguments.check, arguments.jobs)
    changed += neatened
    if failed:
        print(f"FAILED: {', '.join(sorted(failed))}", file=sys.stderr)
    return 1 if failed or (arguments.check and changed) else 0


if __name__ == "__main__":
    sys.exit(main())
