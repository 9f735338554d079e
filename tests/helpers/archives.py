"""Files of weights made by hand, damaged ones too."""

import io
import json
import struct
import zipfile

import numpy as np

from lstm_ref.io import checksums
from lstm_ref.learn import storage


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


def about(arrays=None, **changes):
    """What a file says of itself, as a member; with the checksum of `arrays`, if they are given."""
    said = {"format": storage.FORMAT, "version": storage.VERSION, "cell": "LSTM", **changes}
    text = json.dumps(said)
    if arrays is not None:
        text = f'{text[:-1]}, "checksum": "{checksums.of(arrays, text[:-1])}"}}'
    return npy(np.frombuffer(text.encode(), np.uint8))
