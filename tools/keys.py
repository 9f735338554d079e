"""Whether the outputs of a notebook are those of its sources: the key stored beside them.

The key is in the notebook's metadata, so that it goes where the outputs go. It has a hash of each
thing that decides the outputs, so that one can say which has changed:

cells        the code and tags of the code cells; text may be edited freely
outputs      themselves, which somebody may have edited or merged
package      the files of lstm_ref that the code reaches (tools/reach.py), stored results too
data         other files in the folder of the notebooks
lock         requirements.txt
environment  tools/environment.py

Not the Python version, because the outputs are the same on all that are supported; a test runs
them. Not the machine either: the stored outputs are shown everywhere, and where another processor
changes last digits `make test` says so, not a page.
"""

import functools
import hashlib
import json
from pathlib import Path

import nbformat
from reach import Package

ROOT = Path(__file__).resolve().parent.parent
NAME = "lstm_ref"  # of the metadata
LEFT_OUT = "skip-execution"  # tag of a cell that is not executed here (tools/address.py)
WHY = {
    "cells": "its code has changed",
    "outputs": "its outputs were changed by hand",
    "package": "the package has changed",
    "data": "a file beside it has changed",
    "lock": "requirements.txt has changed",
    "environment": "tools/environment.py has changed",
}


class Keys:
    """The keys of notebooks in a checkout. Files are read once."""

    def __init__(self, root=ROOT):
        self.root = Path(root)
        self.package = Package(self.root)
        self._file = functools.cache(_file)

    def key(self, notebook):
        """The key of a notebook with these sources and outputs: a dict part -> hash."""
        code = code_cells(notebook)
        cells = [[c.source, sorted(c.metadata.get("tags", []))] for c in code]
        return {
            "cells": _hash(cells),
            "outputs": _hash([c.outputs for c in code]),
            "package": self._files(self._reached([c.source for c in code])),
            "data": self._files(self._beside()),
            "lock": self._files([self.root / "requirements.txt"]),
            "environment": self._files([self.root / "tools" / "environment.py"]),
        }

    def why(self, notebook):
        """Why the stored outputs may not be those of the sources: a list of reasons, or empty."""
        stored = notebook.metadata.get(NAME, {}).get("key")
        if not isinstance(stored, dict):
            return ["no key is stored with its outputs"]
        key = self.key(notebook)
        if stored.keys() != key.keys():
            return ["its key is of another form"]
        return [f"{WHY[part]} since they were made" for part in key if stored[part] != key[part]]

    def stale(self, paths):
        """The notebooks whose outputs may be stale: path -> why, in words."""
        reasons = {p: self.why(nbformat.read(p, as_version=4)) for p in paths}
        return {path: "; ".join(why) for path, why in reasons.items() if why}

    def _reached(self, sources):
        try:
            return self.package.reached(sources)
        except SyntaxError:  # a magic command, say: all in doubt
            return sorted([*self.package.modules.values(), *self.package.data])

    def _beside(self):
        folder = self.root / "notebooks"
        skipped = (".ipynb", ".toml")  # no notebook reads the settings of the formatter
        files = sorted(p for p in folder.rglob("*") if p.is_file() and p.suffix not in skipped)
        return [p for p in files if not any(part[0] == "." for part in p.relative_to(folder).parts)]

    def _files(self, paths):
        return _hash([[p.relative_to(self.root).as_posix(), self._file(p)] for p in paths])


def code_cells(notebook):
    """The code cells that hold something and are executed."""
    code = [c for c in notebook.cells if c.cell_type == "code" and c.source.strip()]
    return [c for c in code if LEFT_OUT not in c.metadata.get("tags", [])]


def notebooks(root=ROOT):
    """The paths of all notebooks of the book."""
    return sorted((root / "notebooks").glob("*.ipynb"))


def _file(path):
    """Hash of a file, the same for both kinds of line ends."""
    return hashlib.sha256(path.read_bytes().replace(b"\r\n", b"\n")).hexdigest()


def _hash(value):
    text = json.dumps(value, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
