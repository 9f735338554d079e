"""Weights in files: what is saved comes back; what is wrong is refused."""

import io
import os

import numpy as np
import pytest
from archives import about, npy, zipped

from lstm_ref.cells import elman, lstm, stacked
from lstm_ref.generated import vanilla
from lstm_ref.io import files
from lstm_ref.learn import layers, network, storage
from lstm_ref.learn.storage import StorageError


def rng(seed=0):
    return np.random.default_rng(seed)


NETS = {
    "lstm": (lstm, {}),
    "float32": (lstm, {"dtype": np.float32}),
    "vanilla": (vanilla, {}),
    "layers": (layers.Stack(layers.BothWays(lstm), elman), {}),
}


@pytest.mark.parametrize("name", NETS)
def test_there_and_back(tmp_path, name):
    cell, options = NETS[name]
    params = network.start(cell, rng(), 3, 4, 2, **options)
    storage.save(tmp_path / "w.npz", cell, params, seed=7)
    back, about = storage.load(tmp_path / "w.npz", cell)
    assert list(back) == list(params) and about["seed"] == 7
    for key, value in params.items():
        np.testing.assert_array_equal(back[key], value)
        assert back[key].dtype == value.dtype and back[key].flags.writeable
    assert storage.load(tmp_path / "w.npz")[1]["cell"] == about["cell"]


def test_plain_and_fast_cell_share_files_and_numpy_reads_them(good, params):
    storage.load(good, stacked)
    with np.load(good, allow_pickle=False) as arrays:
        np.testing.assert_array_equal(arrays["W_fx"], params["W_fx"])


def test_columns_first_is_read_right(tmp_path):
    """Another program may have written the columns first, as Fortran has them."""
    value = np.asfortranarray(rng().normal(size=(3, 4)))
    stream = io.BytesIO()
    np.lib.format.write_array(stream, value, version=(1, 0))
    assert b"'fortran_order': True" in stream.getvalue()
    path = zipped(
        tmp_path / "f.npz", {"W.npy": stream.getvalue(), "about.npy": about({"W": value})}
    )
    np.testing.assert_array_equal(storage.load(path)[0]["W"], value)


def test_the_same_bytes_each_time(tmp_path, good, params):
    storage.save(tmp_path / "again.npz", lstm, params, task="adding")
    assert (tmp_path / "again.npz").read_bytes() == good.read_bytes()


def test_without_a_read_out(tmp_path, params):
    own = {name: params[name] for name in lstm.SHAPES}
    storage.save(tmp_path / "w.npz", lstm, own)
    assert set(storage.load(tmp_path / "w.npz", lstm)[0]) == set(own)


@pytest.mark.parametrize(
    "change, message",
    [
        (lambda p: p.pop("W_fx"), "missing W_fx"),
        (lambda p: p.pop("b_y"), "missing b_y"),
        (lambda p: p.update(extra=np.zeros((4, 1))), "unknown extra"),
        (lambda p: p.update(W_yh=np.zeros((2, 5))), "W_yh: expected 4 columns, got 5"),
        (lambda p: p["W_ch"].__setitem__((2, 1), np.nan), r"W_ch.*nan at \[2, 1\]"),
        (lambda p: p["b_y"].__setitem__((1, 0), np.inf), r"b_y.*inf at \[1, 0\]"),
    ],
)
def test_bad_parameters_are_neither_saved_nor_loaded(tmp_path, params, change, message):
    change(params)
    path = tmp_path / "w.npz"
    with pytest.raises(ValueError, match=message):
        storage.save(path, lstm, params)
    assert not path.exists()
    header = {"format": storage.FORMAT, "version": storage.VERSION, "cell": "LSTM"}
    storage.write(path, params, header)
    with pytest.raises(StorageError, match=f"w.npz: .*{message}"):
        storage.load(path, lstm)


def test_nan_is_named_without_a_cell_too(tmp_path, params):
    params["b_f"][3, 0] = np.nan
    header = {"format": storage.FORMAT, "version": storage.VERSION}
    storage.write(tmp_path / "w.npz", params, header)
    with pytest.raises(StorageError, match=r"b_f: expected finite numbers, got nan at \[3, 0\]"):
        storage.load(tmp_path / "w.npz")


def test_weights_of_another_cell_or_version(tmp_path, good, params):
    with pytest.raises(StorageError, match="expected weights of VANILLA, got 'LSTM'"):
        storage.load(good, vanilla)
    for change, message in (
        ({"version": 3}, "expected version 2, got 3; a newer lstm_ref reads it"),
        ({"version": None}, "expected version 2, got None$"),
        ({"format": "other"}, 'expected format "lstm_ref weights", got .other.'),
    ):
        members = {f"{k}.npy": npy(v) for k, v in params.items()}
        members["about.npy"] = about(params, **change)
        with pytest.raises(StorageError, match=message):
            storage.load(zipped(tmp_path / "w.npz", members), lstm)


