#!/bin/sh
# The core tests with the lowest versions that pyproject.toml allows, NumPy 2.1 and those of the
# extras derive and check, on the oldest Python at hand. The environment is .venv-lowest.
set -eu
cd "$(dirname "$0")/.."
sh tools/install.sh
for candidate in python3.11 python3.12 python3.13; do
    if "$candidate" -c '' 2>/dev/null; then oldest=$candidate; break; fi
done
venv=.venv-lowest
uv=".venv/bin/python -m uv"
$uv venv --quiet --clear --python "$(command -v "${oldest:-python3}")" $venv
$uv pip install --quiet --python $venv/bin/python --resolution lowest-direct \
    ".[derive,check]"
# What runs the tests asks for no NumPy of its own.
$uv pip install --quiet --python $venv/bin/python --constraints requirements.txt \
    hypothesis nbformat pytest pytest-timeout pytest-xdist
$venv/bin/python -c '
import autograd, numpy, sympy, sys
from importlib.metadata import version
print("Python", sys.version.split()[0], *(f"{p} {version(p)}" for p in ("numpy", "sympy", "autograd")))'
$venv/bin/python -m pytest -q "$@"
