"""Damage to files: to their bytes, to the members of npz archives, to headers and to JSON.

Each function takes random numbers and the content and returns (what was done, the new content).
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from copy import deepcopy

NAN = float("nan")
STRANGE = [
    *(None, True, False, 0, -1, 1, 2, 10**30, -(10**400), 1e300, NAN, float("inf")),
    *("", "LSTM", "x" * 3000, "\ud800", "a\n\nb", "1", [], [[]], {}, [1, "a"], {"a": {}}, [0.5]),
]
MEMBERS = ["W_fx", "x", "about", "header", "", "a/b", "../up", "\u202e", "y" * 300]


def raw(rng, data):
    """Some bytes are flipped, lost, put in, or doubled."""
    at = rng.randrange(len(data))
    end = min(len(data), at + rng.choice([1, 2, 8, 100]))
    kind = rng.choice(["flip", "flip", "flip", "flip 3", "cut", "insert", "lose", "double", "zero"])
    if kind.startswith("flip"):
        changed = bytearray(data)
        for place in [at] + [rng.randrange(len(data)) for _ in range(2 * kind.endswith("3"))]:
            changed[place] ^= 1 << rng.randrange(8)
        return f"{kind} at byte {at}", bytes(changed)
    between = {
        "cut": (data[:at], b""),
        "insert": (data[:at] + rng.randbytes(end - at), data[at:]),
        "lose": (data[:at], data[end:]),
        "double": (data[:end], data[at:]),
        "zero": (data[:at] + bytes(end - at), data[end:]),
    }[kind]
    return f"{kind} at byte {at}", b"".join(between)


def archive(rng, data):
    """The members of an npz archive are changed, its checksums fit."""
    with zipfile.ZipFile(io.BytesIO(data)) as old:
        members = [(m.filename, old.read(m)) for m in old.infolist()]
    k = rng.randrange(len(members))
    name, content = members[k]
    kind = rng.choice(["lose", "double", "rename", "more", "swap", "header", "content", "order"])
    if kind == "lose":
        del members[k]
    elif kind == "double":
        members.append(members[k])
    elif kind == "rename":
        members[k] = rng.choice(MEMBERS) + rng.choice([".npy", ".npy", ""]), content
    elif kind == "more":
        members.append((f"{rng.choice(MEMBERS)}.npy", content))
    elif kind == "swap":
        j = rng.randrange(len(members))
        members[k], members[j] = (name, members[j][1]), (members[j][0], content)
    elif kind == "order":
        rng.shuffle(members)
    elif kind == "header":
        members[k] = name, npy_header(rng, content)
    else:
        members[k] = name, raw(rng, content)[1]
    return f"{kind} {name} of the archive", zipped(members, rng.choice([0, 8]))


def zipped(members, compression=0):
    """An archive of (name, content), names twice as well."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", compression) as file:
        for name, content in members:
            info = zipfile.ZipInfo(name)
            info.compress_type = compression
            file.filelist and file.NameToInfo.pop(name, None)  # else it warns of a name twice
            file.writestr(info, content)
    return stream.getvalue()


HEADERS = [
    *((r"'<f8'", f"'{dtype}'") for dtype in ("<i8", ">f8", "<c16", "|O", "<M8[s]", "|V8", "<f4")),
    (r"'<f4'", "'<i4'"),
    ("False", "True"),
    *((r"'shape': \(.*?\)", f"'shape': {s}") for s in ("()", "(-1,)", "(10**9,)", "(0,)", "(1,)")),
    (r"\((\d+), (\d+)\)", r"(\2, \1)"),
    (r"\((\d+), (\d+)\)", r"(\1, \2, 1)"),
    (r"(\d+)(?=\))", r"\g<1>0000000000"),
    (r"'shape'", "'shap'"),
    (r"\{", "{'more': 1, "),
    (r"\{", "((((" * 500 + "{"),
]


