"""Write the published golden vectors: what is missing, their checksums, and index.json.

    python tools/environment.py python tools/make_vectors.py

What an edition holds stands in `EDITIONS`. An edition that is published is not touched any more:
what is new becomes the next one. A file that is there is never changed; exit code 1 if one would
have to be, because the numbers or the text that `vectors.make` gives have changed.
"""

import io
import json
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from lstm_ref.check.errors import relative
from lstm_ref.derive import catalogue
from lstm_ref.interop import foreign_tests, gradbench, public_vectors, vectors
from lstm_ref.interop.published import FOLDER, INDEX, SUMS, checksum
from lstm_ref.interop.vector_files import Header
from lstm_ref.interop.vectors import VectorsError
from lstm_ref.mistakes import evaluate, known
from lstm_ref.types import Arrays

SMALL = {"T": 3, "B": 2, "D": 2, "H": 3}
TOLERANCE = 1e-6  # of numbers in float64, as `diagnose` has it
SINGLE = 1e-5  # in float32: not the measured one, in which another order of adding would show
# Fields of a header that index.json has too.
DESCRIBED = ("cell", "sizes", "seed", "scale", "zero", "dtype", "tolerance")
DESCRIBED += ("lengths", "layers", "directions")
FAR = 100  # a mistake is told that is off by this many tolerances


@dataclass(frozen=True)
class Edition:
    """Files that were published together.

    package: the version that first had them, which their headers say ever after. options: name of
    the file -> (cell, arguments of `vectors.make`). others: files in the form of others.
    """

    package: str
    options: dict[str, tuple[str, dict[str, Any]]] = field(default_factory=dict)
    others: tuple[str, ...] = ()


def _every_cell():
    found = {}
    for cell in catalogue.CELLS:
        found[f"{cell.lower()}-small.json"] = cell, SMALL
        found[f"{cell.lower()}.npz"] = cell, {}
    return found


# Of the LSTM and the GRUs of the chapters besides: what some implementations need or lack.
CHOICES: dict[str, dict[str, Any]] = {
    "zero-states": {"zero_states": True},
    "float32": {"float32": True},
    "lengths": {"lengths": (SMALL["T"], SMALL["T"] - 1)},
    "layers": {"layers": 2},
    "both-ways": {"both_ways": True},
}
LARGE_TOO = ("zero-states", "float32")  # in the default sizes, for a full comparison


def _choices():
    found = {}
    for cell in ("LSTM", "GRU_BEFORE", "GRU_AFTER"):
        for choice, options in CHOICES.items():
            found[f"{cell.lower()}-{choice}-small.json"] = cell, {**SMALL, **options}
            if choice in LARGE_TOO:
                found[f"{cell.lower()}-{choice}.npz"] = cell, options
    return found


OTHERS = ("onnx-lstm.zip", "webnn-lstm.json", "gradbench-lstm.json")
EDITIONS = {1: Edition("0.1.0", _every_cell() | _choices(), OTHERS)}


def names() -> Iterator[tuple[str, int]]:
    """(file, edition) of all that is published, in the order of SHA256SUMS."""
    for number, edition in EDITIONS.items():
        yield from ((name, number) for name in (*edition.options, *edition.others))


@cache
def vectors_of(name: str) -> tuple[Header, Arrays]:
    """Header and arrays of a published file, computed anew."""
    edition = next(e for e in EDITIONS.values() if name in e.options)
    cell, options = edition.options[name]
    header, arrays = vectors.make(cell, **options)
    header["package"] = edition.package
    if header.get("tolerance", 0) > SINGLE:
        raise VectorsError(f"{name}: tolerance {header['tolerance']}, more than {SINGLE}")
    header |= {"tolerance": SINGLE} if "tolerance" in header else {}
    return {**header, "checksum": vectors.checksum(header, arrays)}, arrays


def data(name: str) -> bytes:
    """Bytes of a published file, computed anew: the same ones each time."""
    if name in OTHERS:
        return _other(name)
    with tempfile.TemporaryDirectory() as place:
        file = Path(place, name)
        vectors.write(file, *vectors_of(name))
        return file.read_bytes()


def _other(name):
    if name == "gradbench-lstm.json":
        return foreign_tests.as_gradbench(gradbench.ours()).encode()
    case = public_vectors.ours(vectors_of("vanilla-small.json")[1])
    if name == "webnn-lstm.json":
        return foreign_tests.as_webnn(case).encode()
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:  # stored: compressed bytes differ by library
        for file, content in foreign_tests.as_onnx(case).items():
            about = zipfile.ZipInfo(f"test_lstm_ref/{file}", (1980, 1, 1, 0, 0, 0))
            about.create_system, about.external_attr = 3, 0o644 << 16
            archive.writestr(about, content)
    return stream.getvalue()


def catches(name: str) -> dict[str, list[str]]:
    """Known mistakes that vectors tell: in one run, and only in a second run of one program.

    Of several layers or directions, or of sequences of several lengths, nothing is said: the known
    mistakes are those of one layer.
    """
    header, arrays = vectors_of(name)
    if header.keys() & {"layers", "directions", "lengths"}:
        return {}
    cell = catalogue.find(header["cell"])
    numbers = evaluate.numbers_of(cell, arrays)
    right = evaluate.gradients((), numbers)[1]
    told: dict[str, list[str]] = {"catches": [], "catches_in_a_second_run": []}
    for mistake in known.of(cell):
        with np.errstate(all="ignore"):  # a wrong model may divide by zero
            wrong = evaluate.gradients(mistake, numbers)[1]
        off = max(relative(wrong[n], right[n], 0.0) for n in right if f"d{n}" in arrays)
        if not off <= FAR * header.get("tolerance", TOLERANCE):  # NaN too
            told["catches_in_a_second_run" if mistake.second else "catches"].append(mistake.name)
    return told


def index() -> str:
    """What index.json says, computed anew."""
    files = {name: _entry(name, number) for name, number in names()}
    about = {"format": "lstm-ref-published", "version": 1, "edition": max(EDITIONS)}
    rows = [f"{json.dumps(name)}: {json.dumps(entry)}" for name, entry in files.items()]
    head = ",\n".join(f"{json.dumps(k)}: {json.dumps(v)}" for k, v in about.items())
    return "{\n" + head + ',\n"files": {\n' + ",\n".join(rows) + "\n}\n}\n"


def _entry(name, number):
    if name in OTHERS:
        return {"edition": number, "form": name.partition("-")[0]}
    header, _ = vectors_of(name)
    about = {key: header[key] for key in DESCRIBED if key in header}
    return {"edition": number, **about, **catches(name)}


def write(folder: str | Path = FOLDER) -> list[str]:
    """Make what is missing, then SHA256SUMS and index.json; the names of what is new.

    Raises VectorsError where a file that is there would change, before anything is written.
    """
    folder = Path(folder)
    made = {name: data(name) for name, _ in names()}
    for name, content in made.items():
        if (folder / name).is_file() and (folder / name).read_bytes() != content:
            raise VectorsError(f"{name}: published, and would change; give it another name")
    new = [name for name in made if not (folder / name).is_file()]
    for name in new:
        (folder / name).write_bytes(made[name])
    lines = [f"{checksum(folder / name)}  {name}\n" for name in made]
    (folder / SUMS).write_text("".join(lines), encoding="utf-8", newline="\n")
    (folder / INDEX).write_text(index(), encoding="utf-8", newline="\n")
    return new


def main():
    try:
        new = write()
    except VectorsError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{sum(1 for _ in names())} files, {len(new)} of them new, in {FOLDER.name}/")
    return 0


if __name__ == "__main__":
    sys.exit(main())
