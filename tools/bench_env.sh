#!/bin/sh
# Make .venv-bench, what the package is compared with: PyTorch's CPU build, autograd, ONNX Runtime,
# Keras (on PyTorch), and safetensors, in which PyTorch's weights are stored.
# Apart from the book's environment, because PyTorch is large. What cannot be had is named.
set -eu
cd "$(dirname "$0")/.."
sh tools/install.sh
python=.venv-bench/bin/python
version=2.13.0

pip() { "$python" -m pip install --quiet --disable-pip-version-check --only-binary :all: "$@"; }
# Looked for, not imported, which takes seconds. -P: not from this folder.
have() { "$python" -P -c "import importlib.util as u; assert u.find_spec('$1')" 2>/dev/null; }
# The same pins as the book where both have a package.
pins() { sed -nE "s/^($1)==([^ ]*).*/\1==\2/p" requirements.txt; }

get_torch() {
    if [ "$(uname -s)" = Linux ]; then
        # The CPU build: a wheel that pip finds locally (PIP_FIND_LINKS), or from PyTorch's own
        # index. The wheel on PyPI would bring gigabytes of CUDA.
        pip --no-index --no-deps "torch==$version" 2>/dev/null ||
            pip "torch==$version+cpu" --extra-index-url https://download.pytorch.org/whl/cpu ||
            return 1
    fi
    pip "torch==$version" # elsewhere torch itself, and everywhere what it needs
}

[ -x "$python" ] || .venv/bin/python -m venv .venv-bench
have numpy && have pytest && have hypothesis && have setuptools ||
    pip $(pins 'numpy|pytest|hypothesis|pytest-timeout|setuptools')
have lstm_ref || "$python" -m pip install --quiet --no-deps --no-build-isolation --editable .
have autograd || pip $(pins autograd) || echo "autograd could not be installed here." >&2
have onnxruntime || pip $(pins 'onnx|onnxruntime') ||
    echo "ONNX Runtime could not be installed here." >&2
have safetensors || pip safetensors==0.8.0 || echo "safetensors could not be installed here." >&2
have torch || get_torch || echo "PyTorch $version could not be installed here." >&2
have keras || pip keras==3.15.1 ||
    echo "Keras could not be installed here." >&2
