"""The C header of every cell: no warning, no word from the sanitizers, the numbers of NumPy."""

import ctypes
import os
import subprocess
import sys

import c_library
import kinds
import numpy as np
import pytest
from c_library import COMPILER, PAD

from lstm_ref.derive import catalogue
from lstm_ref.derive.codegen import c_code
from lstm_ref.derive.codegen.c_expressions import ascii_name
from lstm_ref.derive.declare.declaration import Cell, Equation
from lstm_ref.native import exports

CELLS = {**catalogue.CELLS, **kinds.KINDS, **kinds.HARD, "LONG_NAMES": kinds.LONG_NAMES}
SIZES = {"T": 4, "D": 3, "H": 4, "B": 2, "G": 2, "P": 5, "Q": 3, "R": 6, "U": 2, "V": 7}
every = pytest.mark.parametrize("name", CELLS)
needs_compiler = pytest.mark.skipif(COMPILER is None, reason=c_library.NONE)


@pytest.fixture(scope="module")
def headers():
    return {name: c_code.source(cell) for name, cell in CELLS.items()}


def with_short_parts(text):
    """A header that does these steps in two parts, three and one, and not all at once."""
    assert text.count("256 / (n.B + 1) + 1;") <= 1
    return text.replace("256 / (n.B + 1) + 1;", "8 / (n.B + 1) + 1;")


@pytest.fixture(scope="module")
def watched(headers, tmp_path_factory):
    """Both passes of every cell in double precision, watched for memory and for what C forbids."""
    folder = tmp_path_factory.mktemp("watched")
    watch = ("-fsanitize=address,undefined", "-fno-sanitize-recover=all")
    if not watches(folder, watch):
        pytest.skip(f"{COMPILER} has no sanitizers here")
    each = (
        exports.exported(CELLS[n], with_short_parts(text), ascii_name(n))
        for n, text in headers.items()
    )
    library = c_library.build(folder, "\n".join(each), "-O0", *watch)
    jobs = {ascii_name(n): c_library.job(cell, SIZES) for n, cell in CELLS.items()}
    given, found = folder / "given.npz", folder / "found.npz"
    np.savez(given, **c_library.stored(jobs))
    command = [sys.executable, c_library.__file__, str(library), str(given), str(found)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment())
    assert done.returncode == 0, done.stderr[-3000:]
    with np.load(found) as archive:
        return {key: archive[key] for key in archive.files}


def watches(folder, watch):
    """Does the sanitizer see an index out of bounds?"""
    (folder / "trial.c").write_text("int main(int n, char **v) { return v[n] && 2[&n]; }\n")
    command = [COMPILER, *watch, str(folder / "trial.c"), "-o", str(folder / "trial")]
    built = subprocess.run(command, capture_output=True).returncode == 0
    return built and library_of("libasan.so") is not None


def library_of(name):
    command = [COMPILER, f"-print-file-name={name}"]
    path = subprocess.run(command, capture_output=True, text=True).stdout.strip()
    return path if os.path.isabs(path) else None


def environment():
    """That of a process whose library is watched."""
    runtime = " ".join(filter(None, map(library_of, ("libasan.so", "libubsan.so"))))
    return {**os.environ, "LD_PRELOAD": runtime, "ASAN_OPTIONS": "detect_leaks=0"}


@pytest.fixture(scope="module")
def single(headers, tmp_path_factory):
    """A library of every cell in single precision."""
    each = [exports.exported(CELLS[n], h, ascii_name(n), "float") for n, h in headers.items()]
    return ctypes.CDLL(
        str(c_library.build(tmp_path_factory.mktemp("single"), "\n".join(each), "-O0"))
    )


@needs_compiler
@every
def test_numbers_of_numpy_under_the_sanitizers(name, watched):
    sizes, given, shapes = c_library.job(CELLS[name], SIZES)
    key = ascii_name(name)
    found = {p: [watched[f"{key}|{p}|{k}"] for k in range(len(s))] for p, s in shapes.items()}
    assert c_library.distance(found, c_library.wanted(CELLS[name], given)) < 1e-12


@needs_compiler
@every
def test_single_precision(name, single):
    sizes, given, shapes = c_library.job(CELLS[name], SIZES, np.float32)
    found = c_library.call(single, ascii_name(name), sizes, given, shapes)
    assert c_library.distance(found, c_library.wanted(CELLS[name], given)) < 2e-5


@needs_compiler
def test_both_precisions_in_one_file_and_no_helper_left_unused(headers, tmp_path):
    text = f"{headers['VANILLA']}\n#define VANILLA_FLOAT\n{headers['VANILLA']}"
    again = text + headers["VANILLA"] + "\nint main(void);\nint main(void) { return 0; }\n"
    c_library.build(tmp_path, again)


