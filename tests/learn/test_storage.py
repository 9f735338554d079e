"""Weights in files: what is saved comes back; what is wrong, damaged or hostile is refused."""

import io
import json
import os
import pickle
import struct
import sys
import tracemalloc
import zipfile

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lstm_ref.cells import elman, lstm, stacked
from lstm_ref.generated import vanilla
from lstm_ref.io import files, npz
from lstm_ref.learn import layers, network, storage
from lstm_ref.learn.storage import StorageError


def rng(seed=0):
    return np.random.default_rng(seed)


@pytest.fixture
def params():
    return network.start(lstm, rng(), 3, 4, 2)


@pytest.fixture
def good(tmp_path, params):
    path = tmp_path / "good.npz"
    storage.save(path, lstm, params, task="adding")
    return path


def zipped(path, members, compression=zipfile.ZIP_STORED):
    """A zip file with these members, name -> bytes."""
    with zipfile.ZipFile(path, "w", compression) as file:
        for name, data in members.items():
            file.writestr(name, data)
    return path


def npy(value, header=None):
    """The bytes of an .npy file, with another header text if asked."""
    stream = io.BytesIO()
    if header is None:
        np.lib.format.write_array(stream, np.asarray(value), version=(1, 0))
        return stream.getvalue()
    text = header.encode("latin1")
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text + np.asarray(value).tobytes()


def about(**changes):
    text = {"format": storage.FORMAT, "version": storage.VERSION, "cell": "LSTM", **changes}
    return npy(np.frombuffer(json.dumps(text).encode(), np.uint8))


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
    path = zipped(tmp_path / "f.npz", {"W.npy": stream.getvalue(), "about.npy": about()})
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
        ({"version": 2}, "expected version 1, got 2; a newer lstm_ref reads it"),
        ({"version": None}, "expected version 1, got None$"),
        ({"format": "other"}, 'expected format "lstm_ref weights", got .other.'),
    ):
        members = {f"{k}.npy": npy(v) for k, v in params.items()} | {"about.npy": about(**change)}
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


def test_a_file_of_before_says_only_the_name(tmp_path):
    mine, path = declared("tanh"), tmp_path / "w.npz"
    params = network.start(mine, rng(), 3, 4, 2)
    storage.write(path, params, {"format": storage.FORMAT, "version": 1, "cell": "MINE"})
    assert set(storage.load(path, mine)[0]) == set(params)
    storage.write(
        path, params, {"format": storage.FORMAT, "version": 1, "cell": "MINE", "equations": 5}
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


def test_a_safetensors_header_is_as_short_as_load_wants_it(tmp_path, params):
    """Quotes take more bytes there: the text stands in a JSON text."""
    pytest.importorskip("safetensors")
    path = tmp_path / "w.safetensors"
    with pytest.raises(ValueError, match="expected a header of at most 1048576 bytes"):
        storage.save(path, lstm, params, note='"' * 400_000)
    assert not os.listdir(tmp_path)


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


HEADER = "{'descr': '<f8', 'fortran_order': False, 'shape': %s, }"
HOSTILE = {
    "huge shape": (HEADER % "(1000000000000, 4)", "shape .* needs 32000000000000 bytes, got 32"),
    "overflowing shape": (HEADER % "(4611686018427387904, 4, 4)", "needs .* bytes, got 32"),
    "negative shape": (HEADER % "(-4, -1)", "shape"),
    "too short": (HEADER % "(3,)", "needs 24 bytes, got 32"),
    "objects": ("{'descr': '|O', 'fortran_order': False, 'shape': (4,), }", "dtype object"),
    "text": ("{'descr': '<U2', 'fortran_order': False, 'shape': (4,), }", "dtype <U2"),
    "big-endian": ("{'descr': '>f8', 'fortran_order': False, 'shape': (4,), }", "dtype >f8"),
    "structure": ("{'descr': [('a','<f8')], 'fortran_order': False, 'shape': (4,), }", "dtype"),
    "code": ("__import__('os').system('false')", "damaged"),
    "brackets": ("(" * 9000, "damaged"),
    "not a dict": ("[1, 2]", "damaged"),
    "shape of floats": (HEADER % "(4.0,)", "damaged"),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_hostile_headers(tmp_path, what):
    header, message = HOSTILE[what]
    data = npy(np.zeros(4), header)
    path = zipped(tmp_path / "h.npz", {"W_fx.npy": data, "about.npy": about()})
    tracemalloc.start()
    with pytest.raises(StorageError, match=f"h.npz: .*{message}"):
        storage.load(path)
    assert tracemalloc.get_traced_memory()[1] < 30e6  # the huge one was not made
    tracemalloc.stop()


def test_a_pickle_is_not_opened(tmp_path):
    class Trap:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "trap"),)

    stream = io.BytesIO()
    np.lib.format.write_array(stream, np.array([Trap()]), allow_pickle=True)
    path = zipped(tmp_path / "p.npz", {"W_fx.npy": stream.getvalue(), "about.npy": about()})
    with pytest.raises(StorageError, match="dtype object"):
        storage.load(path)
    (tmp_path / "q.npz").write_bytes(pickle.dumps(Trap()))
    with pytest.raises(StorageError, match="damaged, or not .npz"):
        storage.load(tmp_path / "q.npz")
    assert not (tmp_path / "trap").exists()


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path):
    data = npy(np.zeros(1 << 20))
    members = {"W_fx.npy": data, "about.npy": about()}
    path = zipped(tmp_path / "b.npz", members, zipfile.ZIP_DEFLATED)
    assert path.stat().st_size < 20_000
    tracemalloc.start()
    with pytest.raises(StorageError, match="declares .* bytes, more than .*, the limit"):
        storage.read(path, limit=1_000_000)
    assert tracemalloc.get_traced_memory()[1] < 1e6
    tracemalloc.stop()
    (tmp_path / "c.npz").write_bytes(bytes(3 << 20))
    with pytest.raises(StorageError, match="more than the limit of 1000$"):
        storage.read(tmp_path / "c.npz", limit=1000)


