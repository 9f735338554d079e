#!/bin/sh
# Make .venv hold exactly what requirements.txt says. Does nothing, and needs no network, when that
# is already so. Plain sh: it must run before there is a Python environment.
set -eu
cd "$(dirname "$0")/.."
venv=.venv
python=$venv/bin/python
stamp=$venv/installed

# Everything that the installation depends on. The folder too: an editable install names it.
key="$(pwd) $(cat requirements.txt pyproject.toml tools/uv.txt tools/install.sh | cksum)"

supported() {
    "$@" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' >/dev/null 2>&1
}

if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$key" ] && supported "$python"; then
    exit 0
fi
rm -f "$stamp" # an interrupted installation must not look finished

if ! supported "$python" || ! "$python" -m pip --version >/dev/null 2>&1 ||
    [ "$(cat $venv/made-in 2>/dev/null)" != "$(pwd)" ]; then
    for candidate in "${PYTHON:-python3}" python3 python3.13 python3.12 python3.11; do
        if supported "$candidate"; then found=$candidate; break; fi
    done
    if [ -z "${found:-}" ]; then
        echo "Python 3.11, 3.12 or 3.13 is needed; tried ${PYTHON:-python3} and python3.11 to python3.13." >&2
        echo "Install one, or name it: make PYTHON=/path/to/python3.12 ..." >&2
        exit 1
    fi
    echo "Making $venv with $("$found" --version)"
    if ! "$found" -m venv --clear "$venv"; then
        echo "'$found -m venv' failed; on Debian and Ubuntu: apt-get install python3-venv" >&2
        exit 1
    fi
    pwd >$venv/made-in
fi

echo "Installing into $venv (once, a minute or two)"
"$python" -m pip install --quiet --disable-pip-version-check --require-hashes -r tools/uv.txt
export UV_PYTHON_DOWNLOADS=never
uv="$python -m uv pip"
$uv sync --quiet --python "$python" --compile-bytecode --require-hashes requirements.txt
# No build isolation: setuptools is in the lock, so nothing else is fetched.
$uv install --quiet --python "$python" --no-deps --no-build-isolation --editable .
# Kernels: no history, and no remark on every start about unencrypted talk on this machine.
mkdir -p $venv/etc/ipython
cat >$venv/etc/ipython/ipython_kernel_config.py <<'END'
c.IPKernelApp.log_level = "ERROR"
c.HistoryManager.enabled = False
END
# Fonts are found once, here: later Matplotlib would say so in the middle of a notebook.
"$python" tools/environment.py "$python" -c 'import matplotlib.font_manager'
printf '%s' "$key" >"$stamp.new"
mv "$stamp.new" "$stamp"
