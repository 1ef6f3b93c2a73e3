"""Every lesson is played to its end, right and wrong; every number is computed a second time; every link is followed."""

import math
import re
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from by_hand import ByHand
from sklearn.datasets import make_moons

import ffbp
from ffbp.experiment import link
from ffbp.experiment.fields import FIELDS, KEYS, Ladder
from ffbp.lessons import judge as judging
from ffbp.lessons.course import CLAIMS, course, lesson, texts
from ffbp.lessons.expressions import Case, condition, expression, expressions_in, extreme
from ffbp.lessons.judge import case_of, judge, reached
from ffbp.lessons.lesson import MAX_STEP, MAX_TEXT, PAGES, n_words
from ffbp.words.of_a_slip import SLIPS

STEPS = [(key, i) for key in texts() for i in range(len(lesson(key).steps))]
ids = {"ids": lambda value: str(value)}


@cache
def train(config):
    return ffbp.train(config)


def step_of(key, i):
    return lesson(key).steps[i]


# Every number, computed a second time


def by_hand(place):
    run, view = place.run, place.view
    data, row = run.dataset, 0
    if view.inputs is not None:
        x, y = (np.array(view.inputs) - data.mean) / data.std, 0
    else:
        rows = [int(row) for row in data.rows_train]
        row = rows.index(view.sample) if view.sample in rows else 0
        x, y = data.X_train[row], data.y_train[row]
    return ByHand(run.resolved.sizes, run.resolved.activations, run.history.theta[place.frame], x, y)


def mean_by_hand(place, l, u, s):
    data, run = place.run.dataset, place.run
    theta, resolved = run.history.theta[place.frame], run.resolved
    passes = [
        ByHand(resolved.sizes, resolved.activations, theta, x, y)
        for x, y in zip(data.X_train, data.y_train, strict=True)
    ]
    return sum(each.dW(l, u, s) for each in passes) / len(passes)


def next_by_hand(place, l, u, s):
    config = place.run.config
    g, w = mean_by_hand(place, l, u, s), by_hand(place).W[l - 1][u - 1][s - 1]
    assert (config.batch_size, config.l1, config.l2) == (None, 0, 0)
    if config.optimizer == "adam" and place.frame == 0:
        return w - config.learning_rate * g / (abs(g) + config.epsilon)
    assert config.optimizer == "sgd"
    return w - config.learning_rate * g


def loss_with(place, l, u, s, moved):
    """The training loss with one weight moved."""
    data, run = place.run.dataset, place.run
    theta, sizes = run.history.theta[place.frame].copy(), run.resolved.sizes
    at = sum(n_out * (n_in + 1) for n_in, n_out in pairwise(sizes[:l]))
    theta[at + (u - 1) * (sizes[l - 1] + 1) + s - 1] += moved
    each = zip(data.X_train, data.y_train, strict=True)
    return float(np.mean([ByHand(sizes, run.resolved.activations, theta, x, y).loss for x, y in each]))


def entropy(place):
    shares = np.bincount(place.run.dataset.y_train) / len(place.run.dataset.y_train)
    return -sum(share * math.log(share) for share in shares if share)


def decided(place):
    return place.run.decided["train"][place.frame]


def fresh(place):
    run = place.run
    assert run.config.dataset == "moons"
    X, y = make_moons(n_samples=4000, noise=run.config.noise, random_state=1)
    network = run.network(int(run.history.test_accuracy.argmax()))
    return 100 * float((network.predict(X) == y).mean())


def off(place, l, u):
    z = place.run.network(place.frame).forward(place.run.dataset.X_train).Z[l][u - 1]
    return 100 * float((z <= 0).mean())


