"""One at a time: real processes, and killed ones."""

import os
import signal
import subprocess
import sys

import pytest

from lstm_ref.io import process
from lstm_ref.io.claims import Busy, claimed

HOLDER = """
import sys
from pathlib import Path
from lstm_ref.io.claims import claimed
with claimed(Path(sys.argv[1])):
    print("claimed", flush=True)
    sys.stdin.read()
"""


def holder(folder):
    pipe = subprocess.PIPE
    script = [sys.executable, "-c", HOLDER, str(folder)]
    found = subprocess.Popen(script, stdin=pipe, stdout=pipe, stderr=pipe, text=True)
    assert found.stdout.readline() == "claimed\n"
    return found


def test_a_second_one_is_told_and_comes_in_afterwards(tmp_path):
    folder = tmp_path / "work"
    first = holder(folder)
    with pytest.raises(Busy, match=rf"another run is at work \(process {first.pid}\); if it is"):
        with claimed(folder):
            pass
    assert len(os.listdir(folder)) == 1  # the claim of the first
    first.communicate("")
    with claimed(folder):
        with pytest.raises(Busy):  # from the same process too
            with claimed(folder):
                pass
    assert not folder.exists()


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_a_killed_one_blocks_nobody(tmp_path):
    folder = tmp_path / "work"
    first = holder(folder)
    first.send_signal(signal.SIGKILL)
    first.communicate()
    assert len(os.listdir(folder)) == 1
    with claimed(folder):
        assert len(os.listdir(folder)) == 1
    assert not folder.exists()


def test_another_machine_is_never_taken_for_dead(tmp_path):
    theirs = f"claim-{'0' * 8}-{process.identity().split('-', 1)[1]}"
    (tmp_path / theirs).write_bytes(b"")
    with pytest.raises(Busy, match=f"of another machine.*remove .*{theirs}"):
        with claimed(tmp_path):
            pass
    assert os.listdir(tmp_path) == [theirs]


def test_what_is_in_the_folder_stays(tmp_path):
    for name in ("notes", "claim-of-mine"):
        (tmp_path / name).write_bytes(b"")
    with claimed(tmp_path):
        pass
    assert sorted(os.listdir(tmp_path)) == ["claim-of-mine", "notes"]
