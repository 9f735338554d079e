"""Weights in safetensors files."""

import os
import struct
import sys

import numpy as np
import pytest

from lstm_ref.cells import lstm
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
    (tmp_path / "w.safetensors").write_bytes(b"x")
    with pytest.raises(StorageError, match=r"pip install 'lstm_ref\[interop\]'"):
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
