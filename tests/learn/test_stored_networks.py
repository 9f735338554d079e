"""Several networks in one file, and what the experiments that keep them are made of."""

import json

import numpy as np
import pytest

from lstm_ref.cells import elman, lstm
from lstm_ref.learn import experiments, gate_functions, network, storage, tasks, trials
from lstm_ref.learn.condition_cells import cell_of


def nets(seeds=2):
    rng = np.random.default_rng(0)
    kinds = {"an LSTM": lstm, "RNN, H = 4": elman}
    return {
        (label, seed): (cell, network.start(cell, rng, 3, 4, 2))
        for label, cell in kinds.items()
        for seed in range(seeds)
    }


CELLS = {"an LSTM": lstm, "RNN, H = 4": elman}


def test_several_networks_come_back_as_they_were(tmp_path):
    want, path = nets(), tmp_path / "nets.npz"
    storage.save_all(path, want, command="a command")
    found, about = storage.load_all(path, CELLS)
    assert about["command"] == "a command" and list(found) == list(CELLS)
    for (label, seed), (_, params) in want.items():
        assert list(found[label][seed]) == list(params)
        for name, value in params.items():
            np.testing.assert_array_equal(found[label][seed][name], value)


def test_networks_of_another_cell_are_refused(tmp_path):
    path = tmp_path / "nets.npz"
    storage.save_all(path, nets())
    with pytest.raises(storage.StorageError, match="expected weights of ELMAN, got 'LSTM'"):
        storage.load_all(path, CELLS | {"an LSTM": elman})
    with pytest.raises(storage.StorageError, match=r"expected \['an LSTM'\], got"):
        storage.load_all(path, {"an LSTM": lstm})
    with pytest.raises(ValueError, match="W_fx"):
        storage.save_all(path, {("an LSTM", 0): (lstm, nets()["RNN, H = 4", 0][1])})


def test_a_file_of_one_network_or_with_other_names_is_refused(tmp_path):
    path = tmp_path / "one.npz"
    storage.save(path, lstm, nets()["an LSTM", 0][1])
    with pytest.raises(storage.StorageError, match="of several networks, version 2"):
        storage.load_all(path, CELLS)
    about = {"format": storage.MANY, "version": 2}
    about["cells"] = {"an LSTM": {"cell": "LSTM", "equations": [None]}}
    for name in ("W_fx", "another/0/W_fx", "an LSTM/first/W_fx", "an LSTM/0/W_fx"):
        storage.write(path, {name: np.zeros((4, 3))}, about)
        with pytest.raises(storage.StorageError, match="one.npz: "):
            storage.load_all(path, {"an LSTM": lstm})


def test_an_experiment_keeps_the_weights_that_its_conditions_ask_for(tmp_path, monkeypatch):
    small = dict(task="adding", T=8, K=1, H=3, B=4, updates=5, test=20, measure="squared error")
    conditions = {"kept": small | {"weights": True}, "not kept": small}
    tiny = experiments.Experiment("a small one", "nothing", "1 s", conditions)
    monkeypatch.setitem(experiments.EXPERIMENTS, "tiny", tiny)
    trials.run("tiny", 2, tmp_path / "tiny.json", report=lambda line: None)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["tiny.json", "tiny.npz"]
    found, about = storage.load_all(tmp_path / "tiny.npz", {"kept": cell_of("LSTM")[0]})
    result = json.loads((tmp_path / "tiny.json").read_text())
    assert all(about[key] == result[key] for key in ("experiment", "command", "settings"))
    for seed in range(2):
        params = trials.train(result["settings"]["kept"], seed)[1].params
        for name, value in params.items():
            np.testing.assert_array_equal(found["kept"][seed][name], value)


def test_a_pool_is_made_once_and_drawn_from():
    made = []
    draw = trials.drawn_from(lambda rng: made.append(rng.random()) or made[-1], 5)
    drawn = [draw(np.random.default_rng(seed)) for seed in range(60)]
    assert len(made) == 5 and set(drawn) == set(made) and len(set(made)) == 5


def test_countries_stand_at_all_distances_and_at_one():
    rng = np.random.default_rng(0)
    far = len(tasks.country_language(rng, 1, 6)[0])
    lengths = [len(trials.country_any(rng, 6, 1, nearest=0)[0]) for _ in range(80)]
    assert (min(lengths), max(lengths), len(set(lengths))) == (far - 6, far, 7)
    x, target, _ = trials.country_any(np.random.default_rng(3), 6, 2, nearest=6)
    want = tasks.country_language(np.random.default_rng(3), 2, 6)
    np.testing.assert_array_equal(x, want[0])
    np.testing.assert_array_equal(target, want[1])


def test_the_norm_is_kept_where_a_condition_asks_for_it():
    small = experiments.settings("adding-clip")["LSTM chrono, no clip"] | dict(updates=4, T=6)
    found = trials.trial("one", small, 0)["norm"]
    norm = trials.train(small, 0)[1].history["norm"]
    assert found == {"largest": norm.max(), "update": int(norm.argmax()) + 1}
    assert "norm" not in trials.trial("one", small | {"norm": False}, 0)


FUNCTIONS = {
    "logistic": lambda a: 1 / (1 + np.exp(-a)),
    "sine squared": lambda a: np.sin(a / 2) ** 2,
    "tanh": np.tanh,
}


@pytest.mark.parametrize("name", gate_functions.GATED)
def test_gated_cells_compute_their_equations(name):
    gate, input_gate = (FUNCTIONS[function] for function in gate_functions.GATED[name])
    rng = np.random.default_rng(4)
    cell, init = cell_of(name)
    p = {key: rng.normal(size=value.shape) for key, value in init(rng, 3, 4, T_max=20).items()}
    x, h, c = rng.normal(size=(5, 3, 2)), np.zeros((4, 2)), np.zeros((4, 2))
    for x_t in x:
        net = {k: p[f"W_{k}h"] @ h + p[f"W_{k}x"] @ x_t + p[f"b_{k}"] for k in "fico"}
        c = gate(net["f"]) * c + input_gate(net["i"]) * np.tanh(net["c"])
        h = gate(net["o"]) * np.tanh(c)
    np.testing.assert_allclose(cell.forward(p, x)[0][-1], h, rtol=1e-12)


@pytest.mark.parametrize("name", gate_functions.GATED)
def test_gated_cells_start_at_equal_gate_values(name):
    gate, input_gate = (FUNCTIONS[function] for function in gate_functions.GATED[name])
    start = gate_functions.init(name, np.random.default_rng(5), 3, 6, T_max=20)
    u = np.random.default_rng(5).uniform(1, 19, (6, 1))
    np.testing.assert_allclose(gate(start["b_f"]), u / (1 + u), rtol=1e-12)
    np.testing.assert_allclose(input_gate(start["b_i"]), 1 / (1 + u), rtol=1e-12)
    np.testing.assert_allclose(gate(start["b_o"]), 0.5, rtol=1e-12)