H = lambda name, scale=1, at=None: lambda p: scale * getattr(p.run.history, name)[p.frame if at is None else at]  # noqa: E731
AGAIN = {
    "x": lambda p, i: by_hand(p).x[i - 1],
    "target": lambda p: float(by_hand(p).y),
    "W": lambda p, l, u, s: by_hand(p).W[l - 1][u - 1][s - 1],
    "b": lambda p, l, u: by_hand(p).b[l - 1][u - 1],
    "z": lambda p, l, u: by_hand(p).z[l][u - 1],
    "a": lambda p, l, u: by_hand(p).a[l][u - 1],
    "slope": lambda p, l, u: by_hand(p).slope(l, u),
    "loss": lambda p: by_hand(p).loss,
    "delta": lambda p, l, u: by_hand(p).delta[l][u - 1],
    "dW": lambda p, l, u, s: by_hand(p).dW(l, u, s),
    "db": lambda p, l, u: by_hand(p).delta[l][u - 1],
    "mean_dW": mean_by_hand,
    "new_W": next_by_hand,
    "sure": lambda p: 100 * max([*by_hand(p).a[-1], 1 - by_hand(p).a[-1][0] if len(by_hand(p).a[-1]) == 1 else 0]),
    "train_loss": H("train_loss"),
    "test_loss": H("test_loss"),
    "train_accuracy": H("train_accuracy", 100),
    "test_accuracy": H("test_accuracy", 100),
    "end_loss": H("train_loss", at=-1),
    "end_test_loss": H("test_loss", at=-1),
    "end_train_accuracy": H("train_accuracy", 100, -1),
    "end_test_accuracy": H("test_accuracy", 100, -1),
    "grad_norm": lambda p, l: float(np.linalg.norm(p.run.network(p.frame).layers[l - 1].dW)),
    "shrink": lambda p: (lambda n: np.linalg.norm(n[-1].dW) / np.linalg.norm(n[0].dW))(p.run.network(p.frame).layers),
    "longest_step": lambda p: (
        np.abs(p.run.history.theta[1] - p.run.history.theta[0]).max() / np.abs(p.run.network(0).grad).max()
    ),
    "dead": lambda p: sum(off(p, 1, u) == 100 for u in range(1, p.run.resolved.sizes[1] + 1)),
    "best_epoch": lambda p: p.run.history.epoch[p.run.history.test_loss.argmin()],
    "best_test_loss": lambda p: p.run.history.test_loss.min(),
    "best_test_accuracy": lambda p: 100 * p.run.history.test_accuracy.max(),
    "fresh_accuracy": fresh,
    "diverged": lambda p: float(not np.isfinite(p.run.history.step_loss).all() or p.run.diverged_at is not None),
    "epoch": H("epoch"),
    "steps_per_epoch": lambda p: math.ceil(len(p.run.dataset.X_train) / (p.run.config.batch_size or 10**9)),
    "n_steps": lambda p: p.run.config.epochs * AGAIN["steps_per_epoch"](p),
    "n_params": lambda p: sum(
        (n + 1) * m for n, m in zip(p.run.resolved.sizes, p.run.resolved.sizes[1:], strict=False)
    ),
    "n_train": lambda p: len(p.run.dataset.rows_train),
    "n_numbers": lambda p: len(p.run.dataset.rows_train) * p.run.resolved.sizes[0],
    "guessing": entropy,
    "changed_by_use": lambda p: 0.0,
    "changed_by_gradient": lambda p: 0.0,
    "rises": lambda p: 100 * np.mean([b > a for a, b in zip(*[iter_of(p)[i:] for i in (0, 1)], strict=False)]),
    "check_ratio": lambda p, *w: (loss_with(p, *w, 1e-5) - loss_with(p, *w, -1e-5)) / 2e-5 / mean_by_hand(p, *w),
    "not_linear": lambda p: 0.0,
    "off": off,
    "agreement": lambda p: (
        100 * np.mean(decided(p) == p.other.run.network(p.other.frame).predict(p.run.dataset.X_train))
    ),
    "learning_rate": lambda p: p.run.config.learning_rate,
    "wrong": lambda p: float(decided(p)[0] != p.run.dataset.y_train[0]),
}


def iter_of(place):
    return list(place.run.history.step_loss)


def texts_of(step):
    """The texts of a step with the case from which each takes its numbers."""
    shown = Case.of(step.link.params, train)
    yield step.text, shown
    if step.task:
        case = case_of(step, train)
        yield step.task.question, case
        yield step.task.explain, case


def numbers_of(step):
    """Every expression of a step, with its case."""
    for text, case in texts_of(step):
        for found in expressions_in(text):
            yield found, case
    task, case = step.task, case_of(step, train) if step.task else None
    if step.kind == "predict":
        yield expression(task.value), case
    if step.kind == "vote":
        for each in condition(task.true_if):
            yield each.left, case
            yield each.right, case
    if step.kind == "choose" and task.by:
        _, found = extreme(task.by)
        for number in range(1, len(task.options) + 1):
            yield found._replace(where=str(number)), case


@pytest.mark.parametrize(("key", "i"), STEPS, **ids)
def test_every_number_of_a_step_is_the_same_when_computed_again(key, i):
    for found, case in numbers_of(step_of(key, i)):
        if found.name:
            value = case.value(found) / found.factor
            again = AGAIN[found.name](case.place(found.where), *found.indices)
            assert value == pytest.approx(float(again), rel=1e-6, abs=1e-9), (found, value, again)


# Played right, and wrong


def right_and_wrong(step, case):
    """Answers to a step: one that is right, and at least one that is not."""
    task = step.task
    if step.kind == "predict":
        found = expression(task.value)
        value = float(AGAIN[found.name](case.place(found.where), *found.indices))
        far = value + 2 * (task.within or abs(value) or 1) + 1
        return f"{value:.6g}", [f"{far:.6g}"]
    if step.kind == "choose":
        wanted = judging.wanted_option(step, case)
        return str(wanted), [str(n) for n in range(1, len(task.options) + 1) if n != wanted]
    if step.kind == "vote":
        return ("t", ["f"]) if case.holds(task.true_if) else ("f", ["t"])
    best = judging.best(task, case)
    others = (each for each in judging.candidates(task, case) if not judging.fits(task, case, each))
    return "-".join(map(str, best)), ["-".join(map(str, next(others)))]


