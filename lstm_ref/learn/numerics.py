"""What decides the last digits on a machine, as far as NumPy and the environment say it.

A sum depends on the order of adding. Libraries choose that order by the processor and by the
number of threads, so two machines give slightly different numbers from one seed.
"""

import os

import numpy as np

THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


def numerics() -> dict[str, str]:
    """The library of matrix products (BLAS), its kernel, NumPy's own routines, threads: texts.

    "by processor": nobody has set OPENBLAS_CORETYPE, so the library chooses its kernel itself.
    threads: the first of THREADS that is set, else the number of processors at our disposal.
    """
    config = np.show_config(mode="dicts")
    blas = config.get("Build Dependencies", {}).get("blas", {})
    return {
        "blas": f"{blas.get('name', 'unknown')} {blas.get('version', '')}".strip(),
        "blas kernel": os.environ.get("OPENBLAS_CORETYPE") or "by processor",
        "simd": " ".join(config.get("SIMD Extensions", {}).get("found", [])) or "baseline",
        "threads": next(filter(None, map(os.environ.get, THREADS)), str(_processors())),
    }


def _processors():
    if hasattr(os, "sched_getaffinity"):  # those that this process may use
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
