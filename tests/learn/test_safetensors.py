"""Weights in safetensors files."""

import os
import struct
import sys

import numpy as np
import pytest

from lstm_ref.cells import lstm
from lstm_ref.io import safetensors
from lstm_ref.learn import storage
from lstm_ref.learn.storage import StorageError


def test_a_safetensors_header_is_as_short_as_load_wants_it(tmp_path, params):
    """Quotes take more bytes there: the text stands in a JSON text."""
    pytest.importorskip("safetensors")
    path = tmp_path / "w.safetensors"
    with pytest.raises(ValueError, match="expected a header of at most 1048576 bytes"):
        storage.save(path, lstm, params, note='"' * 400_000)
    assert not os.listdir(tmp_path)


def test_safetensors_missing_is_said(tmp_path, params, monkeypatch):
    monkeypatch.setitem(sys.modules, "safetensors", None)
    monkeypatch.setitem(sys.modules, "safetensors.numpy", None)
    with pytest.raises(StorageError, match=r"pip install 'lstm_ref\[interop\]'"):
        storage.save(tmp_path / "w.safetensors", lstm, params)


def test_reading_needs_no_package(tmp_path, params, monkeypatch):
    pytest.importorskip("safetensors")
    path = tmp_path / "w.safetensors"
    storage.save(path, lstm, params)
    monkeypatch.setitem(sys.modules, "safetensors", None)
    np.testing.assert_array_equal(storage.load(path, lstm)[0]["W_fx"], params["W_fx"])


@pytest.mark.parametrize("suffix", ["npz", "safetensors"])
def test_no_flipped_bit_goes_unseen(tmp_path, params, suffix):
    """Every byte of the header and every tenth of the rest, one bit each."""
    if suffix == "safetensors":
        pytest.importorskip("safetensors")
    path, broken = tmp_path / f"w.{suffix}", tmp_path / f"broken.{suffix}"
    storage.save(path, lstm, params, note="a note")
    whole, (want, said) = path.read_bytes(), storage.load(path, lstm)
    for place in range(0, len(whole), 7):
        broken.write_bytes(
            whole[:place] + bytes([whole[place] ^ 1 << place % 8]) + whole[place + 1 :]
        )
        try:
            got, about = storage.load(broken, lstm)
        except StorageError:
            continue
        assert suffix == "npz"  # where a date or an attribute of a member stands
        assert about == said and all(np.array_equal(got[k], v) for k, v in want.items())


def test_the_tensors_of_others_have_no_checksum_and_ours_have(tmp_path, params):
    save = pytest.importorskip("safetensors.numpy").save_file
    path = tmp_path / "theirs.safetensors"
    save(params, path)
    got, texts = safetensors.read(path, StorageError)
    assert texts == {} and set(got) == set(params)
    safetensors.write(path, params)
    whole = path.read_bytes()
    for place in (40, len(whole) - 3, whole.index(b"lstm_ref checksum") + 3):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 4]) + whole[place + 1 :])
        with pytest.raises(StorageError, match="damaged"):
            safetensors.read(path, StorageError, prefix="W_f")


def test_what_another_program_wrote_is_read_by_its_own_package_alike(tmp_path):
    theirs = pytest.importorskip("safetensors.numpy")
    kinds = "f8 f4 f2 i8 i4 i2 i1 u8 u4 u2 u1 ?".split()
    arrays = {f"a {k}": np.arange(6).reshape(2, 3).astype(k) for k in kinds}
    arrays |= {"none": np.zeros((0, 4)), "one": np.array(3.0)}
    theirs.save_file(arrays, tmp_path / "all.safetensors", {"format": "pt"})
    got, texts = safetensors.read(tmp_path / "all.safetensors", StorageError)
    assert texts == {"format": "pt"} and set(got) == set(arrays)
    for name, value in arrays.items():
        np.testing.assert_array_equal(got[name], value)
        assert got[name].dtype == value.dtype and got[name].shape == value.shape


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
