"""The repository's address: `_config.yml` has it; what cannot read it there is written from it.

    python tools/address.py [https://github.com/OWNER/NAME]

Without an address it is taken out again, which is how the book comes: then no page has a button to
a repository, and nothing names a place that does not exist. With one, book/_ext/lstm_book.py gives
every page its buttons, and this tool writes

- `repository-code` in CITATION.cff,
- into each notebook, behind its title, a cell that installs the package on Colab, which opens a
  notebook from the repository and knows nothing of its other files.

The cell is left out wherever else notebooks are executed, shown or compared; the keys of the stored
outputs know nothing of it (tools/keys.py).
"""

import argparse
import re
import sys
from pathlib import Path

import keys
import nbformat
import run_notebooks
import yaml

CELL = "install-on-colab"  # its id
FORM = re.compile(r"https://github\.com/[\w-]+/(?!.*\.git$)[\w.-]+")
SOURCE = """\
# Does something on Colab alone, which has this page but not its package.
import sys

if "google.colab" in sys.modules:
    import subprocess

    package = "lstm-ref[book] @ git+{address}@{branch}"
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", package], check=True)
"""


def read(root=keys.ROOT):
    """The address, or "", and the branch, as _config.yml has them."""
    config = yaml.safe_load(Path(root, "_config.yml").read_text(encoding="utf-8"))["repository"]
    return config["url"], config["branch"]


def checked(address):
    """The address, where it is one of a repository on GitHub, or "": Colab opens no other."""
    if address and not FORM.fullmatch(address):
        raise ValueError(
            f"address: expected https://github.com/OWNER/NAME, or nothing, got {address!r}"
        )
    return address


def in_config(text, address):
    """The text of _config.yml with this address."""
    new, found = re.subn(r"(?m)^(repository:\n  url: ).*$", rf'\g<1>"{address}"', text)
    if not found:
        raise ValueError("_config.yml: expected the lines `repository:` and `  url: ...`")
    return new


def in_citation(text, address):
    """The text of CITATION.cff with this address, behind its version; without one, without it."""
    text = re.sub(r"(?m)^repository-code: .*\n", "", text)
    line = f'repository-code: "{address}"\n' if address else ""
    return re.sub(r"(?m)^version: .*\n", lambda found: found[0] + line, text)


def in_notebook(text, address, branch):
    """The text of a notebook with the cell for Colab behind its title; without address, without."""
    notebook = nbformat.reads(text, as_version=4)
    notebook.cells = [cell for cell in notebook.cells if cell.id != CELL]
    if address:
        cell = nbformat.v4.new_code_cell(SOURCE.format(address=address, branch=branch).rstrip())
        cell.id, cell.metadata.tags = CELL, ["nbval-skip", "remove-cell", keys.LEFT_OUT]
        notebook.cells.insert(1, cell)
    return run_notebooks.to_text(notebook)


def files(address, branch, root=keys.ROOT):
    """What the files that have the address, or say it, should hold: path -> text."""
    config, citation = Path(root, "_config.yml"), Path(root, "CITATION.cff")
    texts = {
        config: in_config(config.read_text(encoding="utf-8"), address),
        citation: in_citation(citation.read_text(encoding="utf-8"), address),
    }
    for path in keys.notebooks(Path(root)):
        texts[path] = in_notebook(path.read_text(encoding="utf-8"), address, branch)
    return texts


def put(address, root=keys.ROOT):
    """Write the address, checked, wherever it stands; the paths of the files that changed."""
    texts = files(checked(address), read(root)[1], root)
    changed = [path for path, text in texts.items() if path.read_text(encoding="utf-8") != text]
    for path in changed:
        run_notebooks.write(path, texts[path])
    return changed


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("address", nargs="?", default="", help="https://github.com/OWNER/NAME")
    address = parser.parse_args().address
    try:
        changed = put(address)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    print(f"The repository's address: {address or 'none'}. Files written: {len(changed)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
