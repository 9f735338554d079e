"""Files of vectors: the same each time, read back bit by bit, safe to read from anybody."""

import hashlib
import io
import json
import os
import pickle
import re
import struct
import subprocess
import sys
import time
import zipfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of

from lstm_ref.interop import vector_files, vector_formats, vectors
from lstm_ref.interop.vectors import VectorsError

SMALL = dict(T=2, B=1, D=2, H=2)


@pytest.fixture(scope="module")
def made():
    return vectors.make("LSTM", **SMALL)


def same(a, b):
    """Equal bit by bit, also the sign of zero."""
    assert list(a) == list(b)
    for name in a:
        assert a[name].dtype == b[name].dtype and a[name].shape == b[name].shape, name
        assert a[name].tobytes() == b[name].tobytes(), name


@pytest.mark.parametrize("suffix", [".npz", ".json"])
def test_what_is_written_is_read_bit_by_bit(made, suffix, tmp_path):
    path = tmp_path / f"a{suffix}"
    vectors.write(path, *made)
    for reader in (vectors.read, vectors.read_arrays):
        header, arrays = reader(path)
        assert header == made[0]
        same(arrays, made[1])
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


doubles = st.floats(allow_nan=False, allow_infinity=False)
several = st.dictionaries(
    st.from_regex(r"[a-zA-Z_]{1,8}", fullmatch=True).filter(
        lambda name: name not in vector_files.RESERVED
    ),
    arrays_of.arrays(np.float64, arrays_of.array_shapes(max_dims=4, max_side=3), elements=doubles),
    min_size=1,
    max_size=3,
)


@pytest.mark.parametrize("suffix", [".npz", ".json"])
@given(arrays=several)
def test_any_number_survives(suffix, arrays, tmp_path_factory):
    path = tmp_path_factory.mktemp("any") / f"a{suffix}"
    vectors.write(path, {}, arrays)
    header, back = vectors.read_arrays(path)
    assert header == {}
    same(back, arrays)


@pytest.mark.parametrize("suffix", [".npz", ".json", ".h"])
def test_same_arguments_give_the_same_bytes(suffix, tmp_path, monkeypatch):
    vectors.write(tmp_path / f"a{suffix}", *vectors.make("VANILLA", **SMALL, seed=2))
    now = time.localtime(time.time() + 86400)
    monkeypatch.setattr(time, "localtime", lambda *_: now)
    vectors.write(tmp_path / f"b{suffix}", *vectors.make("vanilla", **SMALL, seed=2))
    vectors.write(tmp_path / f"c{suffix}", *vectors.make("vanilla", **SMALL, seed=3))
    a, b, c = ((tmp_path / f"{k}{suffix}").read_bytes() for k in "abc")
    assert a == b != c


def test_numpy_and_json_alone_can_read_them(made, tmp_path):
    vectors.write(tmp_path / "a.npz", *made)
    vectors.write(tmp_path / "a.json", *made)
    with np.load(tmp_path / "a.npz", allow_pickle=False) as file:
        assert json.loads(str(file["header"])) == made[0]
        same({n: file[n] for n in made[1]}, made[1])
    document = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))
    entry = document["arrays"]["dW_fx"]
    assert np.array_equal(np.reshape(entry["data"], entry["shape"]), made[1]["dW_fx"])


def test_the_checksum_is_what_the_page_says(made):
    header, arrays = made
    rest = {k: header[k] for k in sorted(header) if k != "checksum"}
    data = json.dumps(rest, separators=(",", ":"), ensure_ascii=False, sort_keys=True).encode()
    data += b"\0"
    for name in sorted(arrays):
        shape = ",".join(str(n) for n in arrays[name].shape)
        data += name.encode() + b"\0" + shape.encode() + b"\0"
        data += b"".join(struct.pack("<d", v) for v in arrays[name].ravel())
    assert header["checksum"] == "sha256:" + hashlib.sha256(data).hexdigest()