def npy_header(rng, content):
    """Another dtype, order or shape in the header of an npy file, whose length fits."""
    length = int.from_bytes(content[8:10], "little")
    pattern, new = rng.choice(HEADERS)
    text = re.sub(pattern, new, content[10 : 10 + length].decode("latin1")).encode("latin1")
    return content[:8] + len(text).to_bytes(2, "little") + text + content[10 + length :]


def tensors(rng, data):
    """The header of a safetensors file is changed, its length fits."""
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    names = [name for name in header if name != "__metadata__"]
    one, other = rng.choice(names), rng.choice(names)
    kind = rng.choice(["swap", "dtype", "turn", "rename", "texts", "any", "offsets"])
    if kind == "swap":
        header[one], header[other] = header[other], header[one]
    elif kind == "dtype":
        header[one]["dtype"] = rng.choice(["F32", "I64", "F16", "BF16", "BOOL", "X", 3])
    elif kind == "turn":
        header[one]["shape"] = header[one]["shape"][::-1]
    elif kind == "rename":
        header[rng.choice(MEMBERS)] = header.pop(one)
    elif kind == "texts":
        texts = header.get("__metadata__", {})
        header["__metadata__"] = {k: document(rng, v)[1] for k, v in texts.items()}
    elif kind == "offsets":
        header[one]["data_offsets"] = [n + rng.choice([-8, 8, 2**60]) for n in (0, 8)]
    else:
        header = changed(rng, header)
    text = json.dumps(header).encode()
    return f"{kind} {one} in the header", len(text).to_bytes(8, "little") + text + data[
        8 + length :
    ]


def document(rng, text):
    """A JSON text is changed: as a text, or one of its values."""
    kind = rng.choice(["text", "value", "value", "twice", "deep"])
    if kind == "text" or not text.startswith(("{", "[")):
        what, data = raw(rng, text.encode())
        return what, data.decode("utf-8", "replace")
    if kind == "twice" and text.lstrip().startswith("{") and '"' in text:
        key = rng.choice(re.findall(r'"([^"\\]*)"\s*:', text) or ["a"])
        value = rng.choice(["1", "[]"])
        return f"{key} twice", text.replace("{", f'{{"{key}": {value}, ', 1)
    if kind == "deep":
        starts = re.finditer(r"(?<=[:,\[]) ?(?=[\d\[\"{])", text)
        place = rng.choice([start.start() for start in starts] or [0])
        return "nested deeply", text[:place] + "[" * 20_000 + text[place:]
    return "another value", json.dumps(changed(rng, json.loads(text)))


def changed(rng, value):
    """A copy of a JSON value with one thing in it changed: type, number, key, order."""
    value = deepcopy(value)
    place, parent, key = value, None, None
    while isinstance(place, dict | list) and place and (parent is None or rng.random() < 0.8):
        parent = place
        key = rng.choice(list(place)) if isinstance(place, dict) else rng.randrange(len(place))
        place = parent[key]
    if parent is None:
        return rng.choice(STRANGE)
    kind = rng.choice(["replace", "replace", "lose", "rename", "near"])
    if kind == "lose":
        del parent[key]
    elif kind == "rename" and isinstance(parent, dict):
        parent[rng.choice(["", "x", "cell", "W_fx", "shape", "z" * 500])] = parent.pop(key)
    elif kind == "near" and isinstance(place, int | float):
        parent[key] = place + rng.choice([1, -1, 1e-9, 0.5])
    else:
        parent[key] = rng.choice(STRANGE)
    return value


def archive_text(rng, data, member, read, write):
    """The JSON text in one member of an npz archive is changed; read and write: text <-> npy."""
    with zipfile.ZipFile(io.BytesIO(data)) as old:
        members = {m.filename: old.read(m) for m in old.infolist()}
    what, text = document(rng, read(members[member]))
    return f"{what} in {member}", zipped([*{**members, member: write(text)}.items()])
