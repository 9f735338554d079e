"""Write lstm_ref/study/data: what the study's trials learn from.

    pip install music21==10.5.1 scikit-learn aeon     # in an environment of its own
    python tools/make_study_data.py [digits|speech|chorales ...]

digits: scikit-learn's digits, 1,797 of 8 by 8 pixels from 0 to 16, the test set of the UCI's
"Optical Recognition of Handwritten Digits" (Alpaydin & Kaynak 1998). Columns from left to right.
speech: JapaneseVowels of the UCI (Kudo, Toyama & Shimbo 1999) as aeon ships it: 9 speakers say
/ae/; 12 cepstral coefficients of linear prediction; who speaks? Its test set; every fifth
utterance of its training set, in the order of the file, for validation.
chorales: the pieces by Bach of music21's corpus with exactly four parts: which notes sound at
each quarter note, as MIDI numbers, in the key they have there; a note in two parts counts once; of
pieces with equal notes the first. In the order of their names, every fifth is for validation, and
the one after it for the test.
"""

import gzip
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).parents[1] / "lstm_ref" / "study" / "data"


def packaged(package, *path):
    return Path(find_spec(package).submodule_search_locations[0], *path)


def split(n):
    """0 training, 1 validation, 2 test: of five, three, one and one."""
    return np.where(np.arange(n) % 5 == 3, 1, np.where(np.arange(n) % 5 == 4, 2, 0)).astype("u1")


def digits():
    with gzip.open(packaged("sklearn", "datasets", "data", "digits.csv.gz"), "rt") as file:
        table = np.loadtxt(file, delimiter=",")
    images = table[:, :-1].reshape(-1, 8, 8)
    steps = images.swapaxes(1, 2).reshape(-1, 8)  # a step is a column
    n = len(images)
    return dict(
        steps=steps.astype("u1"),
        lengths=np.full(n, 8, "u2"),
        split=split(n),
        target=table[:, -1].astype("u1"),
    )


def utterances(path):
    """(features (T, 12), class) of each line of a .ts file: features by ":", values by ","."""
    lines = path.read_text(encoding="utf-8").split("@data")[1].strip().splitlines()
    for line in lines:
        *features, label = line.split(":")
        yield np.array([feature.split(",") for feature in features], "f4").T, int(label) - 1


def speech():
    place = packaged("aeon", "datasets", "data", "JapaneseVowels")
    first, last = (list(utterances(place / f"JapaneseVowels_{p}.ts")) for p in ("TRAIN", "TEST"))
    parts = [np.where(np.arange(len(first)) % 5 == 4, 1, 0), np.full(len(last), 2)]
    every = [*first, *last]
    return dict(
        steps=np.concatenate([x for x, _ in every]),
        lengths=np.array([len(x) for x, _ in every], "u2"),
        split=np.concatenate(parts).astype("u1"),
        target=np.array([label for _, label in every], "u1"),
    )


def roll(score):
    """Notes (steps, 128) of a score at each quarter note."""
    steps = int(np.ceil(score.duration.quarterLength))
    found = np.zeros((steps, 128), bool)
    for note in score.flatten().notes:
        begin, end = note.offset, note.offset + note.duration.quarterLength
        for step in range(int(np.ceil(begin)), min(int(np.ceil(end)), steps)):
            found[step, [pitch.midi for pitch in note.pitches]] = True
    sounding = np.flatnonzero(found.any(axis=1))
    return found[sounding[0] : sounding[-1] + 1]


def chorales():
    from music21 import corpus

    pieces = {}
    for path in sorted(corpus.getComposer("bach"), key=lambda path: str(path)):
        score = corpus.parse(path)
        if len(getattr(score, "parts", ())) == 4:
            notes = roll(score)
            pieces.setdefault((notes.shape, notes.tobytes()), (Path(path).name, notes))
    names, rolls = zip(*pieces.values(), strict=True)
    whole = np.concatenate(rolls)
    lowest, highest = np.flatnonzero(whole.any(axis=0))[[0, -1]]
    return dict(
        steps=whole[:, lowest : highest + 1].astype("u1"),
        lengths=np.array([len(notes) for notes in rolls], "u2"),
        split=split(len(rolls)),
        lowest=np.array(lowest),
        names=np.array(names),
    )


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name in sys.argv[1:] or ("digits", "speech", "chorales"):
        arrays = globals()[name]()
        np.savez_compressed(FOLDER / f"{name}.npz", **arrays)
        print(name, {key: value.shape for key, value in arrays.items()})
