"""A class link on the real pages: what is closed, fixed, hidden and asked; and the view that makes one."""

import json
from urllib.parse import parse_qsl, urlencode

import pytest
from apptest import PAGES, ROOT, again, named, run_page
from test_data_page import load
from test_set_weights import reporting

import ffbp
from ffbp.experiment import link
from ffbp.experiment.class_link import FIXED, LISTS, ClassLink
from ffbp.experiment.experiment import Experiment
from ffbp.experiment.fields import FIELDS, KEYS, Elsewhere
from ffbp.lessons.class_questions import question
from ffbp.lessons.expressions import Case
from ffbp.ui.class_link import in_words
from ffbp.ui.page import PAGES as TITLES
from ffbp.ui.session.address import name_of

SMALL = {"samples": "40", "hidden": "3", "epochs": "3"}
KINDS = [
    "selectbox",
    "slider",
    "select_slider",
    "number_input",
    "checkbox",
    "multiselect",
    "button_group",
    "button",
    "radio",
]
BASES = (  # together every control of the sidebar applies
    {"dataset": "spiral", "optimizer": "adamw", "schedule": "step", "batch": "8", "init": "normal", "patience": "5"},
    {"dataset": "iris", "optimizer": "momentum", "schedule": "warmup_cosine"},
    {"optimizer": "rmsprop", "schedule": "exponential", "hidden": "3-2", "activation": "relu-tanh"},
    {"hidden": "1", "theta": "1_1_0_1_0", "fault": "wrong_sign"},
)  # fmt: skip
TABLE = "height,weight,animal\n" + "".join(
    f"{i % 7},{i % 5 if i % 4 else ''},{'cat' if i % 2 else 'dog'}\n" for i in range(40)
)


def page(name="", **params):
    app = run_page(ROOT / (f"pages/{name}.py" if name else "app.py"), **SMALL | params)
    assert not app.exception, app.exception[0].message
    return app


def address(app):
    return {key: value[0] if isinstance(value, list) else value for key, value in app.query_params.items()}


def texts(elements):
    return [element.value for element in elements]


def controls(app, *pages):
    """The controls that change the experiment, by key: whether each is disabled."""
    found = {}
    for kind in KINDS:
        for widget in app.get(kind):
            key = (widget.key or "").partition("#")[0]
            if key.startswith(pages):
                found[key] = widget.disabled if hasattr(widget, "disabled") else widget.proto.disabled
    return found


# What may be changed


@pytest.mark.parametrize("name", [name for name, each in FIELDS.items() if not isinstance(each.control, Elsewhere)])
def test_every_control_of_the_sidebar_can_be_fixed_and_hidden(name):
    key = FIELDS[name].key
    base = next(
        base for base in BASES if FIELDS[name].applies(Experiment(ffbp.Config.from_params({**SMALL, **base})[0]))
    )
    all_ = controls(page(**base), "playground:")
    hidden = controls(page(**base, hide=key), "playground:")
    own = {each for each in all_ if each not in hidden} - {"playground:reset"}
    assert own, "it has a control"
    fixed = controls(page(**base, fixed=key), "playground:")
    assert {each for each in fixed if fixed[each]} - {each for each in all_ if all_[each]} == own
    assert not any(all_[each] for each in own if each != "playground:activation")


@pytest.mark.parametrize(
    ("key", "control"),
    [("header",) * 2, ("decimal",) * 2, ("target",) * 2, ("task",) * 2, ("missing",) * 2, ("columns", "inputs")],
)
def test_every_setting_of_a_file_can_be_fixed_and_hidden(key, control):
    def of_data(**params):
        app = page("data")
        load(app, TABLE)
        app = again(app)
        for each, value in (address(app) | params).items():
            app.query_params[each] = value
        app = again(app)
        return {each.partition("#")[0] for each in _data_keys(app)}, controls(app, "data:")

    control = f"data:{control}"
    assert control in of_data()[0]
    assert control not in of_data(hide=key)[0]
    fixed = of_data(fixed=key)[1]
    assert fixed[control] is True
    assert [each for each in fixed if fixed[each] and each != control] == []


def _data_keys(app):
    return [widget.key for kind in KINDS for widget in app.get(kind) if (widget.key or "").startswith("data:")]


def test_a_task_that_fixes_the_data_leaves_no_door_to_others():
    names = ("file_name", "points", "dataset")
    app = page("data", fixed="-".join(FIELDS[name].key for name in names))
    assert not app.file_uploader
    assert not {"data:start", "data:dataset"} & {*_data_keys(app)}


