import math

import numpy as np
import pytest
from sklearn.neural_network import MLPClassifier, MLPRegressor

from ffbp import ACTIVATIONS, LOSSES, Config, Network, make_dataset
from ffbp.core.network import count_params
from ffbp.experiment.build import dataset_for
from ffbp.training.loop import Training


@pytest.fixture
def hand_worked():
    """2-2-1, sigmoid everywhere, binary cross-entropy, one sample; every number below was worked out on paper.

    W1 = [[0.5, -0.3], [0.2, 0.4]]  b1 = [0.1, -0.2]  W2 = [[0.7, -0.6]]  b2 = [0.05]   x = (1, 2), y = 1
    """
    theta = np.array([0.5, -0.3, 0.1, 0.2, 0.4, -0.2, 0.7, -0.6, 0.05])  # rows of [W b], layer by layer
    return Network((2, 2, 1), ("sigmoid", "sigmoid"), loss="bce", theta=theta)


def test_hand_worked_forward(hand_worked):
    trace = hand_worked.forward(np.array([[1.0, 2.0]]))
    # z1 = (0.5·1 - 0.3·2 + 0.1, 0.2·1 + 0.4·2 - 0.2) = (0, 0.8);  a1 = (1/2, 1/(1 + e^-0.8)) = (0.5, 0.689974481128)
    np.testing.assert_allclose(trace.Z[1][:, 0], [0, 0.8], atol=1e-15)
    np.testing.assert_allclose(trace.A[1][:, 0], [0.5, 0.689974481128], atol=1e-12)
    # z2 = 0.7·0.5 - 0.6·0.689974481128 + 0.05 = -0.013984688677;  a2 = 1/(1 + e^0.013984688677) = 0.496503884809
    np.testing.assert_allclose(trace.Z[2], [[-0.013984688677]], atol=1e-12)
    np.testing.assert_allclose(trace.A[2], [[0.496503884809]], atol=1e-12)
    # loss = -ln 0.496503884809 = 0.700163971139
    assert hand_worked.loss(np.array([[1.0, 2.0]]), np.array([1])) == pytest.approx(0.700163971139, abs=1e-12)


def test_hand_worked_backward(hand_worked):
    trace = hand_worked.forward(np.array([[1.0, 2.0]]))
    hand_worked.backward(np.array([1]), trace)
    first, second = hand_worked.layers
    # delta2 = a2 - y = -0.503496115191;  dW2 = delta2 a1 = (-0.251748057595, -0.347399470829);  db2 = delta2
    np.testing.assert_allclose(trace.delta[2], [[-0.503496115191]], atol=1e-12)
    np.testing.assert_allclose(second.dW, [[-0.251748057595, -0.347399470829]], atol=1e-12)
    np.testing.assert_allclose(second.db, [[-0.503496115191]], atol=1e-12)
    # a1 (1 - a1) = (0.25, 0.213909696520);  W2' delta2 = (-0.352447280634, 0.302097669115)
    # delta1 = (-0.352447280634·0.25, 0.302097669115·0.213909696520) = (-0.088111820158, 0.064621620720)
    np.testing.assert_allclose(trace.delta[1][:, 0], [-0.088111820158, 0.064621620720], atol=1e-12)
    # dW1 = delta1 x' = [[-0.088111820158, -0.176223640317], [0.064621620720, 0.129243241439]];  db1 = delta1
    np.testing.assert_allclose(
        first.dW, [[-0.088111820158, -0.176223640317], [0.064621620720, 0.129243241439]], atol=1e-12
    )
    np.testing.assert_allclose(first.db[:, 0], [-0.088111820158, 0.064621620720], atol=1e-12)


def test_theta_and_grad_are_seen_through_the_layers(hand_worked):
    layer = hand_worked.layers[1]
    layer.W[0, 1], layer.b[0, 0] = 8, 9
    assert hand_worked.theta[-2:].tolist() == [8, 9]
    hand_worked.backward(np.array([1]), hand_worked.forward(np.array([[1.0, 2.0]])))
    assert hand_worked.grad[-3:].tolist() == [*layer.dW[0], layer.db[0, 0]]
    assert [(x.W.shape, x.b.shape, x.dW.shape, x.db.shape) for x in hand_worked.layers] == [
        ((2, 2), (2, 1), (2, 2), (2, 1)),
        ((1, 2), (1, 1), (1, 2), (1, 1)),
    ]


