"""Practice on its two pages: items judged, mistakes named, hints and solution, and the way up, down and back in by the address."""

import pytest
from apptest import ROOT, again, named, run_page

from ffbp.lessons.item import short
from ffbp.lessons.ladder import IN_A_ROW, LADDER, Standing, draw
from ffbp.words.of_a_slip import SLIPS

PAGES = {"forward_pass": 1, "backpropagation": 3}
PLACE = ("rung", "item", "right", "tried", "streak")
RUN = {"hidden": "2", "epochs": "3", "samples": "40"}


def page(name, **params):
    app = run_page(ROOT / "pages" / f"{name}.py", **RUN, **params)
    assert not app.exception
    return app


def begun(name="forward_pass", **params):
    """A page whose card is open."""
    app = page(name, **params)
    app.session_state[f"practice:{'forward pass' if name == 'forward_pass' else name}"] = True
    return again(app)


def typed(app, value):
    named(app.text_input, "practice:typed").set_value(str(value))
    return again(app)


def pressed(app, name):
    app.button(key=f"practice:{name}").click()
    return again(app)


def place(app):
    found = [app.query_params.get(name, "0") for name in PLACE]
    return tuple(int(each[0] if isinstance(each, list) else each) for each in found)


def said(elements):
    return [element.value for element in elements]


@pytest.mark.parametrize(("name", "rung"), PAGES.items())
def test_a_folded_card_costs_no_item_and_leaves_the_address_alone(name, rung):
    app = page(name)
    assert not [each for each in app.text_input if each.key.startswith("practice:")]
    assert not set(PLACE) & set(app.query_params)
    app = begun(name)
    assert named(app.selectbox, "practice:rung").value == rung
    assert place(pressed(app, "next")) == (rung, 2, 0, 0, 0)


def test_three_right_answers_lead_one_rung_up_and_a_named_mistake_down():
    app = begun()
    for number in range(1, IN_A_ROW + 1):
        item = draw("sum", number).item
        assert f"Round to {item.decimals} decimals" in " ".join(m.value for m in app.markdown)
        app = typed(app, item.answer.replace(".", ","))
        assert said(app.success)[-1].startswith(f"Right: {item.answer}.")
        app = pressed(app, "next")
    assert place(app) == (2, 4, 3, 3, 0)
    key, slip = next(iter(draw("activation", 4).item.slips.items()))
    app = typed(app, short(slip, 6))
    assert SLIPS[key] in said(app.warning)[-1]
    assert any("3 of 4 right at the first try, 0 in a row" in c.value for c in app.caption)
    app = typed(app, draw("activation", 4).item.answer)  # the first answer counts
    assert said(app.success)
    assert place(pressed(app, "next")) == (1, 5, 3, 4, 0)


def test_an_address_opens_the_same_item_at_the_same_score():
    app = page("backpropagation", rung="5", item="77", right="4", tried="6", streak="2")
    item = Standing(5, 77).drawn.item
    assert place(app) == (5, 77, 4, 6, 2)
    app = typed(app, item.answer)
    assert "one rung up" in said(app.success)[-1]
    assert place(pressed(app, "next")) == (6, 78, 5, 7, 0)


def test_hints_come_before_the_solution_which_ends_the_item_as_not_right():
    app = begun(rung="3", item="2", streak="2")
    shown = len(app.markdown)
    labels = []
    for more in (1, 2):
        labels.append(app.button(key="practice:help").label)
        app = pressed(app, "help")
        assert len(app.markdown) == shown + more
    labels.append(app.button(key="practice:help").label)
    assert labels == ["Hint", "Another hint", "Solution"]
    app = pressed(app, "help")
    assert app.button(key="practice:help").label == "Hide the solution"
    answer = Standing(3, 2).drawn.item.answer
    assert answer in " ".join(m.value for m in app.markdown)
    app = pressed(app, "help")
    assert len(app.markdown) == shown
    app = typed(app, answer)
    assert place(pressed(app, "next")) == (3, 3, 0, 1, 0)


@pytest.mark.parametrize("rung", range(1, len(LADDER) + 1))
def test_every_rung_can_be_chosen_and_answered(rung):
    app = begun()
    named(app.selectbox, "practice:rung").set_value(rung)
    app = again(app)
    assert named(app.selectbox, "practice:rung").value == rung
    app = typed(app, draw(tuple(LADDER)[rung - 1], 1).item.answer)
    assert said(app.success)


def test_text_that_is_no_number_is_refused_and_does_not_count():
    app = typed(begun(), "three")
    assert app.error[0].value.startswith("Type a finite number")
    assert place(pressed(app, "next")) == (1, 2, 0, 0, 0)
