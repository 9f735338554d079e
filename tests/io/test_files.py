"""Files are written whole by whoever writes them, and read only if they are files."""

import errno
import os
import re
import subprocess
import sys
import threading

import pytest

from lstm_ref.io import files, process
from lstm_ref.io.files import write_whole

posix = pytest.mark.skipif(os.name == "nt", reason="links, pipes and permissions of POSIX")


class Bad(ValueError):
    pass


def put(path, data):
    write_whole(path, lambda file: file.write(data))


@posix
@pytest.mark.parametrize("what", ["folder", "fifo", "device", "link to a device", "zero byte"])
def test_only_files_are_read_and_nothing_waits(tmp_path, what):
    path = tmp_path / "x"
    if what == "folder":
        path.mkdir()
    elif what == "fifo":
        os.mkfifo(path)
    elif what == "link to a device":
        path.symlink_to("/dev/zero")
    elif what == "device":
        path = "/dev/zero"
    else:
        path = f"{path}\0"
    with pytest.raises(Bad, match="null" if what == "zero byte" else "not a file"):
        files.read(path, 100, Bad)


def test_a_file_is_read_up_to_the_limit(tmp_path):
    path = tmp_path / "x"
    path.write_bytes(b"12345")
    (tmp_path / "link").symlink_to(path)
    assert files.read(tmp_path / "link", 5, Bad) == b"12345"
    with pytest.raises(Bad, match="^5 bytes, more than the limit of 4$"):
        files.read(path, 4, Bad)
    with pytest.raises(FileNotFoundError):
        files.read(tmp_path / "none", 4, Bad)


def test_threads_that_write_the_same_file_leave_it_whole(tmp_path):
    path, failed, torn = tmp_path / "x", [], []
    contents = [bytes([65 + k]) * 50_000 for k in range(4)]
    put(path, contents[0])

    def work(data):
        for _ in range(25):
            try:
                put(path, data)
                if (seen := path.read_bytes()) not in contents:
                    torn.append(len(seen))
            except OSError as error:
                failed.append(error)

    threads = [threading.Thread(target=work, args=(data,)) for data in contents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed and not torn and os.listdir(tmp_path) == ["x"]


def test_two_writers_at_once_have_two_temporary_files(tmp_path):
    """One in the middle of the other, as two threads or two containers with equal numbers."""
    path = tmp_path / "x"

    def outer(file):
        file.write(b"outer")
        put(path, b"inner")
        assert path.read_bytes() == b"inner"
        file.write(b" whole")

    write_whole(path, outer)
    assert path.read_bytes() == b"outer whole" and os.listdir(tmp_path) == ["x"]


@posix
def test_links_stay_and_permissions_too(tmp_path):
    (tmp_path / "there").mkdir()
    real, link = tmp_path / "there" / "real", tmp_path / "link"
    link.symlink_to(real)
    put(link, b"through a link that led nowhere")
    real.chmod(0o640)
    put(link, b"new")
    assert link.is_symlink() and real.read_bytes() == b"new"
    assert real.stat().st_mode & 0o777 == 0o640
    before = os.umask(0o022)
    put(tmp_path / "fresh", b"")
    os.umask(before)
    assert (tmp_path / "fresh").stat().st_mode & 0o777 == 0o644


@posix
def test_a_folder_or_a_device_is_not_replaced(tmp_path):
    (tmp_path / "folder").mkdir()
    with pytest.raises(IsADirectoryError, match="folder"):
        put(tmp_path / "folder", b"")
    os.mkfifo(tmp_path / "pipe")
    for check in (files.writable, lambda path: put(path, b"")):
        with pytest.raises(OSError, match="not a file that could be replaced: .*pipe"):
            check(tmp_path / "pipe")
        with pytest.raises(FileNotFoundError):
            check(tmp_path / "none" / "x")
    assert sorted(os.listdir(tmp_path)) == ["folder", "pipe"]


def test_a_full_disk_names_the_file(tmp_path):
    def full(file):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.raises(OSError, match=f"No space left on device: '{tmp_path}.x'$"):
        write_whole(tmp_path / "x", full)
    assert os.listdir(tmp_path) == []


@posix
def test_what_a_killed_process_left_goes_and_nothing_else(tmp_path):
    script = (
        "import os, signal, sys\nfrom lstm_ref.io.files import write_whole\n"
        "write_whole(sys.argv[1], lambda file: os.kill(os.getpid(), signal.SIGKILL))"
    )
    path = tmp_path / "x"
    subprocess.run([sys.executable, "-c", script, str(path)])
    (left,) = os.listdir(tmp_path)
    assert process.dead(left[len(".x.") : -len(".tmp")])
    host, pid, started, number = process.identity().split("-")
    stay = [f".x.{process.identity()}.tmp", ".x.mine.tmp", ".x.123.tmp", f".y{left[2:]}"]
    stay.append(f".x.{'0' * 8}-{pid}-{started}-{number}.tmp")  # of another machine
    for name in stay:
        (tmp_path / name).write_bytes(b"")
    put(path, b"new")
    assert sorted(os.listdir(tmp_path)) == sorted(["x", *stay])
    files.remove_left_overs(path, alone=True)
    assert sorted(os.listdir(tmp_path)) == sorted(["x", ".x.mine.tmp", f".y{left[2:]}"])


@posix
def test_a_number_that_was_given_to_another_process_is_not_the_one_of_before():
    host, pid, started, number = process.identity().split("-")
    if started != "0":
        assert process.dead(f"{host}-{pid}-{int(started) + 1}-{number}")
    assert not process.dead("-".join((host, pid, started, number)))
    assert not process.dead("mine")
    assert re.fullmatch(r"process \d+", process.described(process.identity()))
    assert "of another machine" in process.described(f"{'0' * 8}-{pid}-{started}-{number}")


def test_messages_are_cut():
    assert files.cut("x" * 10_000) == "x" * 300 + " ... (9700 more characters)"
    assert files.cut(ValueError("short")) == "short"