def test_trace_uses_the_formulas_indices(random_network):
    net = random_network((3, 5, 4, 1), ("tanh", "relu", "sigmoid"))
    X = np.random.RandomState(0).randn(6, 3)
    trace = net.forward(X)
    net.backward(np.arange(6) % 2, trace)
    assert trace.Z[0] is None
    assert trace.delta[0] is None
    assert [A.shape for A in trace.A] == [(3, 6), (5, 6), (4, 6), (1, 6)]
    assert (trace.A[0] == X.T).all()
    for l, layer in enumerate(net.layers, start=1):
        np.testing.assert_allclose(trace.Z[l], layer.W @ trace.A[l - 1] + layer.b, rtol=1e-12, atol=1e-14)
        np.testing.assert_allclose(layer.dW, trace.delta[l] @ trace.A[l - 1].T, rtol=1e-12, atol=1e-15)
        np.testing.assert_allclose(layer.db[:, 0], trace.delta[l].sum(axis=1), rtol=1e-12, atol=1e-15)
    for l in (1, 2):
        slope = net.activations[l - 1].derivative(trace.Z[l], trace.A[l], np.empty_like(trace.Z[l]))
        np.testing.assert_allclose(trace.delta[l], net.layers[l].W.T @ trace.delta[l + 1] * slope, rtol=1e-12)


def test_with_out_nothing_changes_but_the_place(random_network):
    net = random_network((2, 8, 3), ("gelu", "softmax"), loss="cce")
    X = np.random.RandomState(0).randn(9, 2)
    trace = net.new_trace(9)
    assert net.forward(X, out=trace) is trace
    assert (trace.A[-1] == net.forward(X).A[-1]).all()
    assert (net.backward(np.arange(9) % 3, trace) == net.grad).all()


@pytest.mark.parametrize("key", [key for key, entry in ACTIVATIONS.items() if not entry.coupled])
@pytest.mark.parametrize("sizes", [(2, 3, 1), (2, 30, 20, 3)])  # small blocks and large ones take different kernels
def test_the_gradient_does_not_change_when_the_dataset_is_duplicated(random_network, key, sizes):
    output, loss = ("sigmoid", "bce") if sizes[-1] == 1 else ("softmax", "cce")
    net = random_network(sizes, (key,) * (len(sizes) - 2) + (output,), loss=loss, l1=0.01, l2=0.1)
    X, y = np.random.RandomState(1).randn(20, 2), np.arange(20) % max(2, sizes[-1])
    once = net.backward(y, net.forward(X)).copy()
    twice = net.backward(np.tile(y, 2), net.forward(np.tile(X, (2, 1))))
    np.testing.assert_allclose(twice, once, rtol=1e-10, atol=1e-14)
    assert net.loss(np.tile(X, (2, 1)), np.tile(y, 2)) == pytest.approx(net.loss(X, y), rel=1e-13)


def test_penalty_is_on_weights_only_and_added_once(random_network):
    X, y = np.random.RandomState(1).randn(20, 2), np.arange(20) % 2
    plain = random_network((2, 4, 1), ("tanh", "sigmoid"))
    both = random_network((2, 4, 1), ("tanh", "sigmoid"), l1=0.3, l2=0.5)
    weights = np.concatenate([layer.W.ravel() for layer in both.layers])
    assert both.penalty() == pytest.approx(0.3 * np.abs(weights).sum() + 0.25 * (weights**2).sum(), rel=1e-14)
    assert both.loss(X, y) == plain.loss(X, y)
    plain.backward(y, plain.forward(X))
    both.backward(y, both.forward(X))
    for ours, other in zip(both.layers, plain.layers, strict=True):
        np.testing.assert_allclose(ours.dW - other.dW, 0.3 * np.sign(ours.W) + 0.5 * ours.W, rtol=1e-10)
        assert (ours.db == other.db).all()


