"""The front door's experiment shows what its captions say, from each caption's frame to the next one's."""

import re
from functools import cache

import numpy as np
import pytest

import ffbp
from ffbp.experiment.link import params_of
from ffbp.lessons.front import CAPTIONS, OPENED, SENTENCE, is_at


@cache
def run():
    return ffbp.train(OPENED.config)


def bend(frame):
    """How far the boundary departs from the best straight line, in units of the plane, root mean square."""
    x, y = np.linspace(-0.7, 1.7, 49), np.linspace(-3, 4, 701)
    places = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    below = run().network(frame).predict(run().dataset.encode(places)).reshape(len(y), len(x)) == 1
    height = below.mean(axis=0) * (y[-1] - y[0]) + y[0]
    return np.std(height - np.polyval(np.polyfit(x, height, 1), x))


def shown(caption):
    """The frames at which a caption is shown."""
    after = [other.frame for other in CAPTIONS if other.frame > caption.frame]
    return range(caption.frame, min(after, default=run().n_frames))


def test_the_captions_cover_the_timeline_in_order():
    frames = [caption.frame for caption in CAPTIONS]
    assert frames[0] == OPENED.view.frame == 0
    assert frames == sorted(set(frames))
    assert frames[-1] < run().n_frames
    assert all(len(caption.text.split()) <= 20 for caption in CAPTIONS)


def test_the_experiment_is_the_one_of_the_sentence_and_hidden_units_matter_in_it():
    assert (OPENED.config.dataset, OPENED.config.hidden) == ("moons", (10,))
    assert "ten hidden units" in SENTENCE
    assert "half-moons" in SENTENCE
    without = ffbp.train(ffbp.Config(learning_rate=1.0, hidden=()))
    assert run().history.train_accuracy[-1] > without.history.train_accuracy[-1] + 0.1


def test_the_first_caption_gives_the_accuracy_of_the_random_weights():
    share = int(re.search(r"(\d+) %", CAPTIONS[0].text)[1])
    assert round(100 * run().history.train_accuracy[0]) == share


def test_the_second_caption_is_shown_while_the_line_is_straight_and_most_points_are_right():
    frames = shown(CAPTIONS[1])
    assert min(run().history.train_accuracy[frames]) > 0.75
    assert bend(frames[0]) < 0.05


def test_the_third_caption_is_shown_when_the_line_bends_and_while_it_bends_further():
    frames = shown(CAPTIONS[2])
    assert 2 * bend(CAPTIONS[1].frame) < bend(frames[0]) < bend(frames[-1]) / 2


def test_the_last_caption_is_shown_while_nearly_all_points_are_right_and_little_changes():
    h, frames = run().history, shown(CAPTIONS[-1])
    share = int(re.search(r"over (\d+) %", CAPTIONS[-1].text)[1])
    assert min(h.train_accuracy[frames]) > share / 100
    assert np.ptp(h.train_loss[frames]) < 0.01


@pytest.mark.parametrize("config", [ffbp.Config(), OPENED.config, ffbp.Config(dataset="iris")])
def test_no_experiments_own_address_is_empty(config):
    params = params_of(config)
    assert params
    assert ffbp.Config.from_params(params) == (config, [])


def test_only_its_own_experiment_at_its_first_frame_is_the_front_door():
    assert is_at(OPENED.config, OPENED.view)
    assert not is_at(OPENED.config, OPENED.view.at(None))
    assert not is_at(ffbp.Config(), OPENED.view)
