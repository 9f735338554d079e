"""The published vectors: right, of their schema, complete, and never changed."""

import hashlib
import json
import platform
import shutil

import jsonschema
import make_vectors as made
import numpy as np
import pytest

from lstm_ref.check.errors import relative
from lstm_ref.derive import catalogue
from lstm_ref.interop import published, vectors
from lstm_ref.interop.published import FOLDER
from lstm_ref.interop.vectors import VectorsError
from lstm_ref.mistakes import evaluate, known

# Edition -> how many lines it adds to SHA256SUMS, and their SHA-256. An edition that is published
# stays; whoever has to change a line of this table breaks the promise of the page.
EDITIONS = {1: (216, "b135c2cc602b289903cb1771750cf77e115783fe2015e6371622e41893e4f7fb")}
LINES = (FOLDER / published.SUMS).read_text(encoding="utf-8").splitlines(keepends=True)
SMALL = [name for name in published.names() if name.endswith("-small.json")]


def schema(name):
    found = json.loads((FOLDER / f"{name}.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(found)
    return jsonschema.Draft202012Validator(found)


def test_no_published_line_has_changed():
    start = 0
    for number, sha in EDITIONS.values():
        lines = "".join(LINES[start : start + number])
        assert hashlib.sha256(lines.encode()).hexdigest() == sha
        start += number
    assert start == len(LINES) and list(EDITIONS) == list(made.EDITIONS)


def test_no_published_file_has_changed():
    assert published.changed() == []
    assert {line.split()[1] for line in LINES} == set(published.names())
    others = {"SHA256SUMS", "index.json", "index.schema.json", "vectors.schema.json"}
    assert {path.name for path in FOLDER.iterdir()} == others | set(published.names())


def test_a_changed_file_and_a_missing_one_are_told(tmp_path, monkeypatch):
    shutil.copytree(FOLDER, tmp_path / "files")
    monkeypatch.setattr(published, "FOLDER", tmp_path / "files")
    text = (tmp_path / "files" / "lstm-small.json").read_text(encoding="utf-8")
    (tmp_path / "files" / "lstm-small.json").write_text(text.replace("1", "2", 1), "utf-8")
    (tmp_path / "files" / "lstm.npz").unlink()
    assert published.changed() == ["lstm-small.json", "lstm.npz"]


@pytest.mark.parametrize("part", range(4))
def test_the_same_bytes_are_made_again(part):
    """By the drawing, the derivation, the typesetting and the writing of today."""
    if platform.machine().lower() not in ("x86_64", "amd64"):
        pytest.skip("sums are taken in another order here: the numbers are compared, not the bytes")
    files = [name for name, _ in made.names()][part::4]
    assert [name for name in files if made.data(name) != (FOLDER / name).read_bytes()] == []


def test_the_same_numbers_are_made_again():
    for name in (name for edition in made.EDITIONS.values() for name in edition.options):
        _, arrays = published.read(name)
        again = made.vectors_of(name)[1]
        assert sorted(arrays) == sorted(again), name
        assert max(relative(again[key], arrays[key]) for key in arrays) < 1e-10, name


def test_the_index_says_what_is_computed():
    index = (FOLDER / published.INDEX).read_text(encoding="utf-8")
    assert index == made.index()
    schema("index").validate(json.loads(index))
    assert json.loads(index)["edition"] == max(made.EDITIONS)


def test_every_cell_is_there_in_two_sizes():
    for name in catalogue.CELLS:
        small, large = f"{name.lower()}-small.json", f"{name.lower()}.npz"
        assert published.names(name)[:2] == [small, large]
        assert published.about(small)["sizes"].items() >= {"T": 3, "B": 2}.items()
        sizes = published.about(large)["sizes"]
        assert sizes["D"] >= sizes["T"] * sizes["B"]
    assert len(published.names("lstm")) == len(published.names("LSTM"))


def test_every_file_is_read():
    for name in published.names():
        if "cell" in published.about(name):
            header, arrays = published.read(name)
            assert header["cell"] == published.about(name)["cell"]
            assert header["sizes"] == published.about(name)["sizes"]
            assert all(np.isfinite(value).all() for value in arrays.values())


def test_what_is_caught_is_measured_on_the_right_gradients():
    """Those in the file are the ones that the mistakes are compared with."""
    for name in ("lstm-zero-states.npz", "gru_after-float32.npz", "gru_d.npz"):
        header, arrays = published.read(name)
        cell = catalogue.find(header["cell"])
        right = evaluate.gradients((), evaluate.numbers_of(cell, arrays))[1]
        learned = {key: value for key, value in right.items() if f"d{key}" in arrays}
        assert set(right) - set(learned) == set(cell.FIXED)
        for key, value in learned.items():
            assert relative(value, arrays[f"d{key}"]) < 1e-12


def test_files_are_of_their_schema():
    check = schema("vectors")
    for name in SMALL:
        document = json.loads((FOLDER / name).read_text(encoding="utf-8"))
        check.validate(document)
    for name in set(published.names()) - set(SMALL):
        if "cell" in published.about(name):  # an npz has the same header
            header, arrays = published.read(name)
            few = {key: {"shape": [1], "data": [0.5]} for key in arrays}
            check.validate({**header, "arrays": few})


@pytest.mark.parametrize(
    "damage",
    [
        lambda d: d.pop("cell"),
        lambda d: d.update(version=2),
        lambda d: d["sizes"].update(T=0),
        lambda d: d.update(checksum="sha256:0"),
        lambda d: d["arrays"].pop("x"),
        lambda d: d["arrays"]["x"]["shape"].append(0),
        lambda d: d["arrays"]["x"]["data"].append("1.0"),
        lambda d: d["arrays"]["x"].pop("shape"),
        lambda d: d["arrays"].update(x=[1.0]),
        lambda d: d.update(arrays={}),
    ],
)
def test_the_schema_refuses(damage):
    document = json.loads((FOLDER / "lstm-small.json").read_text(encoding="utf-8"))
    damage(document)
    with pytest.raises(jsonschema.ValidationError):
        schema("vectors").validate(document)


def test_the_schema_takes_what_any_cell_and_size_gives():
    for cell, sizes in (("HYPERLSTM", {}), ("LSTM", dict(T=1, B=1, D=1, H=1))):
        schema("vectors").validate(json.loads(vectors.as_json(*vectors.make(cell, **sizes))))


def test_those_of_the_lstm_catch_every_known_mistake():
    once = [m.name for m in known.of("LSTM") if not m.second]
    twice = [m.name for m in known.of("LSTM") if m.second]
    for name in ("lstm-small.json", "lstm.npz"):
        assert published.catches(name) == once and len(once) > 40
        assert published.about(name)["catches_in_a_second_run"] == twice and twice


def test_what_is_no_mistake_in_a_cell_is_not_caught():
    """The MinGRU has no weights from h, so that no term of the first step can be missing."""
    assert "first-step-missing" in [m.name for m in known.of("MINGRU")]
    assert "first-step-missing" not in published.catches("mingru.npz")


CHOICES = ["zero-states", "float32", "lengths", "layers", "both-ways"]


@pytest.mark.parametrize("cell", ["LSTM", "GRU_BEFORE", "GRU_AFTER"])
def test_some_cells_have_what_is_otherwise(cell):
    stem = cell.lower()
    names = [f"{stem}-{choice}-small.json" for choice in CHOICES]
    assert {*names, f"{stem}-zero-states.npz", f"{stem}-float32.npz"} == set(
        published.names(cell)[2:]
    )
    zero, single, lengths, layers, ways = map(published.read, names)
    assert not zero[1]["h_0"].any() and zero[1]["e"].all()
    assert (
        all(np.float32(v) == v for v in single[1]["x"].ravel()) and single[0]["tolerance"] == 1e-5
    )
    assert lengths[0]["lengths"] == [3, 2] and layers[0]["layers"] == 2
    assert ways[0]["directions"] == 2
    assert ["catches" in published.about(name) for name in names] == [True, True] + 3 * [False]


def test_zero_states_hide_mistakes():
    hidden = {}
    for cell in ("LSTM", "GRU_BEFORE", "GRU_AFTER"):
        stem = cell.lower()
        hidden[cell] = {*published.catches(f"{stem}.npz")}
        hidden[cell] -= {*published.catches(f"{stem}-zero-states.npz")}
        assert published.catches(f"{stem}-float32.npz") == published.catches(f"{stem}.npz")
    assert all(names == {"first-step-missing"} for names in hidden.values())


def test_blind_vectors_catch_less(monkeypatch):
    """With h_0 = c_0 = 0 and no error at the last states, some mistakes are not seen."""
    header, arrays = published.read("lstm-small.json")
    zeros = {"h_0", "c_0", "e_h_T", "e_c_T"}
    blind = {n: np.zeros_like(v) if n in zeros else v for n, v in arrays.items()}
    monkeypatch.setattr(made, "vectors_of", lambda name: (header, blind))
    missed = set(published.catches("lstm-small.json")) - set(
        made.catches("lstm-small.json")["catches"]
    )
    assert {"first-step-missing", "last-state-error-ignored"} <= missed


def test_what_is_published_is_not_written_over(tmp_path, monkeypatch):
    edition = made.Edition("0.1.0", {"elman-small.json": ("ELMAN", made.SMALL)})
    monkeypatch.setattr(made, "EDITIONS", {1: edition})
    assert made.write(tmp_path) == ["elman-small.json"] and made.write(tmp_path) == []
    text = (tmp_path / "elman-small.json").read_bytes()
    assert text == (FOLDER / "elman-small.json").read_bytes()
    (tmp_path / "elman-small.json").write_bytes(text.replace(b"0.", b"1.", 1))
    (tmp_path / "SHA256SUMS").unlink()
    with pytest.raises(VectorsError, match=r"elman-small.json: published, and would change"):
        made.write(tmp_path)
    assert not (tmp_path / "SHA256SUMS").exists()


def test_a_name_that_is_none_is_told():
    with pytest.raises(VectorsError, match=r"name: expected a published file.*got 'lstm.json'"):
        published.read("lstm.json")


def test_they_are_in_the_wheel():
    """As pyproject.toml has it; the wheel itself is opened by the site's tests."""
    import tomllib

    from places import ROOT

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["tool"]["setuptools"]["package-data"]["lstm_ref.interop.published"] == [
        "files/*"
    ]
