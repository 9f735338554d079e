#!/bin/sh
# The comparison with PyTorch, and with Keras on PyTorch, in .venv-bench.
# Where PyTorch cannot be had this says so and succeeds; a failing test fails.
set -eu
cd "$(dirname "$0")/.."
sh tools/bench_env.sh
python=.venv-bench/bin/python
if ! "$python" -c 'import torch' >/dev/null 2>&1; then
    echo "The tests against PyTorch did NOT run." >&2
    exit 0
fi
# nbval and the browser are not in this environment; tests/conftest.py does not need them.
exec "$python" -m pytest \
    tests/interop/test_torch.py tests/interop/test_torch_bridge.py tests/interop/test_keras_bridge.py tests/pages/test_chapter9.py