def test_what_is_fixed_stays_whatever_asks_for_a_change():
    app = page(fixed="hidden", free="lr")
    before = app.session_state["config"]
    assert not [button for button in app.button if button.key in ("playground:reset", "undo")]
    slider = named(app.select_slider, "playground:learning_rate")
    slider.set_value(0.3)
    app = again(app)
    after = app.session_state["config"]
    assert (after.learning_rate, after.hidden) == (0.3, before.hidden)
    assert address(app)["free"] == "lr", "the task stays in the address"
    assert not controls(app, "playground:").get("playground:learning_rate")
    assert set(controls(app, "playground:")) == {"playground:learning_rate", "playground:layers", "playground:units0",
                                                 "playground:back:learning_rate"}  # fmt: skip


def test_what_the_picture_asks_for_is_refused_where_it_is_fixed(monkeypatch):
    report, app = reporting(monkeypatch), page(free="lr", fixed="all")
    before = app.session_state["config"]
    app = report(app, "weight", layer=1, unit=2, source=1, frame=0, value=2.5)
    assert not app.exception
    assert app.session_state["config"] == before
    assert [text for text in texts(app.warning) if text.startswith("the task does not let you change")]
    app = report(page(free="lr-theta", fixed="all"), "weight", layer=1, unit=2, source=1, frame=0, value=2.5)
    assert app.session_state["config"].initial_theta is not None


def test_a_click_leads_to_no_closed_page(monkeypatch, opened):
    report = reporting(monkeypatch)
    app = report(page(pages="playground"), "unit", layer=1, unit=2, frame=0)
    assert not app.exception
    assert (opened, app.toast[0].value) == ([], "The task does not open that page.")
    report(page(pages="playground-forward_pass"), "unit", layer=1, unit=2, frame=0)
    path, params = opened[0]
    assert (path, params["pages"], params["unit"]) == ("pages/forward_pass.py", "playground-forward_pass", "2")


def test_everything_fixed_is_shown_and_nothing_can_be_moved():
    app = page(fixed="all")
    found = controls(app, "playground:")
    assert len(found) > 12
    assert all(found.values())


def test_b_differs_only_in_what_may_be_changed():
    app = page("compare", free="lr-epochs", fixed="all", **{"b.lr": "1", "b.noise": "0"})
    offered = [*named(app.selectbox, "compare:b:add").options]
    assert offered == ["Choose a field", FIELDS["epochs"].title]
    found = controls(app, "compare:b:learning_rate", "compare:b:noise")
    assert found == {"compare:b:learning_rate": False, "compare:b:noise": True}


# Pages


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_a_closed_page_says_so_and_offers_the_way_out(path):
    name = name_of("app.py" if path.name == "app.py" else f"pages/{path.name}")
    others = [each for each in LISTS["pages"] if each != (name or "playground")]
    app = run_page(path, **SMALL, pages="-".join(others))
    assert not app.exception
    assert any("This page is not part of the task" in text for text in texts(app.info))
    assert address(app)["pages"] == "-".join(others)
    app.button(key="task:leave").click()
    app = again(app)
    assert not any("not part of the task" in text for text in texts(app.info))
    assert "pages" not in app.query_params


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_an_open_page_shows_the_task_and_keeps_it(path):
    app = run_page(path, **SMALL, say="Look *here* <b>", comma="1")
    assert not app.exception
    assert any("**Task.** Look \\*here\\* \\<b\\>" in text for text in texts(app.markdown))
    assert {key: text for key, text in address(app).items() if key in ("say", "comma")} == {
        "say": "Look *here* <b>", "comma": "1",
    }  # fmt: skip


def test_the_pages_of_a_class_link_are_those_there_are():
    assert [name or "playground" for name in map(name_of, TITLES)] == [*LISTS["pages"]]


# Questions


def value_of(app, asked):
    return Case(app.session_state["config"], app.session_state["view"], ffbp.train).value(question(asked))


def answer(app, text):
    named(app.text_input, "task:typed").set_value(text)
    return again(app)


def sent(app, name):
    return [c.proto for c in app.get("bidi_component") if c.proto.component_name.endswith(f"ffbp_{name}")]


def player_options(app):
    return json.loads(sent(app, "player")[0].bytes)


def test_a_question_beyond_the_deepest_layer_is_told_and_can_be_passed_over():
    app = page(ask="z.99.2~end_loss")
    assert any("no such number" in text for text in texts(app.warning))
    app.button(key="task:show:0").click()
    app = again(app)
    assert any("2 of 2: The training loss at the end" in text for text in texts(app.markdown))