def test_written_whole_or_not_at_all(made, tmp_path, monkeypatch):
    path = tmp_path / "a.npz"
    vectors.write(path, *made)
    before = path.read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(VectorsError, match="a.npz: No space left on device"):
        vectors.write(path, *vectors.make("ELMAN", **SMALL))
    assert path.read_bytes() == before and list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    "name, arrays, message",
    [
        ("a.txt", {}, "expected a name that ends in .npz, .json, .h"),
        ("no/a.npz", {}, "No such file"),
        ("a.npz", {"version": np.ones(1)}, "'version' cannot name an array"),
        ("a.npz", {"header": np.ones(1)}, "'header' cannot name an array"),
        ("a.npz", {"a\nb": np.ones(1)}, "cannot name an array"),
        ("a.npz", {3: np.ones(1)}, "3 cannot name an array"),
        ("a.json", {"f": np.array([[1.0, np.inf]])}, r"f: expected finite .* inf at \[0, 1\]"),
    ],
)
def test_what_cannot_be_written(name, arrays, message, made, tmp_path):
    with pytest.raises(VectorsError, match=message):
        vectors.write(tmp_path / name, made[0], {**made[1], **arrays})
    assert not list(tmp_path.iterdir())


def test_a_c_header_needs_a_header(tmp_path):
    with pytest.raises(VectorsError, match="C header needs the vectors' own: no cell, checksum"):
        vectors.write(tmp_path / "a.h", {}, {"f": np.ones(3)})


# ---- untrusted files


def sealed(made, arrays=None, **changes):
    """A set with changes and a checksum that fits them: the other tests have to see it."""
    header, arrays = {**made[0], **changes}, {**made[1], **(arrays or {})}
    header = {k: v for k, v in header.items() if v is not None}
    return {**header, "checksum": vectors.checksum(header, arrays)}, arrays


@pytest.mark.parametrize("suffix", [".npz", ".json"])
@pytest.mark.parametrize(
    "changes, message",
    [
        ({"format": "other"}, "expected format \"lstm-ref-vectors\", got 'other'"),
        ({"version": 2}, "expected version 1, got 2; a newer lstm_ref reads it"),
        ({"version": "1"}, "expected version 1, got '1'$"),
        ({"version": True}, "expected version 1, got True$"),
        ({"cell": None}, "header: cell is missing or no str"),
        ({"seed": 1.0}, "header: seed is missing or no int"),
        ({"sizes": {"T": 2, "B": 1}}, "header: sizes must give T, B, D"),
        ({"sizes": {"T": 2, "B": 1, "D": "2"}}, "header: sizes must give T, B, D"),
        ({"sizes": {"T": 2, "B": 1, "D": 9}}, r"x: expected shape \(T, D, B\) = \(2, 9, 1\)"),
        ({"arrays": {"dW_fx": np.ones((1, 2))}}, r"dW_fx: shape \(1, 2\), that of W_fx is"),
    ],
)
def test_a_header_that_does_not_fit(made, suffix, changes, message, tmp_path):
    header, arrays = sealed(made, **changes)
    vector_formats.save(tmp_path / f"a{suffix}", header, arrays)
    with pytest.raises(VectorsError, match=message):
        vectors.read(tmp_path / f"a{suffix}")


def test_a_changed_number_and_a_changed_header_are_seen(made, tmp_path):
    vectors.write(tmp_path / "a.json", *made)
    text = (tmp_path / "a.json").read_text(encoding="utf-8")
    digits = re.findall(r"0\.[0-9]{16,}", text)[40]
    for old, new in ((digits, digits[:-1]), ('"seed": 1', '"seed": 7'), ('"LSTM"', '"NP"')):
        assert old in text
        (tmp_path / "b.json").write_text(text.replace(old, new, 1), encoding="utf-8")
        with pytest.raises(VectorsError, match="b.json: damaged: the checksum is sha256:"):
            vectors.read(tmp_path / "b.json")
        vectors.read_arrays(tmp_path / "b.json")  # numbers of his own are allowed there


def zipped(members, **options):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", **options) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return stream.getvalue()


def npy(value):
    stream = io.BytesIO()
    np.lib.format.write_array(stream, np.asarray(value), allow_pickle=True)
    return stream.getvalue()