def test_too_many_arrays(tmp_path):
    """Neither written nor, where somebody else wrote them, listed: each would be an object."""
    many = {f"W{k}": np.zeros(1) for k in range(npz.MEMBERS)}
    with pytest.raises(ValueError, match="params: 2000 arrays, expected fewer than 2000"):
        storage.write(tmp_path / "w.npz", many, {})
    entry = b"PK\x01\x02" + bytes(42)
    (tmp_path / "w.npz").write_bytes(b"PK\x03\x04" + entry * 100_000 + b"PK\x05\x06" + bytes(18))
    with pytest.raises(StorageError, match="w.npz: 100000 members, more than 2000, the limit"):
        storage.load(tmp_path / "w.npz")


def test_other_strange_archives(tmp_path):
    one = npy(np.zeros(4))
    with pytest.warns(UserWarning, match="Duplicate name"):
        with zipfile.ZipFile(tmp_path / "two.npz", "w") as file:
            for name in ("W.npy", "W.npy", "about.npy"):
                file.writestr(name, one)
    cases = {
        "two": "member 'W.npy' occurs twice",
        "none": "about is missing",
        "list": "about: expected a JSON object, got list",
        "long": "about: more than 1048576 bytes",
        "deep": "about: nested too deeply",
        "version": "W: damaged, or not an array",
    }
    zipped(tmp_path / "none.npz", {"W.npy": one})
    for name, text in (("list", b"[1]"), ("long", b" " * (1 << 21)), ("deep", b"[" * 100_000)):
        zipped(tmp_path / f"{name}.npz", {"about.npy": npy(np.frombuffer(text, np.uint8))})
    later = one[:6] + b"\x02" + one[7:]
    zipped(tmp_path / "version.npz", {"W.npy": later, "about.npy": about()})
    for name, message in cases.items():
        with pytest.raises(StorageError, match=message):
            storage.load(tmp_path / f"{name}.npz")


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_damaged_anywhere(good, data):
    """Cut short, or a byte changed: StorageError, or the same numbers where it does not matter."""
    whole = good.read_bytes()
    place = data.draw(st.integers(0, len(whole) - 1))
    if data.draw(st.booleans()):
        broken = whole[:place]
    else:
        broken = whole[:place] + bytes([whole[place] ^ data.draw(st.integers(1, 255))])
        broken += whole[place + 1 :]
    path = good.with_name("broken.npz")
    path.write_bytes(broken)
    want, _ = storage.load(good, lstm)
    try:
        got, _ = storage.load(path, lstm)
    except StorageError as error:
        assert "broken.npz" in str(error)
    else:
        assert all(np.array_equal(got[name], value) for name, value in want.items())


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


def test_safetensors_missing_is_said(tmp_path, params, monkeypatch):
    monkeypatch.setitem(sys.modules, "safetensors", None)
    monkeypatch.setitem(sys.modules, "safetensors.numpy", None)
    with pytest.raises(StorageError, match="pip install safetensors"):
        storage.save(tmp_path / "w.safetensors", lstm, params)
    (tmp_path / "w.safetensors").write_bytes(b"x")
    with pytest.raises(StorageError, match="pip install safetensors"):
        storage.load(tmp_path / "w.safetensors")


def test_safetensors_there_and_back(tmp_path, params):
    pytest.importorskip("safetensors")
    path = tmp_path / "w.safetensors"
    storage.save(path, lstm, params, seed=7)
    back, about = storage.load(path, lstm)
    assert about["seed"] == 7 and about["cell"] == "LSTM"
    for name, value in params.items():
        np.testing.assert_array_equal(back[name], value)
        assert back[name].flags.writeable


@pytest.mark.parametrize(
    "data, message",
    [
        (b"", "damaged: a header of 0 bytes in a file of 0"),
        (struct.pack("<Q", 1 << 60) + b"{}", "damaged: a header of 1152921504606846976 bytes"),
        (struct.pack("<Q", 2) + b"{}", "does not say what it is"),
        (struct.pack("<Q", 2) + b"[]", "damaged"),
        (struct.pack("<Q", 4) + b"{{{{", "damaged"),
    ],
)
def test_damaged_safetensors(tmp_path, data, message):
    pytest.importorskip("safetensors")
    path = tmp_path / "w.safetensors"
    path.write_bytes(data)
    with pytest.raises(StorageError, match=f"w.safetensors: .*{message}"):
        storage.load(path)
