"""Execute notebooks in place so that running them twice gives the same bytes.

    python tools/run_notebooks.py [--check] [notebooks/x.ipynb ...]

Without names: all of notebooks/. A notebook whose cell raises is left as it was. With --check
nothing is written; the exit code says whether a notebook would change.
"""

import argparse
import copy
import json
import os
import sys
import tempfile
from pathlib import Path

import environment
import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat.v4.rwbase import split_lines, strip_transient

ROOT = Path(__file__).resolve().parent.parent
TIMEOUT = 120  # seconds a cell, as in _config.yml

# Fixed, because a kernel writes the author's Python version here.
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python", "file_extension": ".py", "mimetype": "text/x-python"},
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
    code = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()]
    for number, cell in enumerate(code, 1):
        raised = any(output.output_type == "error" for output in cell.outputs)
        if raised or cell.execution_count is None:
            return f"code cell {number}, {cell.source.strip().splitlines()[0]!r}"
    return "no cell"


def tidy(notebook):
    """Fixed metadata, execution counts 1, 2, ... without gaps, no trace of widgets or timing."""
    kept = {k: v for k, v in notebook.metadata.items() if k not in ("widgets", *METADATA)}
    notebook.metadata = nbformat.from_dict(kept | METADATA)
    count = 0
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        if cell.cell_type != "code" or not cell.source.strip():
            continue
        count += 1
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


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("notebooks", nargs="*", type=Path)
    parser.add_argument("--check", action="store_true", help="write nothing, report changes")
    arguments = parser.parse_args()
    environment.apply()
    failed = changed = 0
    for path in arguments.notebooks or sorted((ROOT / "notebooks").glob("*.ipynb")):
        try:
            text = executed(path.resolve())
        except NotebookFailed as error:
            failed += 1
            print(f"{path.name}: FAILED, left as it was: {error}", file=sys.stderr)
            continue
        if text == path.read_text(encoding="utf-8"):
            print(f"{path.name}: unchanged")
            continue
        changed += 1
        if not arguments.check:
            write(path.resolve(), text)
        print(f"{path.name}: {'would change' if arguments.check else 'written'}")
    return 1 if failed or (arguments.check and changed) else 0


if __name__ == "__main__":
    sys.exit(main())
