"""Worksheets of lessons: each key recomputed in plain NumPy, each question a blank whose answer is the judge's."""

import re
from functools import cache

import pytest
from pass_by_hand import all_numbers

import ffbp
from ffbp.export.worksheet import worksheet
from ffbp.figures.notation import told_html
from ffbp.lessons.course import lesson, texts
from ffbp.lessons.judge import case_of, judge
from ffbp.lessons.sheet import KINDS, TooLarge, check
from ffbp.lessons.sheet_of_step import ON_PAPER, fitting, sheet_of_step

trained = cache(ffbp.train)
STEPS = [(key, number) for key in texts() for number in fitting(key)]


def test_many_steps_fit_on_paper_and_those_that_do_not_are_too_large():
    assert len(STEPS) >= 35
    assert {key for key, _ in STEPS} >= {"neuron", "forward", "loss", "slope", "chain"}
    for key in texts():
        for number, step in enumerate(lesson(key).steps, start=1):
            if number not in fitting(key):
                with pytest.raises(TooLarge):
                    check(trained(step.run.found.config).network(0))


@pytest.mark.parametrize(("key", "number"), STEPS)
def test_every_number_on_a_steps_sheet_is_what_plain_numpy_gives(key, number):
    sheet, step = sheet_of_step(key, number, trained, KINDS), lesson(key).steps[number - 1]
    p, network = sheet.p, sheet.p.network
    keys = [layer.activation.key for layer in network.layers]
    about = network.sizes, keys, network.loss_function.key, network.theta, p.trace.A[0][:, 0], p.Y[:, 0], sheet.rate
    expected = all_numbers(*about, network.l1, network.l2)
    question = sheet.question
    rows = [*sheet.rows, *([question.row] if question and question.row else [])]
    assert {row.name: row.item.value for row in rows} == pytest.approx({row.name: expected[row.name] for row in rows})
    assert sheet.blanks == list(sheet.rows), "no number stands on the sheet that could answer the question"
    assert bool(question) == (step.kind in ON_PAPER)


@pytest.mark.parametrize(("key", "number"), [each for each in STEPS if fitting(each[0])[each[1]].kind in ON_PAPER])
def test_the_answer_is_right_for_the_judge(key, number):
    step, question = fitting(key)[number], sheet_of_step(key, number, trained).question
    case, given = case_of(step, trained), {"true": "t", "false": "f"}.get(question.answer, question.answer)
    if step.kind == "find":
        given = "-".join(reversed(re.findall(r"\d+", question.answer)))  # sample 3; unit 1 of layer 2
    assert judge(step, case, given).right
    if question.row:
        assert judge(step, case, repr(question.row.item.value)).right
        assert sheet_of_step(key, number, trained, KINDS).rows[-1:] != (question.row,), "it is asked once"


def test_most_questions_with_a_number_are_a_blank_of_the_pass():
    asked = [sheet_of_step(*each, trained).question for each in STEPS]
    assert sum(1 for each in asked if each and each.row) >= 11


def test_typed_inputs_have_no_target_and_nothing_backward():
    sheet = sheet_of_step("forward", 5, trained, KINDS)
    assert {row.part for row in sheet.rows} == {"Forward"}
    text = worksheet([sheet])
    assert "<i>y</i> =" not in text
    assert "<i>η</i> =" not in text


def test_a_sheet_has_text_question_and_a_line_and_its_key_the_answer():
    sheet = sheet_of_step("chain", 6, trained)
    text = worksheet([sheet], name=lesson("chain").title)
    page, key = text.split('<section class="key">')
    assert "What is delta of hidden unit 2?" in page
    assert "What is delta of hidden unit 2?" in key
    assert f"Step {sheet.step} of the lesson" in page
    assert page.count('class="blank"') == 1
    assert "<ol><li>" in key


def test_a_claim_is_ticked():
    key, number = next(each for each in STEPS if fitting(each[0])[each[1]].kind == "vote")
    page, answers = worksheet([sheet_of_step(key, number, trained)]).split('<section class="key">')
    assert "☐ true" in page
    assert "<b>true</b>" in answers or "<b>false</b>" in answers


@pytest.mark.parametrize("key", texts())
def test_every_text_of_a_lesson_can_be_printed(key):
    for step in lesson(key).steps:
        for text in (step.text, getattr(step.task, "question", ""), getattr(step.task, "explain", "")):
            assert not {"$", "\\", "`"} & {*told_html(text)}, text


def test_a_text_is_escaped_and_its_formulas_are_drawn():
    assert told_html(r"<b> & **bold** `x`") == "&lt;b&gt; &amp; <b>bold</b> <code>x</code>"
    assert told_html(r"$w_{new} = w - \eta \cdot x_1^2$") == (
        '<span class="formula"><i>w</i><sub><i>new</i></sub> = <i>w</i> - <i>η</i> · <i>x</i><sub>1</sub><sup>2</sup></span>'
    )
