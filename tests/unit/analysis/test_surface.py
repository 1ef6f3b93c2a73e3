"""The loss over a plane: what lies in the plane has its own loss there, and what does not says how far away it is."""

from dataclasses import replace

import numpy as np
import pytest

import ffbp
from ffbp import Config
from ffbp.analysis.surface import measure_surface, shares_of_a_walk, surface_notice
from ffbp.experiment.link import PLANES
from ffbp.training.run import frame_epochs
from ffbp.words.english import sentence
from ffbp.words.numbers import format_number, format_percent

SMALL = Config(n_samples=80, epochs=60, hidden=(5,), learning_rate=0.3)
CONFIGS = {
    "reference": SMALL,
    "tanh, deep": replace(SMALL, hidden=(4, 3), activation="tanh", l2=0.01),
    "softmax": Config(dataset="iris", epochs=50, hidden=(4,), l1=0.001),
    "regression": Config(dataset="bumps", n_samples=60, epochs=50, learning_rate=0.02),
}


def pair(key="reference", **changes):
    config = CONFIGS[key]
    return ffbp.train(config), ffbp.train(replace(config, **(changes or {"learning_rate": config.learning_rate / 3})))


def total(run, theta):
    network = run.architecture.with_theta(theta)
    return network.loss(run.dataset.X_train, run.dataset.y_train) + network.penalty()


@pytest.mark.parametrize("key", CONFIGS)
@pytest.mark.parametrize("plane", PLANES)
def test_every_number_of_the_surface_is_the_loss_there(key, plane):
    a, b = pair(key)
    s = ffbp.loss_surface(a, b, plane=plane)
    assert s.loss.shape == (51, 51)
    for i, j in ((0, 0), (50, 0), (7, 31), (25, 25)):
        assert s.loss[i, j] == pytest.approx(total(a, s.origin + s.x[j] * s.u + s.y[i] * s.v), rel=1e-12)
    assert s.path_a.shape == (a.n_frames, 2)
    assert s.path_b.shape == (b.n_frames, 2)
    assert abs(s.u @ s.v) < 1e-12 * np.linalg.norm(s.u) * np.linalg.norm(s.v)
    assert s.chance == pytest.approx(ffbp.analysis.scores.chance_level(a))


@pytest.mark.parametrize("key", CONFIGS)
@pytest.mark.parametrize("changes", [{"learning_rate": 0.01}, {"weight_seed": 5}, {"optimizer": "adam"}], ids=str)
def test_the_corners_have_the_frames_losses(key, changes):
    a, b = pair(key, **changes)
    s = ffbp.loss_surface(a, b)
    assert [(c.run, c.frame) for c in s.corners] == [("a", 0), ("a", a.n_frames - 1), ("b", b.n_frames - 1)]
    assert s.own_loss_b
    for corner, run in zip(s.corners, (a, a, b), strict=True):
        assert abs(corner.loss - run.history.total[corner.frame]) < 1e-12 * max(1.0, corner.loss)
    for distances, frame in ((s.distance_a, 0), (s.distance_a, -1), (s.distance_b, -1)):
        assert distances[frame] < 1e-12 * np.linalg.norm(a.history.theta[-1])
    assert (s.path_a[0] == 0).all()
    assert abs(s.path_a[-1, 1]) < 1e-12 * s.path_a[-1, 0]


@pytest.mark.parametrize("plane", PLANES)
def test_a_path_is_the_nearest_point_of_the_plane_and_its_distance(plane):
    a, b = pair()
    s = ffbp.loss_surface(a, b, plane=plane)
    for run, path, distance in ((a, s.path_a, s.distance_a), (b, s.path_b, s.distance_b)):
        for frame in (0, 1, 30, -1):
            theta = run.history.theta[frame]
            near = s.origin + path[frame, 0] * s.u + path[frame, 1] * s.v
            assert np.linalg.norm(theta - near) == pytest.approx(distance[frame], abs=1e-12)
            for direction in (s.u, s.v):
                assert abs((theta - near) @ direction) < 1e-10
    assert distance.max() > 1e-3  # a path is seldom flat
    assert (s.x[0], s.y[0]) < tuple(np.concatenate([s.path_a, s.path_b]).min(axis=0))
    assert (s.x[-1], s.y[-1]) > tuple(np.concatenate([s.path_a, s.path_b]).max(axis=0))


