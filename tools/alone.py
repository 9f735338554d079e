"""Every chapter alone, as a reader has it: the wheel in a fresh environment, an empty folder.

    python tools/alone.py [01 09 ...]

Makes the downloads of the site, sees that the wheel brings NumPy alone, installs it with [book]
and nothing else into _build/alone/venv, and executes each notebook of the archive in a folder that
holds nothing but this notebook, outside the checkout. Without numbers: all of them. What is printed
is whether it ran, not whether the digits are those of the book, for newer versions may be installed
here.
"""

import json
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import downloads
import nbformat
import run_notebooks
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

PLACE = downloads.ROOT / "_build" / "alone"
TIMEOUT = 900  # seconds a cell


def environment(place, wanted):
    """Make an environment in which this was installed; its interpreter."""
    uv = [sys.executable, "-m", "uv"]
    subprocess.run(
        [*uv, "venv", "--quiet", "--clear", "--python", sys.executable, place], check=True
    )
    python = place / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    given = ["--python", python, wanted]
    subprocess.run([*uv, "pip", "install", "--quiet", *given], check=True)
    return python


def installed(python):
    """Names of the packages in the environment of an interpreter."""
    code = "import importlib.metadata as m; print(*(d.name for d in m.distributions()))"
    done = subprocess.run([python, "-c", code], check=True, capture_output=True, text=True)
    return set(done.stdout.split())


def kernel(place, python):
    """Describe the kernel of that interpreter; what to add to the variables of the environment."""
    folder = place / "jupyter" / "kernels" / "python3"
    folder.mkdir(parents=True, exist_ok=True)
    command = [str(python), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    said = {"argv": command, "display_name": "Python 3", "language": "python"}
    (folder / "kernel.json").write_text(json.dumps(said), encoding="utf-8")
    return {"JUPYTER_PATH": str(place / "jupyter"), "MPLCONFIGDIR": str(place / "matplotlib")}


def fault(name, data):
    """Execute a notebook in a folder of its own; what went wrong, or None."""
    notebook = nbformat.reads(data.decode("utf-8"), as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, name).write_bytes(data)
        where = {"metadata": {"path": folder}}
        client = NotebookClient(
            notebook, timeout=TIMEOUT, kernel_name="python3", resources=where, record_timing=False
        )
        try:
            client.execute()
        except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
            return f"{run_notebooks.blame(notebook)}:\n{error}"
    return None


def main(numbers):
    made = PLACE / "downloads"
    names = downloads.make(made)
    wheel = next(made / n for n in names if n.endswith(".whl"))
    if (brought := installed(environment(PLACE / "bare", wheel))) != {"lstm-ref", "numpy"}:
        print(f"the wheel brings more than NumPy: {sorted(brought)}")
        return 1
    python = environment(PLACE / "venv", f"{wheel}[book]")
    os.environ.pop("PYTHONPATH", None)
    os.environ.update(kernel(PLACE, python))
    failed = []
    with zipfile.ZipFile(next(made / n for n in names if n.endswith("notebooks.zip"))) as archive:
        for member in archive.namelist():
            name = Path(member).name
            if not name.endswith(".ipynb") or (numbers and name[:2] not in numbers):
                continue
            if said := fault(name, archive.read(member)):
                failed.append(name)
            print(f"{name}: {said or 'runs alone'}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