def declares(shape, descr="<f8"):
    """An npy file that says it holds more than it does."""
    stream = io.BytesIO()
    d = {"descr": descr, "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(stream, d)
    return stream.getvalue()


ONES = npy(np.ones(2))
NESTED = b"[" * 50_000 + b"]" * 50_000
BAD = {
    "empty": (b"", "empty file"),
    "binary": (b"\x80\x04\x95hello", "neither an npz archive nor UTF-8 text \\(byte 0\\)"),
    "latin-1": ('{"é": [1]}'.encode("latin-1"), "nor UTF-8 text \\(byte 2\\)"),
    "utf-16": ('{"f": [1]}'.encode("utf-16"), "nor UTF-8 text"),
    "text": (b"f,i\n1,2", "not JSON: Expecting value: line 1 column 1"),
    "cut": (b'{"f": [1, 2', "not JSON: Expecting ',' delimiter: line 1 column 12"),
    "deep": (b'{"f": ' + NESTED + b"}", "nested too deeply"),
    "eleven axes": (b'{"f": ' + b"[" * 11 + b"1" + b"]" * 11 + b"}", "f: more than 8 axes"),
    "twice": (b'{"f": [1], "f": [2]}', "key 'f' occurs twice"),
    "list": (b"[1, 2]", "expected a JSON object, got list"),
    "no arrays": (b'{"format": "lstm-ref-vectors", "version": 1}', "holds no arrays"),
    "arrays a list": (b'{"arrays": [1]}', "arrays: expected an object, got list"),
    "NaN": (b'{"f": [[1, 2], [3, NaN]]}', r"f: expected finite numbers, got nan at \[1, 1\]"),
    "infinity": (b'{"f": [1, -1e999]}', r"f: expected finite numbers, got -inf at \[1\]"),
    "huge integer": (b'{"f": [1' + b"0" * 400 + b"]}", "f: an integer too large for float64"),
    "digits": (b'{"f": [' + b"1" * 5000 + b"]}", "not JSON: Exceeds the limit"),
    "true": (b'{"f": [1, true]}', "f: expected a number, got bool at 1"),
    "text in numbers": (b'{"f": [1, "2"]}', "f: expected a number, got str at 1"),
    "null": (b'{"f": null}', "f: expected a number, got NoneType at 0"),
    "ragged": (b'{"f": [[1, 2], [3]]}', "f: ragged lists at depth 2"),
    "mixed depth": (b'{"f": [[1], 2]}', "f: ragged lists at depth 2"),
    "no numbers": (b'{"f": [[], []]}', r"f: bad shape \[2, 0\]"),
    "shape": (b'{"f": {"shape": [2], "data": [1]}}', r"f: shape \[2\] does not fit 1 numbers"),
    "negative": (b'{"f": {"shape": [-1, -1], "data": [1]}}', r"f: bad shape \[-1, -1\]"),
    "shape of text": (b'{"f": {"shape": ["1"], "data": [1]}}', "f: bad shape"),
    "object": (b'{"f": {"data": [1]}}', "f: expected .*shape.* or nested lists"),
    "name": (b'{"a\\nb": [1]}', r"'a\\nb' cannot name an array"),
    "surrogate": (b'{"\\ud800": [1]}', "cannot name an array"),
    "foreign": (b'{"format": "x", "f": [1]}', "expected format \"lstm-ref-vectors\", got 'x'"),
    "archive": (b"PK\x03\x04 and no more", "damaged, or not .npz: File is not a zip"),
    "empty archive": (zipped([]), "holds no arrays"),
    "torch file": (zipped([("a/data.pkl", b"x")]), "member 'a/data.pkl': expected NAME.npy"),
    "no npy": (zipped([("f.npy", b"hello")]), "f: damaged, or not an array in NumPy's format"),
    "npy alone": (ONES, "neither an npz archive nor UTF-8"),
    "objects": (
        zipped([("f.npy", npy(np.array([{}])))]),
        "pickled .* never loaded",
    ),
    "strings": (zipped([("f.npy", npy(np.array(["a"])))]), "f: expected numbers .*, got <U1"),
    "complex": (zipped([("f.npy", npy(np.ones(1, complex)))]), "f: expected numbers .* complex"),
    "records": (zipped([("f.npy", npy(np.ones(1, [("a", "f8")])))]), "f: expected numbers"),
    "booleans": (zipped([("f.npy", npy([True]))]), "f: expected numbers .*, got bool"),
    "nan": (zipped([("f.npy", npy([1.0, np.nan]))]), r"f: expected finite .* nan at \[1\]"),
    "more than there is": (zipped([("f.npy", declares((10**6,)))]), "needs 8000000 bytes, got 0"),
    "huge": (zipped([("f.npy", declares((10**6,) * 4))]), "needs 80*0 bytes, got 0"),
    "huge axis": (zipped([("f.npy", declares((2**70,)))]), "needs 9444732965739290427392 bytes"),
    "huge and empty": (zipped([("f.npy", declares((2**70, 0)))]), "bad shape"),
    "python 2": (zipped([("f.npy", ONES.replace(b"(2,), } ", b"(2L,), }"))]), "not an array in"),
    "npy 9.0": (zipped([("f.npy", ONES.replace(b"\x01\0", b"\x09\0", 1))]), "not an array in"),
    "lzma": (zipped([("f.npy", ONES)], compression=zipfile.ZIP_LZMA), "unknown compression"),
    "header a number": (zipped([("header.npy", ONES)]), "header: expected one text, got float64"),
    "header no JSON": (zipped([("header.npy", npy(np.array("x")))]), "header: not JSON"),
    "header a list": (
        zipped([("header.npy", npy(np.array("[1]")))]),
        "header: expected a JSON",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_files_are_told_in_words(name, tmp_path):
    data, message = BAD[name]
    path = tmp_path / "mine"
    path.write_bytes(data)
    for reader in (vectors.read_arrays, vectors.read):
        with pytest.raises(VectorsError) as caught:
            reader(path)
        assert str(caught.value).startswith(f"{path}: ")
        if reader is vectors.read_arrays:
            assert re.search(message, str(caught.value))


def test_members_twice(tmp_path):
    with pytest.warns(UserWarning, match="Duplicate name"):
        data = zipped([("f.npy", ONES), ("f.npy", ONES)])
    (tmp_path / "a").write_bytes(data)
    with pytest.raises(VectorsError, match="member 'f.npy' occurs twice"):
        vectors.read_arrays(tmp_path / "a")


def test_nothing_is_unpickled(tmp_path):
    class Bomb:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "executed"),)

    assert pickle.dumps(Bomb())
    (tmp_path / "a.npz").write_bytes(zipped([("f.npy", npy(np.array([Bomb()], object)))]))
    with pytest.raises(VectorsError, match="never loaded"):
        vectors.read_arrays(tmp_path / "a.npz")
    (tmp_path / "b.npz").write_bytes(pickle.dumps(Bomb()))
    with pytest.raises(VectorsError):
        vectors.read_arrays(tmp_path / "b.npz")
    assert not (tmp_path / "executed").exists()


def test_what_is_no_file(tmp_path):
    for path, message in ((tmp_path / "none.npz", "no such file"), (tmp_path, "not a file")):
        with pytest.raises(VectorsError, match=message):
            vectors.read(path)
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe")
        with pytest.raises(VectorsError, match="not a file"):
            vectors.read(tmp_path / "pipe")


BOMBS = r"""
import io, resource, sys, zipfile
from lstm_ref.interop import vectors
import numpy as np

path, kind = sys.argv[1:]
if kind == "zeros":  # half a gigabyte of zeros in half a megabyte
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("f.npy", "w", force_zip64=True) as f:
            for _ in range(64):
                f.write(bytes(2**23))
elif kind == "entries":
    data = b"".join(b"PK\x01\x02" + bytes(42) for _ in range(10**6))
    open(path, "wb").write(b"PK\x03\x04" + data + b"PK\x05\x06" + bytes(18))
elif kind == "lists":
    open(path, "wb").write(b'{"f": [' + b"[]," * 2**24 + b"[]]}")
elif kind == "large":
    with open(path, "wb") as file:
        file.truncate(10**12)
limit = 600 * 2**20
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
try:
    vectors.read_arrays(path)
except vectors.VectorsError as error:
    print(error)
"""


@pytest.mark.parametrize(
    "kind, message",
    [
        ("zeros", "declares .* bytes, more than .*, the limit"),
        ("entries", "1000000 members, more than 2000, the limit"),
        ("lists", "JSON: .* numbers so far, more than"),
        ("large", "1000000000000 bytes, more than the limit of 268435456"),
    ],
)
def test_bombs_are_refused_within_600_megabytes(kind, message, tmp_path):
    pytest.importorskip("resource", reason="limits of memory are set by POSIX systems only")
    command = [sys.executable, "-c", BOMBS, str(tmp_path / "bomb"), kind]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.stderr == "" and re.search(message, done.stdout)


# ---- somebody's own numbers


def test_plain_json_and_other_types(tmp_path):
    (tmp_path / "a.json").write_text('{"cell": "LSTM", "dW_fx": [[1, 2.5]], "E": 3}')
    header, arrays = vectors.read_arrays(tmp_path / "a.json")
    assert header == {"cell": "LSTM"} and arrays["E"].shape == ()
    assert arrays["dW_fx"].dtype == np.float64 and arrays["dW_fx"].tolist() == [[1, 2.5]]
    given = {
        "f4": np.arange(3, dtype="f4"),
        "big": np.arange(6, dtype=">f8").reshape(2, 3),
        "fortran": np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        "int": np.arange(4),
        "seed": np.array(7),
    }
    np.savez_compressed(tmp_path / "a.npz", **given)
    header, arrays = vectors.read_arrays(tmp_path / "a.npz")
    assert header == {} and set(arrays) == set(given)
    for name, value in given.items():
        assert np.array_equal(arrays[name], value) and arrays[name].dtype.isnative
        assert arrays[name].dtype == (np.float32 if name == "f4" else np.float64)
    with pytest.raises(VectorsError, match="no header, so these are no golden vectors"):
        vectors.read(tmp_path / "a.npz")


@pytest.fixture(scope="module")
def originals(tmp_path_factory):
    """A small set of vectors in both formats, packed too, as bytes."""
    made = vectors.make("ELMAN", T=1, B=1, D=1, H=1)
    packed = io.BytesIO()
    np.savez_compressed(packed, header=json.dumps(made[0]), **made[1])
    found = [vector_formats.as_npz(*made), vectors.as_json(*made).encode(), packed.getvalue()]
    return made, found


@settings(max_examples=600)
@given(data=st.data())
def test_mutated_files_are_refused_or_harmless(originals, tmp_path_factory, data):
    """Never another error; and where reading succeeds, every number is the original one."""
    (header, arrays), files = originals
    content = bytearray(data.draw(st.sampled_from(files)))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        kind = data.draw(st.sampled_from(["flip", "set", "cut", "insert", "copy"]))
        if kind == "flip":
            content[at] ^= 1 << data.draw(st.integers(0, 7))
        elif kind == "set":
            content[at] = data.draw(st.sampled_from([0, 1, 0xFF, *b'"[{}],:0e-LO\\']))
        elif kind == "insert":
            content[at:at] = data.draw(st.binary(max_size=6))
        else:
            end = data.draw(st.integers(at, len(content)))
            piece = content[at:end]
            content[at:end] = b"" if kind == "cut" else piece * 2
        content = content or bytearray(b"?")
    path = tmp_path_factory.mktemp("changed") / "a"
    path.write_bytes(content)
    try:
        found_header, found = vectors.read(path)
    except VectorsError:
        pass
    else:
        assert found_header == header
        assert sorted(found) == sorted(arrays)
        same({n: found[n] for n in arrays}, arrays)
    try:
        vectors.read_arrays(path)
    except VectorsError:
        pass


@settings(max_examples=300)
@given(
    st.one_of(
        st.binary(max_size=200),
        st.binary(max_size=200).map(lambda b: b"PK\x03\x04" + b),
        st.recursive(
            st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
            lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=5), inner),
        ).map(lambda value: json.dumps({"arrays": value}).encode()),
    )
)
def test_any_bytes(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("any") / "a"
    path.write_bytes(content)
    try:
        _, arrays = vectors.read_arrays(path)
    except VectorsError:
        return
    assert all(np.isfinite(a).all() for a in arrays.values())


def test_a_million_members_are_refused_before_they_are_parsed(tmp_path, monkeypatch):
    from lstm_ref.io import header

    monkeypatch.setattr(header.json, "loads", lambda *_, **__: pytest.fail("parsed"))
    path = tmp_path / "many.json"
    texts = {
        "members: 1000000, more than 10000": ",".join(f'"{k}":1' for k in range(10**6)),
        "characters of texts: .*, more than 1048576": f'"{"x" * 2**21}": 1',
        "levels: 101, more than 64": f'"a": {"[" * 100}1{"]" * 100}',
    }
    for message, text in texts.items():
        path.write_text("{" + text + "}")
        with pytest.raises(VectorsError, match=f"many.json: .*{message}, the limit"):
            vectors.read_arrays(path)


def test_signs_in_texts_are_not_counted():
    from lstm_ref.io import header

    text = json.dumps({"a": '\\":,[{' * 9000, "b:": [[1]]})
    header.bounded(text, "t", ValueError, members=2, numbers=4)
    assert set(header.parse(text, "t", ValueError, members=2)) == {"a", "b:"}
    with pytest.raises(ValueError, match="members: 2, more than 1"):
        header.bounded(text, "t", ValueError, members=1)
    header.bounded('"' + "\\" * 10**6, "t", ValueError, strings=10**7)  # one without an end


@pytest.mark.parametrize("name, value", [("cell", "x" * 10_000), ("seed", 10**200)])
def test_what_a_file_says_is_never_echoed_uncut(tmp_path, name, value):
    header, arrays = vectors.make("ELMAN")
    vectors.write(tmp_path / "v.json", {**header, name: value}, arrays)
    for read in (vectors.read, vectors.read_arrays):
        with pytest.raises(VectorsError, match=f"header: {name}: .* characters") as caught:
            read(tmp_path / "v.json")
        assert len(str(caught.value)) < 400
