#!/bin/sh
# Everything that must hold. Every stage runs even if an earlier one failed, and a summary of pytest
# comes last. A notebook is executed once, by nbval; the site is rendered from the stored outputs,
# which nbval has just compared with those.
set -u
cd "$(dirname "$0")/.."
python=.venv/bin/python
failed=
times=

stage() { # NAME COMMAND...
    name=$1
    shift
    begin=$(date +%s)
    "$@" || failed="$failed $name"
    times="$times $name $(($(date +%s) - begin)) s,"
}
# tests/helpers/spread.py says what stays in one process and what starts first.
spread() {
    "$python" tools/environment.py "$python" -m pytest \
        -n auto --dist loadscope --no-loadscope-reorder "$@"
}

stage lint make --no-print-directory lint
stage tests spread --nbval --nbval-current-env --ignore tests/site tests notebooks
stage book "$python" tools/build_book.py --stored
stage site spread -p no:nbval tests/site
echo "took:${times%,}"
if [ -n "$failed" ]; then
    echo "make test: FAILED in$failed" >&2
    exit 1
fi
