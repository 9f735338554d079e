"""The one environment in which notebooks run: for the stored outputs, their test, and the book.

    python tools/environment.py COMMAND [ARGUMENT ...]

runs the command in it. The last digits of a sum depend on the order of adding, which libraries
choose by processor and by number of threads; a reader's own settings change figures. So both are
held fixed here.
"""

import os
import platform
import sys
from pathlib import Path


def variables():
    """Environment variables for kernels, as a dict of what differs from `os.environ`."""
    state = Path(sys.prefix) / "var"  # not the reader's ~/.ipython and ~/.config/matplotlib
    fixed = {
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "PYTHONHASHSEED": "0",
        "IPYTHONDIR": str(state / "ipython"),
        "MPLCONFIGDIR": str(state / "matplotlib"),
    }
    if platform.machine().lower() in ("x86_64", "amd64"):
        fixed |= _avx2_only()
    return fixed


def _avx2_only():
    """On x86-64: the AVX2 routines of OpenBLAS and NumPy on every processor that has them."""
    import numpy as np

    simd = np.show_config(mode="dicts")["SIMD Extensions"]
    found, missing = simd.get("found", []), simd.get("not found", [])
    # Only names that this NumPy was built to choose between: it warns about any other.
    newer = [name for name in [*found, *missing] if name.startswith(("AVX512", "X86_V4"))]
    fixed = {"NPY_DISABLE_CPU_FEATURES": " ".join(newer)} if newer else {}
    if any(name in found for name in ("X86_V3", "AVX2")):  # Haswell code would crash without
        fixed["OPENBLAS_CORETYPE"] = "Haswell"
    return fixed


def apply():
    """Set the variables in this process, for the kernels that it will start."""
    os.environ.update(variables())


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    apply()
    os.execvp(sys.argv[1], sys.argv[1:])
