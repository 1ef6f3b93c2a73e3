"""Thumbnails show what the panels show."""

import numpy as np
import pytest

import ffbp
from ffbp.analysis.plane import plane_inputs, plane_of
from ffbp.data.generators import DATASETS
from ffbp.figures import palette
from ffbp.figures.thumbnail import SIDE, thumbnail


@pytest.mark.parametrize("dataset", DATASETS)
def test_every_dataset_has_a_picture_that_is_not_empty(dataset):
    run = ffbp.train(ffbp.Config(dataset=dataset, epochs=3))
    picture = thumbnail(run, plane_of(run.dataset))
    assert picture.shape == (SIDE, SIDE, 3)
    assert picture.dtype == np.uint8
    assert len(np.unique(picture.reshape(-1, 3), axis=0)) > 1


def test_a_cell_has_the_colour_of_the_output_there():
    run = ffbp.train(ffbp.Config(learning_rate=1.0, epochs=200))
    plane = plane_of(run.dataset)
    outputs = run.network(-1).predict_proba(plane_inputs(run.dataset, plane, plane.grid(SIDE)))[:, 0]
    cells = thumbnail(run, plane)[::-1].reshape(-1, 3).astype(int)
    for index in (int(outputs.argmin()), int(outputs.argmax())):
        end = palette.channels(palette.CLASSES[int(outputs[index] > 0.5)])
        share = abs(2 * outputs[index] - 1)
        assert abs(cells[index] - (255 * (1 - share) + end * share)).max() <= 1


def test_a_diverged_run_has_a_picture():
    run = ffbp.train(ffbp.Config(dataset="noisy_sine", learning_rate=1000.0, epochs=20))
    assert run.diverged_at is not None
    assert thumbnail(run, plane_of(run.dataset)).shape == (SIDE, SIDE, 3)