def test_a_stack_of_networks_is_computed_like_its_members(random_network):
    net = random_network((2, 30, 3), ("elu", "softmax"), loss="cce", l2=0.1)
    thetas = np.random.RandomState(2).randn(4, net.n_params)
    X, y = np.random.RandomState(1).randn(15, 2), np.arange(15) % 3
    stack = net.with_theta(thetas)
    grads = stack.backward(y, stack.forward(X))
    for theta, grad, loss, score in zip(thetas, grads, stack.loss(X, y), stack.score(X, y), strict=True):
        member = net.with_theta(theta)
        np.testing.assert_allclose(member.backward(y, member.forward(X)), grad, rtol=1e-11, atol=1e-14)
        assert member.loss(X, y) == pytest.approx(loss, rel=1e-13)
        assert member.score(X, y) == score


# Predictions and scores


def test_predict_is_above_one_half_strictly():
    net = Network((1, 1), ("sigmoid",), theta=np.array([1.0, 0.0]))
    assert net.predict(np.array([[-1.0], [0.0], [1e-9]])).tolist() == [0, 0, 1]
    assert net.predict_proba(np.array([[0.0]])).tolist() == [[0.5]]


def test_several_classes_take_the_largest_output():
    net = Network((1, 3), ("softmax",), loss="cce", theta=np.array([1.0, 0, 0, 0.5, -1, 0]))
    X = np.array([[2.0], [0.1], [-2.0]])
    assert net.predict(X).tolist() == [0, 1, 2]
    assert net.predict_proba(X).shape == (3, 3)
    np.testing.assert_allclose(net.predict_proba(X).sum(axis=1), 1)
    assert net.score(X, np.array([0, 1, 1])) == pytest.approx(2 / 3)


def test_regression_predicts_the_value_and_scores_r2():
    net = Network((1, 1), ("identity",), loss="mse", theta=np.array([2.0, 1.0]))
    X, y = np.array([[0.0], [1.0], [2.0]]), np.array([1.0, 3.0, 8.0])
    assert net.predict(X).tolist() == [1, 3, 5]
    assert net.loss(X, y) == 3
    assert net.score(X, y) == pytest.approx(1 - 9 / 26)  # Σ(y - 4)² = 9 + 1 + 16
    assert math.isnan(net.score(X, np.ones(3)))


def test_targets_may_be_class_numbers_columns_or_one_hot(random_network):
    net = random_network((2, 3), ("softmax",), loss="cce")
    X, y = np.random.RandomState(0).randn(5, 2), np.array([0, 2, 1, 1, 0])
    assert net.loss(X, y) == net.loss(X, np.eye(3)[y])
    net = random_network((2, 1), ("sigmoid",))
    assert net.loss(X, y > 0) == net.loss(X, (y > 0)[:, None])


# Errors


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        (((2,), ()), {}, r"sizes must be at least two positive numbers, got \(2,\)"),
        (((2, 0, 1), ("relu", "sigmoid")), {}, "sizes must be at least two positive numbers"),
        (((2, 3, 1), ("sigmoid",)), {}, "activations must be 2, one a layer, got 1"),
        (((2, 3, 1), ("softmax", "sigmoid")), {}, "softmax must be the output activation"),
        (((2, 3, 1), ("relu", "tanh")), {}, "output activation must suit the loss 'bce', got 'tanh'"),
        (((2, 1), ("sigmoid",)), {"theta": np.zeros(4)}, r"theta must hold 3 numbers, got the shape \(4,\)"),
        (((2, 1), ("rleu",)), {}, "unknown activation 'rleu'; choose from identity, sigmoid"),
        (((2, 1), ("sigmoid",)), {"loss": "bec"}, "unknown loss 'bec'; choose from mse, bce, cce"),
    ],
)
def test_parts_that_do_not_fit_are_refused(arguments, options, message):
    with pytest.raises(ValueError, match=message):
        Network(*arguments, **options)


def test_wrong_shapes_are_refused(random_network):
    net = random_network((2, 3), ("softmax",), loss="cce")
    with pytest.raises(ValueError, match=r"X must have the shape \(n_samples, 2\), got \(5, 3\)"):
        net.forward(np.zeros((5, 3)))
    with pytest.raises(ValueError, match=r"y must have the shape \(n_samples,\) or \(n_samples, 3\), got \(5, 2\)"):
        net.targets(np.zeros((5, 2)))


