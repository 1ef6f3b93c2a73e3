"""Backpropagation taken apart, against plain NumPy: contributions, factors, steps, slips, multiply-adds."""

import dataclasses

import numpy as np
import plotly.graph_objects as go
import pytest

import ffbp
from ffbp.analysis import passes, slips
from ffbp.analysis.cost import cost_by_width, cost_of, multiply_adds
from ffbp.analysis.step import BENDS, Step, bending_frame, error_by_step, preview_update, step_of
from ffbp.core.network import Network
from ffbp.figures import backward as figures

CONFIGS = {
    "reference": {},
    "batches": {"batch_size": 32, "optimizer": "momentum"},
    "clipped": {"batch_size": 64, "optimizer": "adam", "clip": 0.05, "l2": 0.01, "l1": 0.001},
    "adamw": {"batch_size": 50, "optimizer": "adamw", "schedule": "cosine", "shuffle": False},
    "rmsprop": {"dataset": "bumps", "optimizer": "rmsprop", "learning_rate": 0.01},
    "classes": {"dataset": "iris", "optimizer": "nesterov", "batch_size": 16},
}


def run_of(**options):
    return ffbp.train(ffbp.Config(**{"epochs": 12, **options}))


@pytest.fixture(scope="module", params=CONFIGS)
def run(request):
    return run_of(**CONFIGS[request.param])


@pytest.mark.parametrize("frame", [0, 5, 12])
def test_what_the_update_previews_is_what_the_step_commits_bit_for_bit(run, frame):
    training = passes.next_training(run, frame)
    for _ in range(3):
        p = passes.batch_pass(training)
        loss, theta = p.data_loss, training.network.theta.copy()
        after = preview_update(training)
        assert np.array_equal(training.network.theta, theta)
        assert training.gradient() == loss
        training.update()
        assert np.array_equal(training.network.theta, after)
        if training.epoch >= len(training.rates):
            break


def test_steps_from_a_frame_reach_the_next_frame_bit_for_bit(run):
    training = passes.next_training(run, 4)
    for _ in training.batches:
        passes.batch_pass(training)
        preview_update(training)
        training.gradient()
        training.update()
    assert np.array_equal(training.network.theta, run.history.theta[5])


def test_after_the_planned_end_there_is_one_epoch_more_as_in_a_longer_run():
    longer, shorter = run_of(epochs=13, batch_size=32), run_of(batch_size=32)
    training = passes.next_training(shorter, -1 % shorter.n_frames)
    for _ in training.batches:
        training.gradient()
        training.update()
    assert np.array_equal(training.network.theta, longer.history.theta[13])
    assert passes.is_beyond(shorter, 12)
    assert not passes.is_beyond(shorter, 11)


def test_the_batch_names_its_samples(run):
    training = passes.next_training(run, 3)
    p = passes.batch_pass(training)
    assert np.array_equal(run.dataset.X_train[p.indices].T, p.trace.A[0])


def test_contributions_and_penalty_sum_to_the_gradient(run):
    p = passes.batch_pass(passes.next_training(run, 3))
    for l, layer in enumerate(p.network.layers, start=1):
        for unit in range(1, layer.n_out + 1):
            for source in range(1, layer.n_in + 2):
                total = p.contributions(l, unit, source).sum() + p.penalty_part(l, unit, source)
                assert total == pytest.approx(p.gradient(l, unit, source), rel=1e-9, abs=1e-14)


def test_the_gradient_is_the_mean_of_single_samples_gradients():
    run = run_of()
    network, dataset = run.network(7), run.dataset
    whole = passes.pass_over(network, dataset.X_train, dataset.y_train)
    singles = [
        passes.pass_over(network.with_theta(network.theta), dataset.X_train[i : i + 1], dataset.y_train[i : i + 1])
        for i in range(len(dataset.X_train))
    ]
    own = np.array([p.gradient(1, 3, 2) for p in singles])
    assert own.mean() == pytest.approx(whole.gradient(1, 3, 2), rel=1e-10)
    assert whole.contributions(1, 3, 2) * whole.n == pytest.approx(own, rel=1e-9, abs=1e-15)