@pytest.mark.parametrize(("key", "i"), [each for each in STEPS if step_of(*each).kind not in ("", "reach")], **ids)
def test_a_right_answer_is_right_and_wrong_ones_are_wrong(key, i):
    step = step_of(key, i)
    case = case_of(step, train)
    right, wrong = right_and_wrong(step, case)
    verdict = judge(step, case, right)
    assert verdict.right
    assert verdict.answer
    for each in wrong:
        assert not judge(step, case, each).right
        assert judge(step, case, each).answer == verdict.answer
    for each in ("", "rubbish", "9999999", "-1", "1-2-3-4"):
        found = judge(step, case, each)
        assert found is None or not found.right


@pytest.mark.parametrize(("key", "i"), [each for each in STEPS if step_of(*each).kind == "predict"], **ids)
def test_a_known_mistake_is_named_and_its_sentence_exists(key, i):
    step = step_of(key, i)
    case, found = case_of(step, train), expression(step.task.value)
    value, known = case.value(found), found.quantity.slips(case.place(found.where), *found.indices)
    assert set(known) <= set(SLIPS)
    if step.task.within is None:
        for slip, wrong in known.items():
            verdict = judge(step, case, repr(float(wrong)))
            if not math.isclose(wrong, value, rel_tol=0.006) and math.isfinite(wrong):
                assert not verdict.right, slip
                alone = not any(math.isclose(wrong, v, rel_tol=0.012) for k, v in known.items() if k != slip)
                assert verdict.slip == slip or not alone


def values_to_try(key):
    """What a person can set a control to."""
    each = FIELDS[KEYS[key]]
    if isinstance(each.control, Ladder):
        rungs = each.control.rungs
        return sorted(rungs, key=lambda rung: abs(rungs.index(rung) - len(rungs) // 2))  # extremes take longest
    if key == "hidden":
        return [(n,) for n in (2, 4, 8, 16, 32)]
    return list(each.kind.choices)


@pytest.mark.parametrize(("key", "i"), [each for each in STEPS if step_of(*each).kind == "reach"], **ids)
def test_what_is_to_be_reached_is_not_there_at_first_and_can_be_reached_with_the_one_control(key, i):
    step = step_of(key, i)
    start = link.read(step.link.params).config
    before = reached(step, start, train)
    assert not before.done
    assert before.numbers
    tried = []
    for value in values_to_try(step.task.control):
        found, problems = ffbp.Config.fitting(start.to_dict() | {KEYS[step.task.control]: value})
        tried.append(not problems and reached(step, found, train).done)
        if tried[-1]:
            break
    assert any(tried), step.task.question
    other, _ = ffbp.Config.fitting(found.to_dict() | {"seed": 7})
    assert "seed" in reached(step, other, train).others


# What every lesson has


@pytest.mark.parametrize("key", texts())
def test_a_lesson_is_short_has_tasks_and_its_texts_hold_no_computed_number(key):
    found = lesson(key)
    assert 5 <= found.minutes <= 15
    shows = [step for step in found.steps if step.task is None]
    assert len(shows) * 2 <= len(found.steps)
    for step in found.steps:
        texts = [step.text, *([step.task.question, step.task.explain] if step.task else [])]
        assert n_words(step.text) <= MAX_TEXT
        assert sum(map(n_words, texts)) <= MAX_STEP
        raw = re.sub(r"\{\{[^{}]*\}\}", "", " ".join(texts))
        assert not re.findall(r"\d\.(?!0*1\b)\d{3,}", raw), "a number with so many digits is computed, not written"


@pytest.mark.parametrize("key", texts())
def test_every_link_opens_a_page_and_an_experiment_with_nothing_to_complain_about(key):
    found = lesson(key)
    for address in (found.onward, *(each for step in found.steps for each in (step.link, step.run))):
        assert address.page in PAGES
        config, view, problems = link.read(address.params)
        assert problems == []
        run = train(config)
        assert (view.frame or 0) < run.n_frames
        if view.sample is not None:
            assert view.sample in [int(row) for part in run.dataset.parts for row in part.rows]
        if view.layer:
            assert view.layer < len(run.resolved.sizes)
            assert (view.unit or 1) <= run.resolved.sizes[view.layer]


def test_the_course_has_its_fourteen_lessons_and_the_claims_are_votes():
    assert list(course()) == [
        *("neuron", "forward", "loss", "slope", "chain", "layers", "rate", "bend", "vanishing", "start", "batches"),
        *("overfitting", "optimizers", "digit"),
    ]
    assert len(lesson(CLAIMS).steps) >= 14
    assert {step.kind for step in lesson(CLAIMS).steps} == {"vote"}
    kinds = {step.kind for key in course() for step in lesson(key).steps}
    assert kinds == {"", "predict", "choose", "reach", "find", "vote"}


@pytest.mark.parametrize("params", [{"dataset": "noisy_sine"}, {"dataset": "blobs", "classes": "3", "loss": "mse"}])
def test_a_network_without_probabilities_is_never_sure(params):
    case = Case.of({**params, "epochs": "2"}, train)
    assert case.shown.network.gives_probabilities or math.isnan(case.value(expression("sure")))


def test_a_number_is_neither_right_nor_wrong():
    assert math.isnan(Case.of({"dataset": "noisy_sine", "epochs": "2"}, train).value(expression("wrong")))
