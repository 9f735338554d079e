#!/bin/sh
# npm of this machine, if its Node is new enough; else that of a pinned wheel, in .venv-node.
#     tools/npm.sh ARGUMENT ...
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
venv=$root/.venv-node

new_enough() {
    "$1" -e 'process.exit(Number(process.versions.node.split(".")[0]) < 20 ? 1 : 0)' 2>/dev/null
}

if command -v npm >/dev/null && command -v node >/dev/null && new_enough node; then
    exec npm "$@"
fi
key=$(cksum <"$root/tools/node.txt")
if [ "$(cat "$venv/installed" 2>/dev/null)" != "$key" ]; then
    echo "Installing Node into .venv-node (once)" >&2
    "${PYTHON:-python3}" -m venv --clear "$venv"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes \
        -r "$root/tools/node.txt"
    printf '%s' "$key" >"$venv/installed"
fi
PATH=$venv/bin:$PATH
export PATH
exec "$venv/bin/npm" "$@"
