"""Hidden faults: every case can be solved, hides nothing in its number, and asks for a check that differs."""

from collections import Counter

import pytest

from ffbp import train
from ffbp.analysis.fault_checks import verdicts
from ffbp.analysis.mystery import GATE, N_OFFERED, SHARED, WORLDS, Case, case_of, gate, offered, tells_apart
from ffbp.experiment.config import Config
from ffbp.faults.registry import FAULTS

NUMBERS = range(1, 25)


@pytest.mark.parametrize("world", WORLDS)
def test_the_healthy_programs_pass_every_check(world):
    found = verdicts(train(Config(**SHARED, **world)))
    assert [key for key, verdict in found.items() if not verdict.passes] == []


@pytest.mark.parametrize("number", NUMBERS)
def test_a_case_is_the_same_for_everybody_and_can_be_solved(number):
    case = case_of(number)
    assert case == case_of(number)
    assert case.hidden in case.suspects
    pair = case.suspects if case.asks == "fault" else (case.hidden, None)
    found = [verdicts(train(case.config(key))) for key in pair]
    checks = offered(case, *found)
    right = [key for key in checks if tells_apart(key, *found)]
    assert len(checks) == N_OFFERED
    assert 1 <= len(right) <= (2 if case.asks == "fault" else 1)
    assert all(found[1][key].passes for key in checks) or case.asks == "fault"


def test_cases_ask_both_ways_hide_every_fault_and_sometimes_none():
    cases = [case_of(number) for number in range(1, 121)]
    hidden = Counter(case.hidden for case in cases)
    assert set(hidden) == {None, *FAULTS}
    assert min(hidden.values()) >= 3
    assert Counter(case.asks for case in cases) == {"fault": 80, "symptom": 40}
    assert {case.suspects.index(case.hidden) for case in cases} == {0, 1}


def test_the_question_on_the_healthy_program_knows_the_usual_mistakes():
    question = gate(train(GATE))
    delta = (question.a - question.y) / question.n
    assert question.delta == pytest.approx(delta, rel=1e-12)
    judged = [question.judge(answer) for answer in (delta, -delta, question.n * delta, -question.n * delta, 5.0)]
    assert judged == ["right", "sign", "sum", "both", "other"]
    assert isinstance(case_of(9999), Case)
