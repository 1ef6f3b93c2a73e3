"""An experiment that is trained many times has a link, and its sentence is true."""

import numpy as np
import pytest

import ffbp
from ffbp.experiment import link
from ffbp.experiment.link import View, params_of
from ffbp.experiment.ranges import spaced
from ffbp.lessons.repeated import PICTURES, REPEATED


@pytest.mark.parametrize(
    ("view", "each"), [("seeds", each) for each in REPEATED.values()] + [("sweep", each) for each in PICTURES.values()]
)
def test_its_link_opens_it(view, each):
    read = link.read(params_of(each.config, View(view=view, many=each.many)))
    assert (read.config, read.view.many, read.problems) == (each.config, each.many, [])
    assert len(each.hint.split()) <= 40


def test_more_units_solve_xor_more_often_and_two_sometimes():
    each = REPEATED["xor"]
    many, (what, value) = each.many, each.many.goal
    sweep = ffbp.sweep(
        each.config, field=many.field, values=many.values, seeds=range(many.seeds), vary=many.vary, n_jobs=1
    )
    two, three, four = sweep.rates(ffbp.Target(**{what: value}))
    assert 0 < two.successes < three.successes <= four.successes
    assert two.high < four.low
    assert sweep.at(51) == ((3,), 1)


def test_the_best_rates_are_close_to_the_trainability_boundary_which_falls_with_the_weights():
    config, many = PICTURES["boundary"].config, PICTURES["boundary"].many
    rates, scales = spaced(many.field, *many.box[:2], 12), spaced(many.up, *many.box[2:], 4)
    fields = {"field": (many.field, many.up), "values": (rates, scales), "seeds": None}
    sweep = ffbp.sweep(config, **fields, ends_only=True, n_jobs=1)
    diverged = sweep.diverged.reshape(sweep.shape[:2])
    ends = np.where(diverged, np.inf, sweep.ends("train_loss").reshape(sweep.shape[:2]))
    best, lost = np.array(rates)[ends.argmin(axis=0)], np.array(rates)[diverged.argmax(axis=0)]
    assert (best < lost).all()
    assert (lost < 10 * best).all()
    assert lost[0] > lost[-1]
