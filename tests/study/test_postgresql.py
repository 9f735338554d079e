"""The same on a server of PostgreSQL, which this starts where it is installed."""

import glob
import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from lstm_ref.study import space

WITHOUT = "Optuna is not installed: `make test-study` runs this"
storage = pytest.importorskip("lstm_ref.study.storage", reason=WITHOUT)

RULES = {"seed": 3, "epochs": 2, "patience": 5, "sequences": 4}


def program(name):
    """The path of a program of PostgreSQL, which Debian keeps out of the search path."""
    found = [shutil.which(name), *sorted(glob.glob(f"/usr/lib/postgresql/*/bin/{name}"))[::-1]]
    return next(filter(None, found), None)


@pytest.fixture(scope="module")
def server():
    """The URL of a database on a server that listens at a socket and nowhere else."""
    if program("initdb") is None or program("pg_ctl") is None:
        pytest.skip("PostgreSQL is not installed, so the study was NOT tested on a server")
    folder = Path(tempfile.mkdtemp(prefix="study-", dir="/tmp"))  # a socket's path is to be short
    who = {}
    if os.geteuid() == 0:  # which PostgreSQL refuses
        about = pwd.getpwnam("nobody")
        os.chown(folder, about.pw_uid, about.pw_gid)
        who = {"user": about.pw_uid, "group": about.pw_gid, "extra_groups": []}

    def call(name, *arguments):
        command = [program(name), "-D", str(folder / "data"), *arguments]
        subprocess.run(command, check=True, cwd=folder, stdout=subprocess.DEVNULL, **who)

    try:
        call("initdb", "-U", "study", "-A", "trust", "-N", "-E", "UTF8", "--locale=C")
        options = f"-k {folder} -c listen_addresses= -c fsync=off"
        call("pg_ctl", "-w", "-l", str(folder / "log"), "-o", options, "start")
        try:
            yield f"postgresql+psycopg://study@/postgres?host={folder}"
        finally:
            call("pg_ctl", "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder)


@pytest.fixture
def opened(server):
    """A function that connects anew, with a seed; what it opened is closed in the end."""
    storages = []

    def client(seed=RULES["seed"]):
        storages.append(storage.opened(server))
        return storage.Studies(storages[-1], ["digits"], ["NP", "CIFG"], RULES | {"seed": seed})

    yield client
    for each in storages:
        each.remove_session()
        each.engine.dispose()


def result(key):
    found = {"settings": space.settings(RULES["seed"], *key), "valid": 0.5, "curve": [0.9, 0.5]}
    return found | {"ended": "all 2 epochs are done", "test": key.number / 7}


def test_two_clients_on_one_study_count_nothing_twice(opened):
    first, second = opened(), opened()
    dying = second.coming(3)
    kept = next(dying)  # with a process that is on another machine
    second._trial(kept).set_user_attr("owner", "00000000-1-1-0123456789abcdef")
    keys = []
    for key in first.coming(3):
        keys.append(key)
        first.tell(key, result(key))
    assert len({*keys}) == len(keys) == 5 and kept not in keys
    assert "another machine" in opened().held(3)[kept]
    last = list(opened().coming(3, everything=True))
    assert last == [kept]
    for client in (first, second):
        client.tell(kept, result(kept))
    assert opened().told(9) == {key: result(key) for key in [*keys, kept]}
    with pytest.raises(storage.StudyError):
        opened(seed=4)
