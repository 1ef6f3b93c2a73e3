"""What a class link covers can be read on no page: each view that would show it says so, and how to go on."""

import json
import re

import pytest
from apptest import PAGES, ROOT, again, check, run_page

import ffbp
from ffbp.analysis.passes import pass_over
from ffbp.experiment import link
from ffbp.experiment.class_link import COVERABLE
from ffbp.ui.class_link import COVERS
from ffbp.words.numbers import format_number, format_percent

SMALL = {"samples": "40", "hidden": "3", "epochs": "3"}
IMAGES = {"dataset": "digits", "hidden": "3", "epochs": "3"}
EVERYTHING = "-".join(COVERABLE)
VIEWS = {"compare": "view", "laboratory": "lab", "teachers": "teach", "lessons": "part"}
CALLED = {path.stem: path for path in PAGES}
PLACES = [(path.stem, IMAGES if path.stem == "digits" else SMALL) for path in PAGES if path.stem not in VIEWS]
PLACES += [(page, SMALL | {key: view}) for page, key in VIEWS.items() for view in link.CHOICES[key]]
NAMES = ["-".join([page, *(params[key] for key in params if key in VIEWS.values())]) for page, params in PLACES]
SHOWING = ("flow", "confusion", "comparison", "images", "recent", "notices")  # components that show a run
OF_A_RUN = (".json", ".html", ".csv", ".png", ".gif")  # files
OF_THE_DATA = ("data-", "class-preview")  # charts of samples alone


def sent(app):
    """The components by name, each with its message."""
    return [(c.proto.component_name.rpartition("ffbp_")[2], c.proto) for c in app.get("bidi_component")]


def words(app):
    """All that can be read: texts, numbers, formulas, tables, fields and charts."""
    kinds = ("markdown", "caption", "latex", "code", "info", "warning", "error", "success")
    texts = [str(element.value) for kind in kinds for element in app.get(kind)]
    texts += [f"{each.label} {each.value} {each.delta}" for each in app.metric]
    texts += [frame.value.to_csv() for frame in app.dataframe]
    texts += [each.label for each in (*app.button, *app.expander, *app.get("download_button"))]
    return "\n".join(texts + [proto.bytes.decode() for name, proto in sent(app) if name == "chart"])


def telling(params):
    """Numbers as the pages write them that tell of the network, its losses, its scores or its gradients."""
    run = ffbp.train(link.read(params).config)
    data, h, network = run.dataset, run.history, run.network(-1)
    p = pass_over(network, data.X_train[:1], data.y_train[:1])
    weights = network.layers[0].W
    numbers = [
        *h.train_loss,
        *h.test_loss,
        *weights[:, 0],
        *(p.gradient(1, u, 1) for u in (1, 2, 3)),
        network.loss(data.X_train[:1], data.y_train[:1]),
    ]
    found = {format_number(abs(number)) for number in numbers}
    return {text for text in found if len(re.sub(r"\D", "", text).lstrip("0")) > 2} | {
        format_percent(h.train_accuracy[-1])
    }


def told_in(app, texts):
    written = words(app)
    return sorted(text for text in texts if re.search(rf"(?<![\d.]){re.escape(text)}(?!\d)", written))


@pytest.mark.parametrize(("page", "params"), PLACES, ids=NAMES)
def test_nothing_that_is_covered_can_be_read_on_any_page(page, params):
    app = check(run_page(CALLED[page], **params, cover=EVERYTHING, say="Why?"))
    assert told_in(app, telling(params)) == []
    for name, proto in sent(app):
        assert name not in SHOWING
        if name == "player":
            assert (json.loads(proto.bytes)["panels"], json.loads(proto.bytes)["quiet"]) == ([], True)
        if name == "chart":
            assert json.loads(proto.bytes)["file"].startswith(OF_THE_DATA)
    assert not [each for each in app.get("download_button") if each.proto.label.endswith(OF_A_RUN)]
    assert app.text_input(key="task:words"), "the question stands on every page"


def test_the_same_numbers_are_there_without_a_cover():
    for page in ("forward_pass", "backpropagation"):
        assert told_in(check(run_page(CALLED[page], **SMALL)), telling(SMALL))


CLOSED = [
    ("forward_pass", {}, "network"), ("backpropagation", {}, "gradients"), ("backpropagation", {}, "scores"),
    ("compare", {}, "boundary"), ("compare", {"view": "race"}, "loss"), ("laboratory", {"lab": "noise"}, "gradients"),
    ("laboratory", {"lab": "checks"}, "scores"), ("code_export", {}, "boundary"), ("teachers", {"teach": "embed"}, "loss"),
]  # fmt: skip


@pytest.mark.parametrize(("page", "params", "cover"), CLOSED)
def test_a_view_that_would_show_it_says_so_once_and_appears_with_the_answer(page, params, cover):
    app = check(run_page(CALLED[page], **SMALL, **params, cover=cover, say="Why?"))
    told = [each.value for each in app.info if "what your task hides" in each.value]
    onward = r"Answer the question above, in the task, and this place shows it\."
    assert told == [rf"This would show what your task hides\: {COVERS[cover]}\. {onward}"]
    assert [each for each in app.get("page_link") if each.proto.label == "Back to the page Playground"]
    app.text_input(key="task:words").set_value("because")
    app = again(app)
    assert not [each for each in app.info if "what your task hides" in each.value]


@pytest.mark.parametrize(
    ("page", "params", "cover"),
    [("forward_pass", {}, "gradients"), ("backpropagation", {}, "boundary"), ("compare", {"view": "sweep"}, "boundary"),
     ("laboratory", {}, "loss"), ("teachers", {"teach": "questions"}, EVERYTHING), ("lessons", {}, EVERYTHING)],
)  # fmt: skip
def test_a_view_that_shows_nothing_of_it_stays(page, params, cover):
    app = check(run_page(CALLED[page], **SMALL, **params, cover=cover, say="Why?"))
    assert not [each for each in app.info if "what your task hides" in each.value]


def test_covered_for_good_says_so_and_several_questions_are_several():
    app = check(run_page(CALLED["compare"], **SMALL, cover="loss"))
    assert [each for each in app.info if each.value.endswith(r"Loss curves\. Nothing is asked, so it stays hidden\.")]
    assert not [name for name, _ in sent(check(run_page(ROOT / "app.py", **SMALL, cover="loss"))) if name == "notices"]
    app = check(run_page(CALLED["compare"], **SMALL, cover="loss", ask="end_loss~z.1.1"))
    assert [
        each
        for each in app.info
        if r"Answer the questions above, in the task\, " in each.value.replace("task,", r"task\,")
    ]


def test_without_the_losses_the_forward_pass_shows_no_loss_of_its_sample():
    app = check(run_page(CALLED["forward_pass"], **SMALL, cover="scores", say="Why?"))
    labels = [each.label for each in app.metric]
    assert "Prediction" in labels
    assert not [label for label in labels if "oss" in label]
    assert not [each for each in app.latex if each.value.strip("$\n ").startswith("L =")]
