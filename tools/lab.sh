#!/bin/sh
# Open the notebooks in JupyterLab. The server lives in .venv-lab, made on first use from lab.txt;
# the kernel is that of .venv, in the environment of the stored outputs. Once installed it needs no
# network. Arguments go to JupyterLab.
set -eu
cd "$(dirname "$0")/.."
sh tools/install.sh
venv=.venv-lab
root=$(pwd)
key="$root $(.venv/bin/python -V) $(cat tools/lab.txt tools/lab.sh | cksum)"

if [ "$(cat $venv/installed 2>/dev/null)" != "$key" ]; then
    echo "Installing JupyterLab into $venv (once, half a minute)"
    .venv/bin/python -m venv --clear --without-pip $venv
    .venv/bin/python -m uv pip sync --quiet --python $venv/bin/python --compile-bytecode \
        --require-hashes tools/lab.txt
    kernel=$venv/share/jupyter/kernels/python3/kernel.json
    rm $kernel # a link into the cache of uv: writing into it would write into every environment
    cat >$kernel <<END
{
 "argv": ["$root/.venv/bin/python", "$root/tools/environment.py", "$root/.venv/bin/python",
          "-m", "ipykernel_launcher", "-f", "{connection_file}"],
 "display_name": "Python 3",
 "language": "python"
}
END
    # It would ask the network for news and for newer versions.
    mkdir -p $venv/share/jupyter/lab/settings
    cat >$venv/share/jupyter/lab/settings/overrides.json <<'END'
{"@jupyterlab/apputils-extension:notification": {"checkForUpdates": false, "fetchNews": "false"}}
END
    printf '%s' "$key" >$venv/installed
fi
exec $venv/bin/python -m jupyterlab --ServerApp.root_dir="$root" \
    --ServerApp.preferred_dir="$root/notebooks" --LabApp.extension_manager=readonly "$@"