def test_any_other_path_is_projected_alike():
    a, b = pair()
    s = ffbp.loss_surface(a, b)
    path, distance = s.project(b.history.theta)
    np.testing.assert_array_equal(path, s.path_b)
    np.testing.assert_array_equal(distance, s.distance_b)


def test_each_path_has_its_own_true_losses():
    a, b = pair()
    s = ffbp.loss_surface(a, b, plane="random")
    assert (s.loss_a == a.history.total).all()
    np.testing.assert_allclose(s.loss_b, b.history.total, rtol=1e-12)
    other = ffbp.train(replace(SMALL, noise=0.4, l2=0.1))
    s = ffbp.loss_surface(a, other)
    assert not s.own_loss_b
    assert s.loss_b[-1] == pytest.approx(total(a, other.history.theta[-1]), rel=1e-12)
    assert s.corners[2].loss == pytest.approx(s.loss_b[-1], rel=1e-12)


def test_any_three_frames():
    a, b = pair()
    s = ffbp.loss_surface(a, b, frames=(3, 20, 7))
    for corner, run in zip(s.corners, (a, a, b), strict=True):
        assert abs(corner.loss - run.history.total[corner.frame]) < 1e-12
    alone = ffbp.loss_surface(a)
    assert [(c.run, c.frame) for c in alone.corners] == [("a", 0), ("a", 30), ("a", 60)]
    assert alone.path_b.shape == (0, 2)


def test_principal_components_keep_what_they_say():
    a, b = pair()
    s = ffbp.loss_surface(a, b, plane="principal")
    frames = np.concatenate([a.history.theta, b.history.theta])
    away = frames - frames.mean(axis=0)
    variance = np.square(away).sum()
    for share, direction in zip(s.shares, (s.u, s.v), strict=True):
        assert share == pytest.approx(np.square(away @ direction).sum() / variance)
    values = np.linalg.eigvalsh(away.T @ away)[::-1]
    assert s.shares == pytest.approx(values[:2] / variance)
    assert s.distance_a[-1] < 1e-12
    assert s.corners[0].loss == pytest.approx(a.history.total[-1], rel=1e-12)
    assert ffbp.loss_surface(a, b).shares is None


def test_random_walks_show_what_is_published():
    """Antognini & Sohl-Dickstein 2018: 6/π² and 6/4π² for many steps in many dimensions."""
    many = shares_of_a_walk([np.arange(300)], 5000)
    assert many == pytest.approx((6 / np.pi**2, 6 / (4 * np.pi**2)), abs=0.001)
    few, limit = (shares_of_a_walk([frame_epochs(1000, 300)] * 2, n_params) for n_params in (199, 200))
    assert few == pytest.approx(limit, abs=0.02)  # simulated and computed
    short = shares_of_a_walk([np.arange(4)], 3)
    assert short[0] > many[0]


def test_a_random_walk_shows_the_share_of_a_walk():
    a, _ = pair()
    walk = np.random.RandomState(3).randn(*a.history.theta.shape).cumsum(axis=0)
    run = replace(a, history=replace(a.history, theta=walk))
    s = ffbp.loss_surface(run, plane="principal")
    assert s.shares == pytest.approx(s.shares_of_a_walk, abs=0.15)


def test_rows_of_random_directions_are_as_long_as_the_networks():
    a, _ = pair("tanh, deep")
    s = ffbp.loss_surface(a, plane="random", seed=4)
    for d, w in zip(a.architecture.blocks(s.u), a.architecture.blocks(a.history.theta[-1]), strict=True):
        np.testing.assert_allclose(np.linalg.norm(d, axis=1), np.linalg.norm(w, axis=1))
    assert not np.array_equal(s.loss, ffbp.loss_surface(a, plane="random", seed=5).loss)
    assert np.array_equal(s.loss, ffbp.loss_surface(a, plane="random", seed=4).loss)
    assert s.x[25] == pytest.approx(0, abs=1e-15) or s.path_a.max() > 1
    assert s.distance_a[-1] == 0


