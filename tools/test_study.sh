#!/bin/sh
# The tests of lstm_ref.study in .venv-study, made on first use from study.txt: with Optuna, Dask
# and their processes. `make test` runs those that need neither.
set -eu
cd "$(dirname "$0")/.."
sh tools/install.sh
venv=.venv-study
key="$(pwd) $(.venv/bin/python -V) $(cat tools/study.txt tools/test_study.sh | cksum)"
if [ "$(cat $venv/installed 2>/dev/null)" != "$key" ]; then
    echo "Installing Optuna and Dask into $venv (once, half a minute)"
    uv=".venv/bin/python -m uv pip"
    .venv/bin/python -m venv --clear --without-pip $venv
    $uv sync --quiet --python $venv/bin/python --require-hashes tools/study.txt
    $uv install --quiet --python $venv/bin/python --no-deps --no-build-isolation --editable .
    printf '%s' "$key" >$venv/installed
fi
[ $# -gt 0 ] || set -- tests/study
exec $venv/bin/python -m pytest "$@"
