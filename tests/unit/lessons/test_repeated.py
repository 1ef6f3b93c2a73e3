"""An experiment that is trained many times has a link, and its sentence is true."""

import pytest

import ffbp
from ffbp.experiment import link
from ffbp.experiment.link import View, params_of
from ffbp.lessons.repeated import REPEATED


@pytest.mark.parametrize("key", REPEATED)
def test_its_link_opens_it(key):
    each = REPEATED[key]
    read = link.read(params_of(each.config, View(view="seeds", many=each.many)))
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