@pytest.mark.parametrize("output", ["sigmoid", "identity", "tanh"])
def test_arriving_times_slope_is_delta_in_every_layer(output):
    rng = np.random.RandomState(1)
    network = Network((3, 4, 5, 2), ("tanh", "sigmoid", output), loss="mse", theta=rng.randn(4 * 4 + 5 * 5 + 2 * 6))
    p = passes.pass_over(network, rng.randn(6, 3), rng.randn(6, 2))
    for l in (1, 2, 3):
        assert p.arriving(l) * p.slope(l) == pytest.approx(p.trace.delta[l], rel=1e-12)
    for step in passes.shrinkage(p):
        assert step.ratio == pytest.approx(step.weights * step.slope, rel=1e-12)
        norms = [np.linalg.norm(p.trace.delta[l]) for l in (step.l, step.l + 1)]
        assert step.ratio == pytest.approx(norms[0] / norms[1], rel=1e-12)


def test_sigmoid_layers_multiply_delta_by_at_most_a_quarter():
    run = run_of(hidden=(6,) * 6, activation="sigmoid")
    p = passes.batch_pass(passes.next_training(run, 0))
    assert all(0 < step.slope <= 0.25 for step in passes.shrinkage(p))
    assert len(passes.shrinkage(p)) == 6


def test_a_step_along_the_gradient_has_the_slope_and_angle_of_descent():
    run = run_of()
    training = passes.next_training(run, 6)
    passes.batch_pass(training)
    grad = training.network.grad.copy()
    after = preview_update(training)
    step = step_of(training.network, training.inputs, training.targets, after)
    assert step.slope == pytest.approx(-0.1 * grad @ grad, rel=1e-9)
    assert step.angle == pytest.approx(0, abs=1e-4)
    assert step.before == pytest.approx(run.history.train_loss[6], rel=1e-12)
    assert step.after == pytest.approx(run.history.train_loss[7], rel=1e-12)
    h = 1e-6
    moved = [
        training.network.with_theta(training.network.theta + s * (after - training.network.theta)).loss(
            run.dataset.X_train, run.dataset.y_train
        )
        for s in (-h, h)
    ]
    assert step.slope == pytest.approx((moved[1] - moved[0]) / (2 * h), rel=1e-5)
    assert step.best_loss <= min(step.before, step.after)


def test_the_best_step_on_a_parabola_is_found():
    network = Network((1, 1), ("identity",), loss="mse", theta=np.array([0.0, 0.0]))
    inputs, Y = np.array([[1.0], [1.0]]), np.array([[2.0]])
    step = step_of(network, inputs, Y, np.array([0.25, 0.25]))  # loss (2 - s/2)²: best at s = 4
    assert step.best == pytest.approx(4, abs=0.05)
    assert step.before == 4
    assert step.after == pytest.approx(2.25)
    assert step.predicted == pytest.approx(2)


def test_the_penalty_is_in_the_loss_along_the_step():
    run = run_of(l2=0.1)
    training = passes.next_training(run, 3)
    passes.batch_pass(training)
    step = step_of(training.network, training.inputs, training.targets, preview_update(training))
    assert step.before == pytest.approx(run.history.total[3], rel=1e-12)


@pytest.mark.parametrize(
    ("text", "value"),
    [("0.5", 0.5), ("0,5", 0.5), ("1/3", 1 / 3), (" -1 / 4 ", -0.25), ("−2", -2.0), ("1e-3", 1e-3), ("1,5/3", 0.5)],
)
def test_a_number_or_fraction_is_read(text, value):
    assert slips.as_fraction(text) == pytest.approx(value)


@pytest.mark.parametrize(
    "text", ["", "x", "1/0", "0/0", "1/2/3", "1e400", "nan", "inf", "/", "1_0", "٣", "2**3", "1/1e-400", "9" * 80]
)
def test_what_is_no_finite_number_is_refused(text):
    assert slips.as_fraction(text) is None


def test_the_usual_slips_are_named():
    rng = np.random.RandomState(3)
    network = Network((2, 3, 1), ("tanh", "sigmoid"), theta=rng.randn(13))
    p = passes.pass_over(network, rng.randn(5, 2), np.array([0, 1, 1, 0, 1]))
    known, value = slips.slips(p, 1, 2, 1), p.gradient(1, 2, 1)
    assert slips.judge(value, value, known) == (True, None)
    for key in ("sign", "double", "half", "sum", "slope"):
        assert slips.judge(known[key], value, known) == (False, key)
    by_hand = (network.layers[1].W[0, 1] * (p.trace.A[2] - p.Y) / 5 * p.trace.A[0][0]).sum()
    assert known["slope"] == pytest.approx(by_hand)
    assert known["sum"] == pytest.approx(5 * value)
    output = slips.slips(p, 2, 1, 1)
    extra = ((p.trace.A[2] - p.Y) / 5 * p.trace.A[2] * (1 - p.trace.A[2]) * p.trace.A[1][0]).sum()
    assert output["extra_slope"] == pytest.approx(extra)


