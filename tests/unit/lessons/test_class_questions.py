"""The numbers of a class link: every quantity can be asked for, is judged as in lessons, and its slips are named."""

import math
from functools import cache

import pytest

import ffbp
from ffbp.experiment.config import Config
from ffbp.experiment.experiment import Experiment
from ffbp.experiment.link import View
from ffbp.lessons.class_questions import OF_A_FRAME, OF_A_SAMPLE, dotted, judged, name_of, question, text_of, told_by
from ffbp.lessons.expressions import Case
from ffbp.lessons.quantities import QUANTITIES, lacking


@pytest.fixture(scope="module")
def case():
    config = Config(n_samples=40, hidden=(3,), epochs=3)
    run = ffbp.train(config)
    return Case(config, View(frame=0), lambda _: run)


@pytest.mark.parametrize("name", QUANTITIES)
def test_every_quantity_is_written_with_dots_and_read_back(name):
    asked = name + ".1" * sum(QUANTITIES[name].shape)
    found = question(asked)
    assert (found.name, found.where) == (name, "a")
    assert dotted(text_of(found)) == asked
    assert bool(name_of(found)) == bool(QUANTITIES[name].shape)


def test_the_places_are_those_of_quantities():
    assert {*OF_A_SAMPLE, *OF_A_FRAME} <= set(QUANTITIES)
    assert text_of(question("start.W.1.2.1")) == "start.W[1][2,1]"


@pytest.mark.parametrize("bad", ["zz", "z", "z.1", "z.0.1", "2 * loss", "b.loss", "1.loss", "3", "z[1][2", "z.1.2.3"])
def test_what_cannot_be_asked_for_is_refused_with_a_remedy(bad):
    with pytest.raises(ValueError, match=r"choose from|must|write one"):
        dotted(bad)


def test_a_right_number_a_slip_and_no_number(case):
    found = question("z.1.2")
    value = case.value(found)
    bias = case.value(question("b.1.2")) or 0.0
    assert judged(found, "z.1.2", case, f"{value:.5f}".replace(".", ",")).right
    verdict = judged(found, "z.1.2", case, f"{case.value(question('a.1.2')):.6f}")
    assert verdict.right or verdict.slip == "activated"
    assert judged(found, "z.1.2", case, "a half") is None
    assert bias == 0.0


def test_the_numbers_that_would_tell_the_answer(case):
    (z,) = told_by(question("z.1.2"), case)
    assert z == case.value(question("z.1.2"))
    percent, share = told_by(question("end_train_accuracy"), case)
    assert percent == pytest.approx(100 * share)
    assert told_by(question("n_params"), case) == []
    assert told_by(question("z.7.1"), case) == [], "this network has no layer 7"


EXPERIMENTS = {
    "two classes": Config(n_samples=40, hidden=(3,), epochs=3),
    "no test set": Config(n_samples=40, hidden=(3,), epochs=3, test_size=0.0),
    "measured": Config(dataset="iris", hidden=(3,), epochs=3),
    "sigmoids of three classes": Config(dataset="iris", hidden=(3,), epochs=3, loss="mse", output_activation="sigmoid"),
    "a number": Config(dataset="bumps", n_samples=40, hidden=(3,), epochs=3),
}
train = cache(ffbp.train)


@pytest.mark.parametrize("experiment", EXPERIMENTS)
@pytest.mark.parametrize("name", QUANTITIES)
def test_what_an_experiment_lacks_is_what_its_run_has_no_number_for(name, experiment):
    config = EXPERIMENTS[experiment]
    value = Case(config, View(), train).value(question(name + ".1" * sum(QUANTITIES[name].shape)))
    assert bool(lacking(QUANTITIES[name], Experiment(config))) == math.isnan(value)


def test_how_sure_a_network_is_of_a_number_cannot_be_asked():
    experiment = Experiment(EXPERIMENTS["a number"])
    assert lacking(QUANTITIES["sure"], experiment) == "its outputs are not probabilities"
    assert lacking(QUANTITIES["test_accuracy"], experiment) == "its target is a number, not a class"


def test_a_quantity_is_found_under_its_former_name():
    assert question("chance") == question("guessing")
    assert dotted("end.chance") == "end.guessing"
