"""Experiments of three papers under one roof."""

import json
from dataclasses import replace

import pytest

from lstm_ref.__main__ import main
from lstm_ref.history import continual, experiments, named, spikes

ROOMS = (experiments, continual, spikes)


def test_the_oldest_first_and_each_once():
    names = [name for room in ROOMS for name in room.EXPERIMENTS]
    assert list(named.EXPERIMENTS) == names == sorted(names, key=lambda name: int(name[:4]))
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("name", named.EXPERIMENTS)
def test_settings_are_json(name):
    told = named.settings(name)
    assert json.loads(json.dumps(told)) == told and "about" not in told
    assert named.known(name).about.startswith(name[:4] * (name[:4] != "1997"))


def test_unknown():
    with pytest.raises(ValueError, match="2002-output-none, got '2001'"):
        named.settings("2001")
    with pytest.raises(ValueError, match="experiment: expected one of 1997-1"):
        named.train("2001", [0], True, print)


SMALL = {
    "2000-standard": dict(streams=20, longest=40, tests=2, grown=40),
    "2002-spikes-none": dict(updates=3, tested=30),
}


@pytest.mark.parametrize("name", SMALL)
def test_the_command_runs_them(monkeypatch, tmp_path, capsys, name):
    room = continual if name in continual.EXPERIMENTS else spikes
    monkeypatch.setitem(room.EXPERIMENTS, name, replace(room.EXPERIMENTS[name], **SMALL[name]))
    file = tmp_path / "result.json"
    assert main(["history", name, "--trials", "2", "-o", str(file)]) == 0
    told = capsys.readouterr()
    assert "0 of 2 trials" in told.out and "trial 1: cut off after" in told.err
    assert main(["history", name, "--trials", "3", "-o", str(file), "--quiet"]) == 0
    result = json.loads(file.read_text())
    assert [trial["seed"] for trial in result["trials"]] == [0, 1, 2]
    assert {trial["condition"] for trial in result["trials"]} == {name}
    assert result["settings"] == named.settings(name)
