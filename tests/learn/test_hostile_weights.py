"""Files from strangers: damaged, hostile or strange ones are refused, and nothing is executed."""

import io
import os
import pickle
import tracemalloc
import zipfile

import numpy as np
import pytest
from archives import about, npy, zipped
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lstm_ref.cells import lstm
from lstm_ref.io import npz
from lstm_ref.learn import storage
from lstm_ref.learn.storage import StorageError

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
    with pytest.raises(StorageError, match="more than the limit of 1049576$"):
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
