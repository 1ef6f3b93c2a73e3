"""Maps are the network's own outputs, at every frame."""

import numpy as np
import pytest

import ffbp
from ffbp.analysis.maps import activations, outputs
from ffbp.analysis.plane import PRINCIPAL, cell_centres, plane_inputs, plane_of
from ffbp.analysis.scores import confusion


def test_outputs_at_every_frame_are_those_of_the_rebuilt_network():
    run = ffbp.train(ffbp.Config(dataset="iris", hidden=(5,), activation="tanh", epochs=30))
    X = run.dataset.X_test
    maps = outputs(run, X)
    for frame in range(run.n_frames):
        np.testing.assert_allclose(maps[frame].T, run.network(frame).predict_proba(X), rtol=0, atol=1e-14)


def test_activations_come_layer_by_layer():
    run = ffbp.train(ffbp.Config(hidden=(3, 4), epochs=5))
    trace = run.network(2).forward(run.dataset.X_train)
    for part, layers in activations(run, run.dataset.X_train, slice(2, 3)):
        assert part == slice(0, 1)
        for A, expected in zip(layers, trace.A[1:], strict=True):
            np.testing.assert_allclose(A[0], expected, atol=1e-14)


def test_the_grid_runs_row_by_row_from_the_lowest_y():
    run = ffbp.train(ffbp.Config(epochs=1))
    plane = plane_of(run.dataset)
    grid = plane.grid(4)
    assert grid.shape == (16, 2)
    assert (np.diff(grid[:4, 0]) > 0).all()
    assert (np.diff(grid[::4, 1]) > 0).all()
    np.testing.assert_allclose(cell_centres((0.0, 1.0), 2), [0.25, 0.75])


def test_the_plane_holds_every_sample_and_is_in_the_datas_units():
    dataset = ffbp.train(ffbp.Config(dataset="diabetes", epochs=1)).dataset
    plane = plane_of(dataset)
    raw = np.vstack([dataset.raw_train, dataset.raw_test])[:, dataset.columns]
    for limits, values in zip((plane.x_range, plane.y_range), raw.T, strict=True):
        assert limits[0] < values.min()
        assert values.max() < limits[1]
    assert not plane.is_slice


def test_a_slice_keeps_the_other_columns_at_their_training_mean():
    dataset = ffbp.train(ffbp.Config(dataset="wine", columns=(), epochs=1)).dataset
    plane = plane_of(dataset, (3, 7))
    assert plane.is_slice
    X = plane_inputs(dataset, plane, np.array([[20.0, 0.4]]))
    chosen = dataset.decode(X)[0]
    expected = dataset.raw_train.mean(axis=0)
    expected[[3, 7]] = 20.0, 0.4
    np.testing.assert_allclose(chosen, expected)


@pytest.mark.parametrize("dataset", ["moons", "iris"])
def test_confusion_counts_every_sample_once_and_its_diagonal_is_the_accuracy(dataset):
    run = ffbp.train(ffbp.Config(dataset=dataset, epochs=20))
    predicted = run.network().decide(outputs(run, run.dataset.X_test))
    counts = confusion(predicted, run.dataset.y_test, run.dataset.n_classes)
    assert (counts.sum(axis=(1, 2)) == len(run.dataset.y_test)).all()
    diagonal = np.trace(counts, axis1=1, axis2=2) / len(run.dataset.y_test)
    np.testing.assert_allclose(diagonal, run.history.test_accuracy)


def test_one_input_makes_a_line():
    plane = plane_of(ffbp.train(ffbp.Config(dataset="noisy_sine", epochs=1)).dataset)
    assert plane.is_line
    assert plane.grid(7).shape == (7, 1)


def test_principal_components_are_those_of_scikit_learn():
    from sklearn.decomposition import PCA

    dataset = ffbp.train(ffbp.Config(dataset="wine", columns=(), epochs=1)).dataset
    plane = plane_of(dataset, PRINCIPAL)
    pca = PCA(2).fit(dataset.X_train)
    places = plane.coordinates(dataset.raw_test)
    np.testing.assert_allclose(np.abs(places), np.abs(pca.transform(dataset.X_test)), atol=1e-9)
    assert plane.variance == pytest.approx(pca.explained_variance_ratio_.sum())
    assert all(f"{100 * share:.1f} %" in n for n, share in zip(plane.names, pca.explained_variance_ratio_, strict=True))
    np.testing.assert_allclose(plane.coordinates(plane.points(places)), places, atol=1e-9)
    back = pca.inverse_transform(pca.transform(dataset.X_test)[:, :2])
    np.testing.assert_allclose(plane_inputs(dataset, plane, places), back, atol=1e-9)


def test_principal_components_of_few_samples_and_constant_columns_are_finite():
    points = ((0.0, 1.0, 0.0), (1.0, 1.0, 1.0))
    dataset = ffbp.train(ffbp.Config(dataset="xor", points=points, test_size=0.0, epochs=1)).dataset
    plane = plane_of(dataset, PRINCIPAL)
    assert np.isfinite(plane_inputs(dataset, plane, plane.grid(3))).all()


def test_a_slice_along_columns_keeps_their_values_to_the_last_digit():
    dataset = ffbp.train(ffbp.Config(dataset="diabetes", columns=(), epochs=1)).dataset
    plane = plane_of(dataset, (2, 8))
    assert (plane.coordinates(dataset.raw_train) == dataset.raw_train[:, [2, 8]]).all()


def test_maps_in_single_precision_differ_from_the_outputs_by_rounding_only():
    run = ffbp.train(ffbp.Config(dataset="spiral", hidden=(8, 8), activation="tanh", epochs=20))
    X = run.dataset.X_test
    np.testing.assert_allclose(outputs(run, X, dtype=np.float32), outputs(run, X), atol=1e-5)