def test_the_slips_of_a_mean_loss_are_the_hand_computed_ones():
    rng = np.random.RandomState(3)
    network = Network((2, 3, 1), ("tanh", "sigmoid"), theta=rng.randn(13))
    y = np.array([0, 1, 1, 0, 1])
    p = passes.pass_over(network, rng.randn(5, 2), y)
    a, known = p.trace.A[2][0], slips.loss_slips(p)
    right = np.where(y == 1, a, 1 - a)
    by_hand = {
        "sign": np.log(right).mean(),
        "half": -np.log(right).mean() / 2,
        "double": -2 * np.log(right).mean(),
        "sum": -np.log(right).sum(),
        "log10": -np.log10(right).mean(),
        "other_class": -np.log(1 - right).mean(),
        "squared": np.square(a - y).mean(),
    }
    assert known == pytest.approx(by_hand)
    squares = Network((2, 3, 1), ("tanh", "identity"), loss="mse", theta=rng.randn(13))
    assert set(slips.loss_slips(passes.pass_over(squares, rng.randn(1, 2), y[:1]))) == {"sign", "half", "double"}


def test_two_slips_with_one_value_are_not_told_apart():
    assert slips.judge(2.0, 1.0, {"double": 2.0, "sum": 2.0}) == (False, None)
    assert slips.judge(7.0, 1.0, {"double": 2.0}) == (False, None)
    assert slips.judge(-1.0, 1.0, {"sign": -1.0}) == (False, "sign")
    assert slips.judge(0.0, 0.0, {"sign": 0.0, "double": 0.0}) == (True, None)


@pytest.mark.parametrize("optimizer", ffbp.OPTIMIZERS)
def test_the_slips_of_a_step_are_named_for_every_optimizer(optimizer):
    run = ffbp.train(ffbp.Config(optimizer=optimizer, learning_rate=0.02, epochs=6, batch_size=50))
    training, other = run.resume(3), run.resume(3)
    training.gradient()
    other.gradient()
    other.learning_rate = 1.0
    old, new = training.network.theta.copy(), preview_update(training)
    without_rate = preview_update(other)
    told = 0
    for i in np.flatnonzero(np.abs(new - old) > 1e-7):
        known = slips.update_slips(old[i], new[i], training.learning_rate)
        assert known["rate"] == pytest.approx(without_rate[i], rel=1e-6, abs=1e-9)
        assert slips.judge(new[i], new[i], known, origin=old[i]) == (True, None)
        for key, typed in (("old", old[i]), ("added", 2 * old[i] - new[i]), ("rate", without_rate[i])):
            assert slips.judge(typed, new[i], known, origin=old[i]) == (False, key)
            told += 1
        assert slips.judge(old[i] + 7 * (new[i] - old[i]), new[i], known, origin=old[i]) == (False, None)
    assert told > 30


def test_a_step_of_nothing_leaves_the_old_weight_right_and_a_rate_of_one_no_slip():
    assert slips.judge(0.5, 0.5, slips.update_slips(0.5, 0.5, 0.1), origin=0.5) == (True, None)
    assert slips.judge(0.3, 0.3, slips.update_slips(0.5, 0.3, 1.0), origin=0.5) == (True, None)
    assert slips.judge(1.0, 2.0, {"old": 1.0, "rate": 1.0}, origin=1.5) == (False, None)


def noted(step, rate):
    return [note["text"] for note in figures.step_chart(step, "all", rate)["layout"]["annotations"]]


def test_the_step_chart_names_learning_rates_and_says_where_the_best_lies_outside():
    lengths = np.linspace(0.0, 3.0, 49)
    step = Step(lengths, (lengths - 2.0) ** 2, -4.0, 4.0, 1.0, 2.0, 0.0, 0.0)
    assert noted(step, 0.1) == ["chosen: η = 0.1", "best found: η = 0.2000"]
    assert noted(step, None) == []
    far = dataclasses.replace(step, losses=1 - lengths / 1000, before=1.0, after=0.999, best=500.0, best_loss=0.5)
    assert noted(far, 0.1)[-1] == "best found: s = 500.0, η = 50.00<br>beyond the right edge ▸"
    assert noted(far, None) == ["best found: s = 500.0<br>beyond the right edge ▸"]


