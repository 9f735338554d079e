"""Packages that lstm_ref can do without, and what brings them: the extras of pyproject.toml.

    with needs(__name__):
        import sympy

PyTorch and Keras are in no extra: nothing here loads them, the bridges take and give arrays, and
which build of PyTorch fits (processor, CUDA) only its reader knows.
"""

from collections.abc import Iterator
from contextlib import contextmanager

# What is imported: (what it is called, the extra that brings it).
EXTRAS = {
    "sympy": ("SymPy", "derive"),
    "autograd": ("autograd", "check"),
    "onnx": ("onnx", "interop"),
    "onnxruntime": ("ONNX Runtime", "interop"),
    "safetensors": ("safetensors", "interop"),
    "matplotlib": ("Matplotlib", "book"),
    "matplotlib_inline": ("matplotlib-inline", "book"),
    "tqdm": ("tqdm", "book"),
    "optuna": ("Optuna", "study"),
    "dask": ("Dask", "study"),
    "distributed": ("Dask", "study"),
    "sklearn": ("scikit-learn", "study"),
}


def remedy(module: str) -> str:
    """What to do where a module of EXTRAS is missing: "SymPy: pip install 'lstm_ref[derive]'"."""
    return f"{EXTRAS[_top(module)][0]}: {pip(module)}"


def pip(module: str) -> str:
    """The command that installs a module of EXTRAS: "pip install 'lstm_ref[derive]'"."""
    return f"pip install 'lstm_ref[{EXTRAS[_top(module)][1]}]'"


def known(error: ImportError) -> bool:
    """Whether what was not found is one of EXTRAS."""
    return _top(error.name or "") in EXTRAS


def _top(module):
    return module.partition(".")[0]


@contextmanager
def needs(who: str) -> Iterator[None]:
    """Around imports of optional packages: who needs what, and how to install it.

    Raises ModuleNotFoundError with that message; its `name` stays that of the missing module.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        if not known(error):
            raise
        raise ModuleNotFoundError(
            f"{who} needs {remedy(error.name or '')}", name=error.name
        ) from None