@needs_compiler
def test_null_stands_for_zeros_and_no_steps_are_steps(headers, tmp_path):
    cell = CELLS["VANILLA"]
    library = ctypes.CDLL(
        str(c_library.build(tmp_path, exports.exported(cell, headers["VANILLA"], "VANILLA")))
    )
    for T in (0, 1):
        sizes, given, shapes = c_library.job(cell, SIZES | {"T": T})
        found = c_library.call(library, "VANILLA", sizes, given, shapes)
        assert c_library.distance(found, c_library.wanted(cell, given)) < 1e-12
    library.VANILLA_work_double.restype = ctypes.c_size_t
    sizes, given, _ = c_library.job(cell, SIZES)
    n, null = (ctypes.c_size_t * 4)(*sizes), (ctypes.c_void_p * 2)()

    def passes(initial, dy, last):
        own = {k: [np.empty_like(a) for a in v] for k, v in given.items()}
        p = {k: (ctypes.c_void_p * len(v))(*(a.ctypes.data for a in v)) for k, v in own.items()}
        g = {k: (ctypes.c_void_p * len(v))(*(a.ctypes.data for a in v)) for k, v in given.items()}
        work = np.empty(library.VANILLA_work_double(n))
        at = ctypes.c_void_p(work.ctypes.data)
        library.VANILLA_forward_double(
            n, g["params"], g["x"], initial, at, ctypes.c_void_p(p["dy"][0]), p["last"]
        )
        library.VANILLA_backward_double(
            n, g["params"], g["x"], at, dy, last, p["params"], p["x"], p["initial"]
        )
        return own

    zeros = [np.zeros_like(a) for a in given["initial"]]
    zero = (ctypes.c_void_p * 2)(*(a.ctypes.data for a in zeros))
    no_dy = np.zeros_like(given["dy"][0])
    want = passes(zero, ctypes.c_void_p(no_dy.ctypes.data), zero)
    for part, arrays in passes(null, None, null).items():
        assert all(np.array_equal(a, b) for a, b in zip(arrays, want[part], strict=True))


@needs_compiler
def test_the_steps_are_done_in_parts(headers, tmp_path):
    """As many at once as make some hundred columns; the last part may be shorter."""
    cell, text = CELLS["LSTM"], headers["LSTM"]
    at_once = (
        "size_t at_once(LSTM_sizes n);\nsize_t at_once(LSTM_sizes n) { return LSTM_most(n); }\n"
    )
    text = exports.exported(cell, text, "LSTM") + at_once
    library = ctypes.CDLL(str(c_library.build(tmp_path, text)))

    class Sizes(ctypes.Structure):
        _fields_ = [(k, ctypes.c_size_t) for k in c_code.sizes(cell)]

    library.at_once.restype, library.at_once.argtypes = ctypes.c_size_t, [Sizes]
    for T, B, most in ((0, 2, 0), (4, 2, 4), (90, 2, 86), (4, 100, 3), (7, 100, 3), (4, 1000, 1)):
        assert library.at_once(Sizes(T=T, B=B, D=3, H=4)) == most
        sizes, given, shapes = c_library.job(cell, SIZES | {"T": T, "B": B})
        found = c_library.call(library, "LSTM", sizes, given, shapes)
        assert c_library.distance(found, c_library.wanted(cell, given)) < 1e-12


def test_what_a_title_or_a_name_may_hold():
    x, h = kinds.at("x"), kinds.at("h", 1)
    W, U = (kinds.S(f"W_{k}") for k in "ab")
    made = {"int": Equation("int", kinds.Dot(W, x)), "h": Equation("h", kinds.Dot(U, h))}
    made["h"] = Equation("h", kinds.tanh(kinds.Dot(U, h) + kinds.at("int")))
    cell = Cell("my cell, 2", 'ends a comment */ int x; \\ and "more', "x", made)
    text = c_code.source(cell)
    assert text.index("*/") > text.index("int x;") and "REAL *const int_2" in text
    assert "my_cell_2c__2_forward" in text


# ---- faults planted in what is printed are seen, every one, wherever it stands

FAULTS = {
    "(t - 1) * H * B;": "t * H * B;",
    "last_h[": "0 * last_h[",
    "(1 - ": "(1 + ",
    "w_fc[row]": "w_fc[0]",
    ", 1);": ", 0);",
    "MATH(tanh)(": "MATH(sin)(",
    "NAMED(sigma)(": "MATH(tanh)(",
    "a.biases[": "0 * a.biases[",
    "+ H * H": "+ 0",
    "* P + col": "* P",
    "-INFINITY": "INFINITY",
    " / (REAL)": " * (REAL)",
    "(H / G)": "H",
    "next_h[": "0 * next_h[",
    "delta_h *": "-delta_h *",
    "sum_b_f +=": "sum_b_f =",
    " + e[": " - e[",
}
TRIED = ("VANILLA", "DELTA_RULE", "SOFTMAX", "NORM", "BLOCK")
# Where it stands on the left side, a value times 0 is no place.
SIDES = ("last_h[", "next_h[")


def faulty(name, text):
    """(what was done, header) for every fault that has a place in the two functions."""
    start = text.index("static inline void NAMED(forward)")
    for right, wrong in FAULTS.items():
        pieces = text[start:].split(right)
        for k in range(1, len(pieces)):
            before = pieces[k - 1].rpartition("\n")[2].strip()
            if right in SIDES and (not before or before.endswith("_")):
                continue
            changed = right.join(pieces[:k]) + wrong + right.join(pieces[k:])
            yield f"{name}: {right!r} {k}", text[:start] + changed


@needs_compiler
def test_planted_faults_are_seen(headers, tmp_path):
    faults = [f for name in TRIED for f in faulty(name, headers[name])]
    texts, jobs = [], {}
    for number, (what, header) in enumerate(faults):
        cell = CELLS[what.partition(":")[0]]
        own = f"{cell.name}_{number}"
        text = with_short_parts(header).replace(f"{cell.name}_", f"{own}_")
        texts.append(exports.exported(cell, text, own))
        jobs[what] = cell, own
    library = ctypes.CDLL(str(c_library.build(tmp_path, "\n".join(texts), "-O0")))
    unseen = []
    for what, (cell, own) in jobs.items():
        sizes, given, shapes = c_library.job(cell, SIZES)
        found = c_library.call(library, own, sizes, given, shapes, pad=PAD)
        if c_library.distance(found, c_library.wanted(cell, given)) < 1e-9:
            unseen.append(what)
    assert unseen == [] and len(jobs) > 60
