"""A class link in the address: what is read comes back, half a link warns once for each parameter, and locks nothing by mistake."""

import random
import string

import pytest

from ffbp.experiment import link
from ffbp.experiment.class_link import FIXED, FREE, HIDDEN, LISTS, PARAMETERS, SCORES, ClassLink
from ffbp.experiment.fields import FIELDS, KEYS
from ffbp.experiment.link import PANELS, View
from ffbp.lessons.quantities import QUANTITIES

FULL = {
    "pages": "playground-compare", "cover": "boundary-scores", "free": "hidden-lr", "fixed": "all-dataset", "hide": "noise",
    "ask": "z.1.2~start.W.1.2.1~end_loss", "given": "r0.25~w1/3", "say": "Which rate <b>wins</b>?", "comma": "1",
}  # fmt: skip


def test_a_class_link_comes_back_from_the_address_that_it_writes():
    task, problems = ClassLink.from_params(FULL)
    assert not problems
    assert task.to_params() == FULL
    view, problems = View.from_params(FULL)
    assert not problems
    assert view.class_link == task
    assert view.to_params() == FULL
    assert link.read(FULL | {"lr": "0.3"}).config.to_params() == {"lr": "0.3"}


def test_nothing_is_written_where_nothing_is_set():
    assert ClassLink().to_params() == View().to_params() == {}
    assert not ClassLink().exists


def test_no_parameter_is_one_of_the_experiment_or_the_view():
    assert not {*PARAMETERS} & {*KEYS, *link.VIEW, *link.WORDS, *link.LESSON, link.INPUTS}
    assert LISTS["cover"] == (*PANELS, SCORES)


@pytest.mark.parametrize("key", PARAMETERS)
def test_each_bad_parameter_gets_one_message_and_the_rest_works(key):
    task, problems = ClassLink.from_params(FULL | {key: "zz-yy~<script>\n-"})
    assert [problem.field for problem in problems] == [key]
    assert len(str(problems[0])) < 800
    others = ClassLink.from_params({name: text for name, text in FULL.items() if name != key})[0]
    assert {name: text for name, text in task.to_params().items() if name != key} == others.to_params()


def test_an_unknown_name_is_named_once_with_the_others_taken():
    task, problems = ClassLink.from_params({"pages": "compare-nowhere-forward_pa"})
    assert task.pages == ("compare",)
    assert str(problems[0]).startswith("unknown pages 'nowhere-forward_pa'; choose from playground, forward_pass")


def test_half_a_link_does_not_lock_everything():
    task, problems = ClassLink.from_params({"free": "learn"})
    assert len(problems) == 1
    assert not task.locks
    assert ClassLink.from_params({"free": "none"}) == (ClassLink(free=()), [])


def test_a_control_that_is_named_twice_is_the_stricter():
    task, problems = ClassLink.from_params({"free": "lr-epochs-seed", "fixed": "lr", "hide": "epochs"})
    assert [task.state(name) for name in ("learning_rate", "epochs", "seed", "l1")] == [FIXED, HIDDEN, FREE, HIDDEN]
    assert [str(problem) for problem in problems] == [
        "a control must be in only one of free, fixed and hide, got 'lr-epochs'; the stricter one is used"
    ]


@pytest.mark.parametrize("name", FIELDS)
def test_every_control_can_be_free_fixed_and_hidden(name):
    key = FIELDS[name].key
    states = {
        FREE: ({}, {"free": key}, {"free": key, "fixed": "all"}),
        FIXED: ({"fixed": key}, {"fixed": "all"}, {"free": "none", "fixed": "all"}),
        HIDDEN: ({"hide": key}, {"free": "none"}),
    }
    for state, links in states.items():
        for params in links:
            task, problems = ClassLink.from_params(params)
            assert not problems
            assert task.state(name) == state
            assert (task.locked(name) == []) == (state == FREE)


def test_what_is_covered_stays_so_until_everything_is_answered():
    task = ClassLink(cover=("boundary",), ask=("z.1.1", "end_loss"))
    assert task.waits
    half = task.answered(1, "r", "0.25")
    assert half.to_params()["given"] == "~r0.25"
    assert half.covered == ("boundary",)
    assert half.answered(0, "w", "−1,5 €").given == ("w-1,5", "r0.25")
    done = half.answered(0, "s")
    assert not done.waits
    assert done.covered == ()
    assert ClassLink.from_params(done.to_params())[0] == done
    assert ClassLink(cover=("boundary",)).covered == ("boundary",), "nothing to answer"
    own = ClassLink(cover=("boundary",), say="Why?")
    assert own.waits
    assert own.answered(0, "t").covered == ()


def test_the_longest_names_of_quantities_can_be_asked_for():
    for name, each in QUANTITIES.items():
        asked = f"start.{name}" + ".12" * sum(each.shape)
        assert ClassLink.from_params({"ask": asked}) == (ClassLink(ask=(asked,)), [])


def test_any_text_is_read_without_an_error():
    rng = random.Random(3)
    for _ in range(500):
        params = {key: "".join(rng.choices("-~.rs0" + string.printable, k=rng.randint(0, 30))) for key in PARAMETERS}
        task, problems = ClassLink.from_params(params)
        assert len(problems) <= len(PARAMETERS) + 1
        assert ClassLink.from_params(task.to_params())[0] == task