def test_multiply_adds_are_those_of_the_loops():
    forward, backward = multiply_adds((2, 10, 1))
    assert (forward, backward) == (30, 40)
    assert multiply_adds((4, 3)) == (12, 12)


def test_measured_costs_are_positive_and_grow_with_the_passes():
    run = run_of()
    cost = cost_of(run.network(0), run.dataset.X_train, run.dataset.y_train, repeats=2)
    assert cost.n_params == 41
    assert 0 < cost.forward_seconds < cost.one_sided < cost.central
    costs = cost_by_width(run.network(0), run.dataset.X_train, run.dataset.y_train, (2, 8))
    assert [c.n_params for c in costs] == [9, 33]
    assert list(figures.cost_chart(costs)["data"][3]["x"]) == [9, 33]


def test_the_error_of_differences_is_smallest_between_truncation_and_round_off():
    run = run_of(activation="tanh")
    steps = 10.0 ** np.arange(-13, 0.1, 1)
    errors = error_by_step(run.network(5), run.dataset.X_train, run.dataset.y_train, [0, 35], steps)
    best = errors.argmin(axis=1)
    assert ((best > 0) & (best < len(steps) - 1)).all()
    assert (errors.min(axis=1) < 1e-7).all()


def test_the_saturated_figure_holds_both_deltas():
    bce, mse = go.Figure(figures.saturated_delta()).data
    z = np.array(bce.x)
    a = 1 / (1 + np.exp(-z))
    assert np.array(bce.y) == pytest.approx(a - 1)
    assert np.array(mse.y) == pytest.approx(2 * (a - 1) * a * (1 - a))


@pytest.mark.parametrize("n", [1, 2, 40, 41, 500])
def test_contribution_bars_hold_every_sample(n):
    values = np.random.RandomState(n).randn(n) * 1e-4
    figure = go.Figure(figures.contribution_chart(values, np.arange(n), "W[1][1,1]"))
    heights = np.concatenate([np.array(trace.y, dtype=float) for trace in figure.data])
    assert heights.sum() == pytest.approx(values.sum() if n <= 40 else n)


def test_contributions_that_are_all_zero_can_be_drawn():
    figure = go.Figure(figures.contribution_chart(np.zeros(100), np.arange(100), "W[1][1,1]"))
    assert sum(np.array(trace.y).sum() for trace in figure.data) == 100


def test_plotly_knows_every_word_and_every_axis_has_a_title():
    run = run_of()
    p = passes.batch_pass(passes.next_training(run, 3))
    training = passes.next_training(run, 3)
    passes.batch_pass(training)
    step = step_of(training.network, training.inputs, training.targets, preview_update(training))
    check = ffbp.check_gradients(run.network(3), run.dataset.X_train, run.dataset.y_train)
    all_figures = (
        figures.saturated_delta(),
        figures.matrix_map(np.eye(3), x_title="a", y_title="b", mark=(1, 2)),
        figures.matrix_map(np.eye(50), x_title="a", y_title="b", layer=2),
        figures.contribution_chart(p.contributions(1, 1, 1), np.arange(p.n), "w"),
        figures.multiplier_chart(passes.shrinkage(p)),
        figures.step_chart(step, "all"),
        figures.check_chart(check, np.ones((len(check.names), 3), dtype=int)),
        figures.step_size_chart(np.array([1e-3, 1e-5]), np.array([[1e-4, 1e-8]]), ["w"]),
        figures.cost_chart(cost_by_width(run.network(0), run.dataset.X_train, run.dataset.y_train, (2, 3))),
    )
    for figure in map(go.Figure, all_figures):  # which refuses a word that plotly does not know
        assert figure.layout.xaxis.title.text
        assert figure.layout.yaxis.title.text


def test_the_bending_frame_is_the_first_at_which_the_loss_turns_within_a_few_steps():
    run = ffbp.train(ffbp.Config(epochs=60, learning_rate=0.5))
    frame = bending_frame(run)
    lengths = []
    for each in range(frame + 1):
        training = run.resume(each)
        training.gradient()
        inputs, Y, _ = training.batches[0]
        lengths.append(step_of(training.network, inputs, Y, preview_update(training)).best)
    assert lengths[-1] <= BENDS < min([*lengths[:-1], np.inf])


def test_a_run_of_tiny_steps_bends_nowhere():
    assert bending_frame(ffbp.train(ffbp.Config(epochs=20, learning_rate=1e-4))) is None