def test_a_question_says_of_which_sample():
    row = Experiment(link.read(SMALL).config).dataset.rows_train[0]
    for params, words in (
        ({}, f"at epoch 0, of sample {row} ="),
        ({"sample": "7"}, "at epoch 0, of sample 7 ="),
    ):
        app = page(ask="z.1.2", frame="0", **params)
        assert any(words in text for text in texts(app.markdown)), words
    app = page(ask="end.z.1.2", frame="0")
    assert any(f"at the end, of sample {row} =" in text for text in texts(app.markdown))


@pytest.mark.parametrize(
    ("task", "words"),
    [
        (ClassLink(fixed=("lr", "epochs"), hide=("seed",)), "Fixed: Learning rate η, Epochs. Hidden: Seed."),
        (ClassLink(free=("lr",)), "Controls that can be changed: Learning rate η. The others are hidden."),
        (
            ClassLink(free=("lr",), rest_fixed=True),
            "Controls that can be changed: Learning rate η. The others are fixed.",
        ),
        (ClassLink(cover=("loss",)), "Not shown: Loss curves."),
        (ClassLink(comma=True), "Numbers have a decimal comma; number fields and scrolling tables keep the point."),
        (ClassLink(cover=("loss",), ask=("z.1.2",)), "Hidden until everything is answered: Loss curves."),
    ],
)
def test_a_task_says_what_it_fixes_and_hides(task, words):
    assert in_words(task) == words


def test_a_question_is_judged_its_slip_named_and_what_was_covered_appears():
    app = page(ask="z.1.2~end_loss", cover="boundary-scores", frame="0")
    assert any("1 of 2: The sum of a unit" in text and "at epoch 0" in text for text in texts(app.markdown))
    assert player_options(app)["panels"] == ["network", "loss", "gradients"]
    assert player_options(app)["quiet"] is True
    assert not [box for box in app.expander if box.label.startswith("All numbers")]
    app = answer(app, "no idea")
    assert any("Type a finite number" in text for text in texts(app.error))
    slip = value_of(app, "a.1.2")
    if slip == value_of(app, "z.1.2"):
        slip = -slip
    app = answer(app, f"{slip:.6f}")
    assert texts(app.warning)[0].startswith(f"Not {slip:.6f}".replace("-", "\\-").replace(".", "\\."))
    assert address(app)["given"].startswith("w")
    app = answer(app, f"{value_of(app, 'z.1.2'):.5f}".replace(".", ","))
    assert address(app)["given"].startswith("r")
    assert any("2 of 2: The training loss at the end" in text for text in texts(app.markdown))
    app = answer(app, "12")
    app.button(key="task:show:1").click()
    app = again(app)
    assert address(app)["given"].endswith("~s")
    assert player_options(app)["panels"] == ["network", "boundary", "loss", "gradients"]
    assert "quiet" not in player_options(app)
    reopened = page(**{key: value for key, value in address(app).items() if key not in SMALL})
    assert not reopened.text_input, "the address holds what was answered"


def test_the_browser_is_told_which_numbers_to_hide_until_they_are_answered():
    def hidden(app):
        return json.loads(sent(app, "task")[0].bytes)["hidden"]

    app = page(ask="end_loss")
    assert hidden(app) == [pytest.approx(value_of(app, "end_loss"))]
    app = answer(app, f"{value_of(app, 'end_loss'):.4f}")
    assert hidden(app) == []
    assert hidden(page(say="Look")) == []


def test_a_text_of_ones_own_is_answered_in_words_that_stay_out_of_the_address():
    app = page(say="Why?", cover="boundary")
    assert "boundary" not in player_options(app)["panels"]
    app.text_input(key="task:words").set_value("because Ada says so")
    app = again(app)
    assert "boundary" in player_options(app)["panels"]
    assert "Ada" not in str(address(app))
    assert address(app)["given"] == "t"


def test_an_unknown_question_leaves_the_address_with_one_message():
    app = page(ask="nonsense.1~end_loss", cover="loss")
    assert [text for text in texts(app.warning) if "a question was left out" in text.replace("\\", "")]
    assert address(app)["ask"] == "end_loss"
    app = page(ask="z.9.1", cover="loss")
    assert any("has no such number" in text for text in texts(app.warning))
    app.button(key="task:show:0").click()
    assert "loss" in player_options(again(app))["panels"]


def test_nothing_on_the_page_tells_while_a_question_waits():
    assert sent(page(), "notices")
    assert not sent(page(ask="end_loss"), "notices")


# The view that makes one


@pytest.fixture
def served(monkeypatch):
    """The address of the dashboard, which a browser tells."""
    monkeypatch.setattr("ffbp.ui.session.address.of_dashboard", lambda params, page="": _url(params, page))