def test_the_line_has_the_losses_of_its_ends():
    a, b = pair(weight_seed=3)
    line = ffbp.loss_line(a, b)
    (start,), (end,) = np.flatnonzero(np.isclose(line.alpha, 0)), np.flatnonzero(np.isclose(line.alpha, 1))
    assert line.loss[start] == pytest.approx(a.history.total[-1], rel=1e-12)
    assert line.loss[end] == pytest.approx(b.history.total[-1], rel=1e-12)
    assert line.alpha[0] == -0.5
    assert line.barrier >= 0
    own = ffbp.loss_line(a, a, frame_a=0)
    assert own.loss[np.isclose(own.alpha, 0)][0] == pytest.approx(a.history.total[0], rel=1e-12)


def test_between_equal_points_there_is_no_barrier():
    a, _ = pair()
    assert ffbp.loss_line(a, a).barrier == pytest.approx(0, abs=1e-15)


@pytest.mark.parametrize("plane", PLANES)
def test_what_it_shows_is_said_with_its_numbers(plane):
    a, b = pair()
    s = ffbp.loss_surface(a, b, plane=plane)
    text = sentence(surface_notice(s))
    assert f"up to {format_number(max(s.distance_a.max(), s.distance_b.max()))} away from it" in text
    assert ("random walk" in text.lower()) == (plane == "principal")
    if plane == "principal":
        assert format_percent(sum(s.shares)) in text
        assert format_percent(sum(s.shares_of_a_walk)) in text
    assert "judged here by A's loss" not in text
    other = ffbp.loss_surface(a, ffbp.train(replace(SMALL, l2=0.1)), plane=plane)
    assert "judged here by A's loss" in sentence(surface_notice(other))
    assert "B" not in sentence(surface_notice(ffbp.loss_surface(a, plane=plane)))


def test_other_runs_have_room_and_their_own_paths():
    a, b = pair()
    far = ffbp.train(replace(SMALL, optimizer="adam", learning_rate=0.3))
    s = ffbp.loss_surface(a, b, others=[far])
    places, distances = s.project(far.history.theta)
    for axis, along in zip((s.x, s.y), places.T, strict=True):
        assert axis[0] <= along.min()
        assert along.max() <= axis[-1]
    on_plane = s.origin + places[:, :1] * s.u + places[:, 1:] * s.v
    np.testing.assert_allclose(np.linalg.norm(far.history.theta - on_plane, axis=1), distances)


def test_it_is_measured_in_slices():
    a, b = pair()
    steps = measure_surface(a, b)
    done = []
    while True:
        try:
            done.append(next(steps))
        except StopIteration as end:
            surface = end.value
            break
    assert done == sorted(done)
    assert done[-1] == 1
    assert surface.loss.shape == (51, 51)


@pytest.mark.parametrize(("choices", "message"), [
    ({"plane": "flat"}, "unknown plane 'flat'; choose from three_points, principal, random"),
    ({"frames": (0, 1)}, r"frames must be three frames, got \(0, 1\)"),
    ({"frames": (0, 99, -1)}, "frame must be from -61 to 60, got 99"),
    ({"frames": (0, 0, -1)}, "frames must be three points that do not lie on one line; choose other runs"),
    ({"size": 1}, "size must be from 2 to 201, got 1"),
])  # fmt: skip
def test_bad_input_is_one_clear_message(choices, message):
    a, b = pair()
    with pytest.raises(ValueError, match=message):
        ffbp.loss_surface(a, b, **choices)


def test_runs_that_do_not_fit_say_so():
    a, b = pair()
    other = ffbp.train(replace(SMALL, hidden=(4,)))
    for call in (ffbp.loss_surface, ffbp.loss_line):
        with pytest.raises(ValueError, match="run_b must have the other run's shape 2-5-1, got '2-4-1'"):
            call(a, other)
    with pytest.raises(ValueError, match="three points that do not lie on one line"):
        ffbp.loss_surface(a, a)
    with pytest.raises(ValueError, match="frame must be from -61 to 60, got 61"):
        ffbp.loss_line(a, b, frame_a=61)
    zero = ffbp.train(replace(SMALL, initializer="zeros", epochs=1, learning_rate=1e-6))
    assert ffbp.loss_surface(zero, plane="random").loss.shape == (51, 51)
