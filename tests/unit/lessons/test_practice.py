"""Practice: every answer recomputed from what the item shows; mistakes never close to it; the way up and down the ladder."""

from dataclasses import replace

import numpy as np
import pytest
from items_by_hand import by_hand, place

from ffbp.experiment.link import VIEW
from ffbp.figures import notation
from ffbp.lessons.item import Item, short
from ffbp.lessons.ladder import IN_A_ROW, LADDER, MAX_ITEM, Standing, draw
from ffbp.training.recording import train
from ffbp.words.of_a_slip import SLIPS
from ffbp.words.of_an_item import RUNGS

NUMBERS = range(1, 13)


def test_every_rung_has_a_name_and_every_mistake_a_sentence():
    assert list(LADDER) == list(RUNGS)
    found = {key for rung in LADDER for number in NUMBERS for key in draw(rung, number).item.slips}
    assert found <= set(SLIPS)
    assert all(text.endswith(".") for text in SLIPS.values())


@pytest.mark.parametrize("rung", LADDER)
def test_an_answer_is_what_the_shown_numbers_give_by_hand(rung):
    for number in NUMBERS:
        drawn = draw(rung, number)
        assert drawn.item.judge(by_hand(rung, drawn)) == (True, None), (number, drawn.item)


@pytest.mark.parametrize("rung", LADDER)
def test_no_mistake_is_near_the_answer_or_another_mistake(rung):
    for number in NUMBERS:
        item = draw(rung, number).item
        values = list(item.slips.items())
        assert len(values) >= 2
        for i, (key, slip) in enumerate(values):
            assert abs(slip - item.value) > item.tolerance() + item.tolerance(slip)
            assert all(abs(slip - other) > item.tolerance(slip) + item.tolerance(other) for _, other in values[:i])
            assert item.judge(slip) == (False, key)


@pytest.mark.parametrize("rung", LADDER)
def test_the_shown_answer_is_right_and_ends_the_solution(rung):
    for number in NUMBERS:
        item = draw(rung, number).item
        assert item.judge(float(item.answer))[0]
        assert abs(float(item.steps[-1].removeprefix("= ")) - item.value) <= item.tolerance()
        assert all(text.endswith((".", "?")) or "=" in text or "eta" in text for text in item.hints)


@pytest.mark.parametrize("rung", LADDER)
def test_the_same_number_is_the_same_item(rung):
    one, again, other = draw(rung, 5), draw(rung, 5), draw(rung, 6)
    assert one == again
    assert one.item != other.item
    assert draw(rung, MAX_ITEM).item.is_clear


def test_a_neuron_without_error_is_drawn_anew():
    """The draws of one of these numbers begin with a neuron whose output is its target, so that no gradient is left."""
    for number in range(1, 400):
        assert draw("clipped", number).item.is_clear


def test_an_item_that_is_near_a_mistake_is_not_clear():
    item = draw("sum", 1).item
    assert item.is_clear
    near = replace(item, slips={"no_bias": item.value * 1.001 + 1e-4})
    assert not near.is_clear
    assert near.judge(item.value) == (True, None)
    assert not replace(item, slips={"no_bias": 1.0, "double": 1.001}).is_clear


def test_the_update_items_move_the_weight_as_one_step_of_the_training_does():
    for number in NUMBERS:
        drawn = draw("new_weight", number)
        config = drawn.small.config()
        if config is None:
            continue
        run = train(replace(config, batch_size=1, shuffle=False, epochs=1))
        l, unit, source = place(drawn.item)
        training = run.resume(0)
        training.gradient()
        training.update()
        weight = training.network.layers[l - 1].W[unit - 1, source - 1]
        assert weight == pytest.approx(drawn.item.value, rel=1e-12)


def test_the_experiment_of_an_item_begins_with_its_numbers():
    for rung in ("sum", "hidden_delta"):
        drawn = next(d for d in (draw(rung, n) for n in NUMBERS) if d.small.config())
        run = train(replace(drawn.small.config(), epochs=1))
        network, p = run.network(0), drawn.small.forward_and_backward()
        trace = network.forward(run.dataset.X_train[:1])
        assert np.array_equal(trace.Z[1], p.trace.Z[1])
        assert np.array_equal(run.dataset.y_train[:1], [drawn.small.y])


# The ladder


def test_three_right_in_a_row_lead_up_and_a_named_mistake_down():
    standing = Standing()
    for _ in range(IN_A_ROW):
        standing = standing.answered(right=True)
    assert (standing.rung, standing.item, standing.right, standing.tried, standing.streak) == (2, 4, 3, 3, 0)
    standing = standing.answered(right=True).answered(right=False, slip="sign")
    assert (standing.rung, standing.right, standing.tried, standing.streak) == (1, 4, 5, 0)
    same = standing.answered(right=True).answered(right=False)
    assert (same.rung, same.streak) == (1, 0)


def test_the_ladder_has_ends():
    assert Standing(rung=1).answered(right=False, slip="sign").rung == 1
    last = Standing(rung=len(LADDER), streak=IN_A_ROW - 1).answered(right=True)
    assert last.rung == len(LADDER)
    assert Standing(item=MAX_ITEM).skipped().item == 1


def test_formulas_are_written_for_pages_and_for_paper():
    text = "dW[1][2,1] = delta[1][2] · x[1]"
    assert notation.as_html(text) == (
        "<i>dW</i><sup>[1]</sup><sub>2,1</sub> = <i>δ</i><sup>[1]</sup><sub>2</sub> · <i>x</i><sub>1</sub>"
    )
    assert r"\delta^{[1]}_{2}" in notation.as_latex(text)
    assert notation.as_latex("√(a + (b))") == r"\sqrt{a + (b)}"
    assert notation.sentence_html("a step <b> of x[1]") == "a step &lt;b&gt; of <i>x</i><sub>1</sub>"
    assert notation.sentence_markdown("a *step* of x[1].") == r"a \*step\* of $x_{1}$\."


def test_numbers_are_short():
    assert [short(v) for v in (0.5, -0.0, 1.2000000000000002, 2.0, -1.23456)] == ["0.5", "0", "1.2", "2", "-1.2346"]
    assert Item("a", "", (), 0.2, {}, (), ()).decimals == 3


def test_the_address_bounds_what_the_ladder_has():
    assert VIEW["rung"] == (1, len(LADDER))
    assert VIEW["item"] == (1, MAX_ITEM)
    assert VIEW["streak"] == (0, IN_A_ROW - 1)
