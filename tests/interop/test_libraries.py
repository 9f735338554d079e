"""The table of what libraries compute: complete, and spelled in the letters of the book."""

from lstm_ref.interop.libraries import LIBRARIES


def test_every_entry_says_the_same_things():
    keys = {tuple(entry) for entry in LIBRARIES.values()}
    assert len(keys) == 1, keys
    for name, entry in LIBRARIES.items():
        assert sorted(entry["lstm"]) == sorted("fico"), name
        assert sorted(entry["gru"]) == sorted("zrh"), name
        assert entry["reset"] in ("before", "after") and entry["z"] in ("keeps", "writes"), name
        assert entry["side"] in ("W x", "x W") and entry["lstm_biases"] in (1, 2), name
        assert entry["gru_biases"] in (1, 2, "1 + inner"), name
        assert entry["checked"] in ("run", "read") and entry["source"].startswith("https://"), name


def test_what_the_bridges_run_is_marked_so():
    run = [name.split(",")[0] for name, entry in LIBRARIES.items() if entry["checked"] == "run"]
    assert run == ["PyTorch", "Keras 3", "ONNX"]