def _url(params, page):
    return f"http://localhost:8501/{page}?{urlencode(params)}"


def maker(**params):
    return page("teachers", **params)


def made(app):
    return dict(parse_qsl(app.code[0].value.partition("?")[2]))


def test_the_maker_writes_what_is_chosen_and_its_link_is_read_without_a_message(served):
    app = maker(lr="0.3")
    assert made(app) == SMALL | {"lr": "0.3"}
    named(app.selectbox, "teachers:link:opens").set_value("compare")
    named(app.multiselect, "teachers:link:pages").set_value(["playground"])
    named(app.selectbox, "teachers:link:changes").set_value("others fixed")
    app = again(app)
    named(app.multiselect, "teachers:link:free").set_value(["lr", "epochs"])
    named(app.text_input, "teachers:link:say").set_value("  Which  rate?\t")
    named(app.text_input, "teachers:link:asked").set_value("z[1][2]; end_loss; rubbish; ")
    named(app.button_group, "teachers:link:cover").set_value(["scores", "boundary"])
    named(app.button_group, "teachers:link:looks").set_value(["projector", "comma"])
    named(app.selectbox, "teachers:link:moment").set_value("start")
    app = again(app)
    wanted = {"pages": "playground-compare", "free": "lr-epochs", "fixed": "all", "say": "Which rate?", "cover": "boundary-scores",
              "ask": "z.1.2~end_loss", "comma": "1", "frame": "0", "lr": "0.3"}  # fmt: skip
    assert made(app) == SMALL | wanted
    assert any("Only the Playground has the presenter mode" in text for text in texts(app.caption))
    assert app.code[0].value.startswith("http://localhost:8501/compare?")
    assert any("unknown quantity" in text for text in texts(app.warning))
    found = link.read(made(app))
    assert not found.problems
    opened = page("compare", **wanted)
    assert not opened.warning
    named(app.selectbox, "teachers:link:opens").set_value("playground")
    named(app.text_input, "teachers:link:asked").set_value("z[3][1]; x[2]")
    app = again(app)
    assert made(app)["present"] == "1"
    assert not any("presenter mode;" in text for text in texts(app.caption))
    assert [text for text in texts(app.warning) if "it has 2 layers" in text]


def test_a_number_that_the_experiment_does_not_have_is_neither_offered_nor_asked_for_unsaid(served):
    app = maker(dataset="bumps")
    named(app.text_input, "teachers:link:asked").set_value("sure; end_loss; agreement")
    app.session_state["teachers:link:quantities"] = True
    app = again(app)
    assert [text.replace("\\", "") for text in texts(app.warning)] == [
        "This experiment has no sure: its outputs are not probabilities.",
        "This experiment has no agreement: there is no run B beside it.",
    ]
    offered = set(app.dataframe[-1].value["write"])
    assert "end_loss" in offered
    assert not offered & {"sure", "test_accuracy", "agreement"}
    app = page("", dataset="bumps", ask="sure~agreement")
    assert texts(app.warning) == ["The largest probability: this experiment has no such number."]
    named(app.button, "task:show:0").click()
    app = again(app)
    assert texts(app.warning)[-1].endswith("decide alike: this experiment has no such number.")


def test_exceptions_are_fixed_or_hidden_and_what_does_not_count_is_left_out(served):
    app = maker()
    named(app.multiselect, "teachers:link:fixed").set_value(["dataset", "noise"])
    named(app.multiselect, "teachers:link:hide").set_value(["noise"])
    app = again(app)
    assert made(app) == SMALL | {"fixed": "dataset", "hide": "noise"}
    task = ClassLink.from_params(made(app))[0]
    assert task.state("dataset") == FIXED


def test_a_link_that_is_too_long_says_so_and_the_rest_works(served, monkeypatch):
    theta = "_".join(f"0.{10**16 + i}" for i in range(181))
    app = maker(hidden="45", theta=theta)
    assert ["2,953" in text for text in texts(app.info)] == [True]
    assert app.code[0].value.startswith("http")
    assert not app.warning
    monkeypatch.setattr("ffbp.ui.teachers.class_link.MAX_ADDRESS", 1000)
    assert any("often refused" in text for text in texts(maker(hidden="45", theta=theta).warning))
    short = maker()
    assert not short.info
    assert not short.warning


def test_every_key_can_be_chosen(served):
    app = maker()
    assert [*named(app.multiselect, "teachers:link:fixed").options] == [FIELDS[name].title for name in KEYS.values()]
