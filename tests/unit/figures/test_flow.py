"""The diagram of a pass holds the numbers of the pass, and says what it leaves out."""

import json

import numpy as np
import pytest

import ffbp
from ffbp.analysis.passes import pass_over
from ffbp.core.network import Network
from ffbp.figures import flow
from ffbp.figures.blob import as_text


def network_of(sizes, activations, seed=0, **options):
    network = Network(sizes, activations, **options)
    network.theta[...] = np.random.RandomState(seed).randn(network.n_params)
    return network


def diagram_of(network, X, chosen=(1, 1, None)):
    trace = network.forward(X)
    parts = flow.drawn(network, trace, chosen)
    names = [f"x{i + 1}" for i in range(network.sizes[0])], ["y"]
    return trace, parts, flow.diagram(network, trace, parts, names, ["g"] * len(network.layers))


def test_units_show_activations_and_edges_contributions():
    network = network_of((2, 3, 1), ("tanh", "sigmoid"))
    trace, _, picture = diagram_of(network, np.array([[0.5, -1.0]]))
    for l, a in enumerate(picture["nodes"]["a"]):
        np.testing.assert_array_equal(a, trace.A[l][:, 0])
    assert len(picture["edges"]) == 9
    for (l, i, j), w, wa in zip(picture["edges"], picture["flows"]["w"], picture["flows"]["wa"], strict=True):
        assert w == network.layers[l - 1].W[i, j]
        assert wa == w * trace.A[l - 1][j, 0]


def test_of_several_samples_it_shows_the_mean_activation_the_sum_of_delta_and_the_gradient():
    network = network_of((2, 3, 1), ("tanh", "sigmoid"))
    X, y = np.random.RandomState(1).randn(7, 2), np.array([0, 1, 1, 0, 1, 0, 0])
    p = pass_over(network, X, y)
    _, parts, picture = diagram_of(network, X)
    picture = flow.with_gradient(picture, p, parts)
    np.testing.assert_allclose(picture["nodes"]["a"][1], p.trace.A[1].mean(axis=1))
    for l in (1, 2):
        np.testing.assert_allclose(picture["nodes"]["delta"][l], network.layers[l - 1].db[:, 0])
    for (l, i, j), dw, wd in zip(parts.edges, picture["flows"]["dw"], picture["flows"]["wd"], strict=True):
        assert dw == network.layers[l - 1].dW[i, j]
        assert wd == pytest.approx(network.layers[l - 1].W[i, j] * p.trace.delta[l][i].sum())
    assert picture["loss"] == p.data_loss


@pytest.mark.parametrize(("hidden", "name"), [((1, 2, 1), "flows"), ((1, 2, 3), "nodes")])
def test_a_hidden_gradient_and_step_are_not_sent(hidden, name):
    network = network_of((2, 3, 1), ("tanh", "sigmoid"))
    X, y = np.array([[0.5, -1.0]]), np.array([1])
    p = pass_over(network, X, y)
    _, parts, picture = diagram_of(network, X)
    picture = flow.with_gradient(picture, p, parts, hidden=hidden)
    picture = flow.with_update(picture, network, network.theta + 1.0, parts, hidden=hidden)
    if name == "flows":
        at = parts.edges.index((1, 1, 0))
        assert picture["flows"]["dw"][at] is picture["flows"]["step"][at] is None
        assert sum(value is None for value in (*picture["flows"]["dw"], *picture["flows"]["step"])) == 2
    else:
        assert picture["nodes"]["delta"][1][1] is None
        assert picture["nodes"]["step"][1][1] is None


def test_a_large_network_is_thinned_says_so_and_keeps_what_is_chosen():
    network = network_of((2, 30, 30, 1), ("relu", "relu", "sigmoid"))
    network.layers[1].W[20] = network.layers[2].W[0, 20] = 1e-9
    _, parts, picture = diagram_of(network, np.ones((1, 2)), (2, 21, 4))
    assert len(picture["edges"]) <= flow.MAX_EDGES
    assert "12 of 30 units of layer 1" in parts.left_out
    assert str(flow.MAX_EDGES) in parts.left_out
    assert 20 in parts.units[2]
    assert 3 in parts.units[1]
    assert (2, 20, 3) in parts.edges


def test_numbers_beyond_all_numbers_reach_the_browser():
    network = network_of((2, 3, 1), ("identity", "identity"), loss="mse")
    with np.errstate(all="ignore"):
        _, _, picture = diagram_of(network, np.array([[1.7e308, -1.7e308]]))
    assert {"Infinity", "-Infinity"} & set(json.loads(as_text(picture))["nodes"]["a"][1])


def test_the_core_is_not_changed_by_drawing():
    run = ffbp.train(ffbp.Config(epochs=5))
    network = run.network(2)
    before = network.theta.copy()
    diagram_of(network, run.dataset.X_train[:1])
    np.testing.assert_array_equal(network.theta, before)
