"""Make what the site offers for download; the same sources give the same bytes.

    python tools/environment.py python tools/downloads.py FOLDER

The wheel, the notebooks, their figures, the published golden vectors, the LSTM in C with vectors
for it, the card of its equations, and the SHA-256 of each in SHA256SUMS, as `sha256sum --check`
reads it. Run it in the environment of tools/environment.py: another order of adding gives other
last digits.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import figures

from lstm_ref import __version__
from lstm_ref.book import card
from lstm_ref.derive import catalogue
from lstm_ref.interop import published, vectors

ROOT = Path(__file__).resolve().parent.parent
EPOCH = 1767225600  # of all dates within: 2026-01-01
DATE = (2026, 1, 1, 0, 0, 0)
SOURCES = ("pyproject.toml", "README.md", "LICENSE")  # beside the package: what a wheel is made of
SUMS = "SHA256SUMS"
FOOT = "The LSTM, derived and checked. Derived by lstm_ref; text and figures: CC BY 4.0."
BUILD = "import sys, setuptools.build_meta as build; build.build_wheel(sys.argv[1])"


def make(folder):
    """Write all files into the folder, which is made anew; their names, sorted, without SUMS."""
    folder = Path(folder)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    wheel(folder)
    zipped(folder / f"lstm_ref-{__version__}-notebooks.zip", notebooks())
    zipped(folder / f"lstm_ref-{__version__}-figures.zip", figures.files())
    zipped(folder / f"lstm_ref-{__version__}-vectors.zip", golden_vectors())
    shutil.copyfile(ROOT / "book" / "_assets" / "lstm.c", folder / "lstm.c")
    vectors.write(folder / "lstm.h", *vectors.make(catalogue.CELLS["LSTM"]))
    card.write(catalogue.CELLS["LSTM"], folder / "lstm-card.pdf", FOOT)
    names = sorted(path.name for path in folder.iterdir())
    lines = [f"{checksum(folder / name)}  {name}\n" for name in names]
    (folder / SUMS).write_text("".join(lines), encoding="utf-8", newline="\n")
    return names


def wheel(folder):
    """Build the wheel from a clean copy of the sources, so that nothing else gets in."""
    with tempfile.TemporaryDirectory() as place:
        made = shutil.ignore_patterns("__pycache__", "*.pyc", ".*")
        shutil.copytree(ROOT / "lstm_ref", Path(place, "lstm_ref"), ignore=made)
        for name in SOURCES:
            shutil.copyfile(ROOT / name, Path(place, name))
        for path in Path(place).rglob("*"):  # whatever the umask was when they were checked out
            path.chmod(0o755 if path.is_dir() else 0o644)
        subprocess.run(
            [sys.executable, "-c", BUILD, str(Path(folder).resolve())],
            cwd=place,
            env=os.environ | {"SOURCE_DATE_EPOCH": str(EPOCH)},
            umask=0o022,
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )


def notebooks():
    """Name in the archive -> bytes, of every chapter as it is stored, with its outputs."""
    paths = sorted((ROOT / "notebooks").glob("*.ipynb"))
    found = {f"notebooks/{path.name}": path.read_bytes() for path in paths}
    return {"notebooks/LICENSE": (ROOT / "LICENSE").read_bytes(), **found}


def golden_vectors():
    """Name in the archive -> bytes, of all published vectors and what describes them."""
    return {f"vectors/{path.name}": path.read_bytes() for path in published.FOLDER.iterdir()}


def zipped(path, files):
    """Write a zip whose bytes depend on its content only."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            about = zipfile.ZipInfo(name, DATE)
            about.compress_type, about.create_system = zipfile.ZIP_DEFLATED, 3
            about.external_attr = 0o644 << 16
            archive.writestr(about, files[name])


def checksum(path):
    """SHA-256 of a file in hexadecimal digits."""
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    print(*make(sys.argv[1]), sep="\n")
