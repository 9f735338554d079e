#!/bin/sh
# The comparison with PyTorch, in .venv-bench: PyTorch is large and no part of the book.
# Where PyTorch cannot be had this says so and succeeds; a failing test fails.
set -eu
cd "$(dirname "$0")/.."
sh tools/install.sh
python=.venv-bench/bin/python
version=2.13.0

have() { "$python" -c 'import torch, pytest, hypothesis, lstm_ref' >/dev/null 2>&1; }

get() {
    [ -x "$python" ] || .venv/bin/python -m venv .venv-bench || return 1
    if [ "$(uname -s)" = Linux ]; then
        # The CPU build: a wheel that pip finds locally (PIP_FIND_LINKS), or from PyTorch's own
        # index. The wheel on PyPI would bring gigabytes of CUDA.
        "$python" -m pip install --quiet --no-index --no-deps "torch==$version" 2>/dev/null ||
            "$python" -m pip install --quiet --only-binary :all: "torch==$version+cpu" \
                --extra-index-url https://download.pytorch.org/whl/cpu || return 1
    else
        "$python" -m pip install --quiet --only-binary :all: "torch==$version" || return 1
    fi
    # What torch itself needs; it is installed, so this fetches no other torch.
    "$python" -m pip install --quiet --only-binary :all: "torch==$version" || return 1
    # The same pins as the book where both have a package.
    "$python" -m pip install --quiet --only-binary :all: \
        $(sed -nE 's/^(numpy|pytest|hypothesis|pytest-timeout|setuptools)==([^ ]*).*/\1==\2/p' requirements.txt) &&
        "$python" -m pip install --quiet --no-deps --no-build-isolation --editable .
}

if ! have && ! get; then
    echo "PyTorch $version could not be installed here: its tests did NOT run." >&2
    exit 0
fi
# nbval and the browser are not in this environment; tests/conftest.py does not need them.
exec "$python" -m pytest tests/test_torch.py
