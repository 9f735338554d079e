#!/bin/sh
# The comparison with PyTorch, and with Keras on PyTorch, in .venv-bench.
# Where PyTorch cannot be had this says so and succeeds; a failing test fails.
set -eu
cd "$(dirname "$0")/.."
sh tools/bench_env.sh
python=.venv-bench/bin/python
if [ -z "$(find .venv-bench/lib -maxdepth 3 -path '*/site-packages/torch')" ]; then
    echo "The tests against PyTorch did NOT run." >&2
    exit 0
fi
# What needs PyTorch or Keras, and no more: `make test` runs the rest of these files. nbval and the
# browser are not in this environment; tests/conftest.py does not need them.
exec "$python" -m pytest tests/interop/test_torch.py \
    tests/derive/test_torch_code.py \
    tests/interop/test_keras_bridge.py::test_the_forward_agrees \
    tests/interop/test_keras_bridge.py::test_a_bidirectional_of_keras \
    tests/interop/test_keras_bridge.py::test_the_defaults_of_keras \
    tests/interop/test_vector_layouts.py::test_torch \
    tests/interop/test_vector_layouts.py::test_keras \
    tests/pages/test_chapter9.py::test_the_program_for_pytorch