def test_count_params_counts_weights_and_biases():
    assert count_params((2, 10, 1)) == 41
    assert count_params((64, 10)) == 650


# Step by step with scikit-learn's MLP from the same weights


def warm(model, config, y):
    """scikit-learn's network with the initial weights of ours, its optimizer at the start, and our Training."""
    dataset = dataset_for(config)
    training = Training(config, dataset)
    model.partial_fit(dataset.X_train, y, **({"classes": np.unique(y)} if isinstance(model, MLPClassifier) else {}))
    for theirs, bias, layer in zip(model.coefs_, model.intercepts_, training.network.layers, strict=True):
        theirs[...], bias[...] = layer.W.T, layer.b[:, 0]
    del model._optimizer
    return training, dataset


def compare_epochs(model, config, y, n_epochs=15, rtol=1e-9):
    training, dataset = warm(model, config, y)
    for epoch in range(n_epochs):
        model.partial_fit(dataset.X_train, y)
        training.run_epoch()
        for l, layer in enumerate(training.network.layers):
            np.testing.assert_allclose(layer.W, model.coefs_[l].T, rtol=rtol, atol=1e-12, err_msg=f"epoch {epoch}")
            np.testing.assert_allclose(layer.b[:, 0], model.intercepts_[l], rtol=rtol, atol=1e-12)


SOLVERS = {
    "sgd": {"solver": "sgd", "momentum": 0.0, "nesterovs_momentum": False},
    "momentum": {"solver": "sgd", "momentum": 0.9, "nesterovs_momentum": False},
    "nesterov": {"solver": "sgd", "momentum": 0.9, "nesterovs_momentum": True},
    "adam": {"solver": "adam", "epsilon": 1e-16},  # so small that its place, inside or outside the root, is no matter
}


@pytest.mark.parametrize("solver", SOLVERS)
@pytest.mark.parametrize("activation", ["relu", "tanh"])
def test_binary_training_is_scikit_learns_step_by_step(solver, activation):
    config = Config(
        n_samples=50, hidden=(6, 5), activation=activation, optimizer=solver, learning_rate=0.05, epsilon=1e-16,
        batch_size=12, shuffle=False, test_size=0.0, epochs=100,
    )  # fmt: skip
    model = MLPClassifier(
        hidden_layer_sizes=(6, 5), activation=activation, learning_rate_init=0.05, batch_size=12, shuffle=False,
        alpha=0.0, **SOLVERS[solver],
    )  # fmt: skip
    compare_epochs(model, config, make_dataset("moons", n_samples=50)[1])


def test_several_classes_with_l2_are_scikit_learns_step_by_step():
    n = 60
    config = Config(
        dataset="blobs", n_samples=n, classes=4, hidden=(7,), activation="sigmoid", learning_rate=0.3, l2=0.6 / n,
        test_size=0.0, epochs=100,
    )  # fmt: skip
    model = MLPClassifier(
        hidden_layer_sizes=(7,),
        activation="logistic",
        learning_rate_init=0.3,
        batch_size=n,
        shuffle=False,
        alpha=0.6,
        **SOLVERS["sgd"],
    )
    compare_epochs(model, config, make_dataset("blobs", n_samples=n, classes=4)[1])


def test_regression_is_scikit_learns_with_twice_the_rate():
    """Its squared error has a half, ours has none."""
    config = Config(
        dataset="noisy_sine",
        standardize=False,
        n_samples=40,
        hidden=(9,),
        learning_rate=0.05,
        test_size=0.0,
        epochs=100,
    )
    model = MLPRegressor(
        hidden_layer_sizes=(9,),
        activation="relu",
        learning_rate_init=0.1,
        batch_size=40,
        shuffle=False,
        alpha=0.0,
        **SOLVERS["sgd"],
    )
    compare_epochs(model, config, make_dataset("noisy_sine", n_samples=40)[1])


def test_registries_hold_a_canonical_activation_for_every_loss():
    assert {loss.canonical for loss in LOSSES.values()} <= set(ACTIVATIONS)