def declared(function, name="MINE"):
    """A reader's own cell, compiled: tanh or sigma of the same sums under the same name."""
    from lstm_ref.derive import expressions
    from lstm_ref.derive.codegen import numpy_code
    from lstm_ref.derive.declare import language

    activation, t = getattr(expressions, function), expressions.t

    def equation(x, h, *, W, b):
        h[t] = activation(W.hx @ x[t] + W.hh @ h[t - 1] + b.h)

    equation.__name__ = name
    return numpy_code.compiled(language.cell(equation))


def test_weights_of_another_cell_of_the_same_name(tmp_path):
    mine, other, path = declared("tanh"), declared("sigma"), tmp_path / "w.npz"
    assert mine.NAME == other.NAME and mine.SHAPES == other.SHAPES
    params = network.start(mine, rng(), 3, 4, 2)
    storage.save(path, mine, params)
    back, about = storage.load(path, declared("tanh"))
    np.testing.assert_array_equal(back["W_hx"], params["W_hx"])
    with pytest.raises(StorageError, match="w.npz: weights of another cell of the name MINE, its"):
        storage.load(path, other)
    # Inside of layers too, and not the catalogue's: a reader may call his own cell ELMAN.
    both = layers.Stack(lstm, layers.BothWays(mine)), layers.Stack(lstm, layers.BothWays(other))
    storage.save(path, both[0], network.start(both[0], rng(), 3, 4, 2))
    storage.load(path, both[0])
    with pytest.raises(StorageError, match="weights of another cell of the name"):
        storage.load(path, both[1])
    storage.save(path, elman, network.start(elman, rng(), 3, 4, 2))
    with pytest.raises(StorageError, match="weights of another cell of the name ELMAN"):
        storage.load(path, declared("sigma", "ELMAN"))


def test_a_file_may_say_only_the_name(tmp_path):
    mine, path = declared("tanh"), tmp_path / "w.npz"
    params = network.start(mine, rng(), 3, 4, 2)
    storage.write(path, params, {"format": storage.FORMAT, "version": 2, "cell": "MINE"})
    assert set(storage.load(path, mine)[0]) == set(params)
    storage.write(
        path, params, {"format": storage.FORMAT, "version": 2, "cell": "MINE", "equations": 5}
    )
    with pytest.raises(StorageError, match="weights of another cell"):
        storage.load(path, mine)


def test_a_cell_of_the_catalogue_is_known_by_its_name(tmp_path):
    from lstm_ref.derive import catalogue
    from lstm_ref.derive.codegen import numpy_code
    from lstm_ref.generated import lstm as generated

    compiled, path = numpy_code.compiled(catalogue.LSTM), tmp_path / "w.npz"
    own = lstm.init(rng(), 3, 4)
    for writer in (lstm, stacked, generated, compiled):
        storage.save(path, writer, own)
        for reader in (lstm, stacked, generated, compiled):
            assert set(storage.load(path, reader)[0]) == set(own)


def test_what_is_said_of_the_weights_is_refused_where_load_would_refuse_it(tmp_path, params):
    path = tmp_path / "w.npz"
    with pytest.raises(ValueError, match="about: expected at most 1048576 bytes as JSON, got 2097"):
        storage.save(path, lstm, params, note="x" * (2 << 20))
    with pytest.raises(TypeError, match="about: expected what JSON can hold: .*set"):
        storage.save(path, lstm, params, note={1})
    assert not os.listdir(tmp_path)
    storage.save(path, lstm, params, note="x" * ((1 << 20) - 1000))
    assert len(storage.load(path)[1]["note"]) == (1 << 20) - 1000


def test_a_name_without_a_known_suffix(tmp_path, params):
    for name in ("w", "w.pkl", "w.npy"):
        with pytest.raises(StorageError, match="expected a name with .npz or .safetensors"):
            storage.save(tmp_path / name, lstm, params)
        (tmp_path / name).write_bytes(b"")
        with pytest.raises(StorageError, match="expected a name with .npz or .safetensors"):
            storage.load(tmp_path / name)
    with pytest.raises(FileNotFoundError):
        storage.load(tmp_path / "none.npz")


def test_what_cannot_be_stored(tmp_path):
    for bad in (np.array(["a"]), np.array([None]), np.zeros(2, complex)):
        with pytest.raises(TypeError, match="W: cannot be stored"):
            storage.write(tmp_path / "w.npz", {"W": bad}, {})
    with pytest.raises(TypeError, match="about: cannot be stored"):
        storage.write(tmp_path / "w.npz", {"about": np.zeros(2)}, {})
    assert not os.listdir(tmp_path)


def test_written_whole_or_not_at_all(tmp_path):
    path = tmp_path / "file"
    files.write_whole(path, lambda file: file.write(b"old"))

    def half(file):
        file.write(b"new")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        files.write_whole(path, half)
    assert path.read_bytes() == b"old" and os.listdir(tmp_path) == ["file"]
    files.write_whole(path, lambda file: file.write(b"new"))
    assert path.read_bytes() == b"new"
