"""The views of Compare with many runs, and the surface: the numbers on the page are the core's."""

from dataclasses import replace

import numpy as np
import pytest
from apptest import ROOT, charts_of, named, run_page

import ffbp
from ffbp.analysis.stability import measuring_edge
from ffbp.analysis.surface import line_between, random_planes_notice
from ffbp.analysis.twins import twin_notice
from ffbp.lessons.repeated import PICTURES, REPEATED
from ffbp.training.race import RATES, plan_race, race_notice, result
from ffbp.training.recording import drain
from ffbp.training.target import success_notice
from ffbp.ui.compare import many_runs
from ffbp.words.english import sentence
from ffbp.words.numbers import format_number

PAGE = ROOT / "pages" / "compare.py"
SMALL = {"samples": "60", "epochs": "30", "hidden": "3"}
CONFIG = ffbp.Config(n_samples=60, epochs=30, hidden=(3,))


def opened(view, **params):
    app = run_page(PAGE, view=view, **SMALL, **params)
    assert not app.exception
    return app


def button(app, label):
    return next(each for each in app.button if each.label.startswith(label))


def announces(app):
    """Whether the page says what the runs will show."""
    return any("will appear here" in each.value for each in app.markdown)


def train(app):
    """Train all runs; the page reruns itself until they are done."""
    assert announces(app)
    button(app, "Train").click().run()
    assert not app.exception
    assert not announces(app)
    assert not [each for each in app.button if each.label.startswith(("Train", "Continue", "Stop"))]
    return app


def test_seeds_are_trained_and_rated_by_the_goal():
    app = opened("seeds", **{"m.seeds": "7", "m.goal": "loss_0.5", "m.vary": "weights"})
    sweep = ffbp.sweep(CONFIG, seeds=range(7), vary="weights", n_jobs=1)
    (rate,) = sweep.rates(ffbp.Target(loss=0.5))
    assert "seeds:curves" not in charts_of(app)
    train(app)
    text = " ".join(each.value for each in app.markdown)
    assert sentence(success_notice(rate, ffbp.Target(loss=0.5))) in text
    content = charts_of(app)["Training loss of every run"]
    assert content["goal"]["value"] == 0.5
    assert {name for trace in content["plot"]["data"] for name in [trace["name"].split(" ")[0]]} <= {
        str(rate.successes),
        str(7 - rate.successes),
    }


def test_the_goal_is_typed_and_named_before_anything_is_predicted():
    app = opened("seeds", **{"m.seeds": "4"})
    asked = named(app.number_input, "seeds:predicted")
    assert asked.label.startswith(
        "How many of the 4 runs will end with an accuracy of at least 95.0 % on the training set?"
    )
    asked.set_value(1).run()
    named(app.number_input, "seeds:goal:accuracy").set_value(0.8).run()
    assert app.session_state["view"].many.goal == ("accuracy", 0.8)
    asked = named(app.number_input, "seeds:predicted")
    assert "at least 80.0 %" in asked.label
    assert asked.value == 1
    app = opened("race", **RACE)
    assert "the first with a loss of at most 0.5000 on" in named(app.selectbox, "race:predicted").label
    named(app.number_input, "race:goal:loss").set_value(0.25).run()
    assert app.session_state["view"].many.goal == ("loss", 0.25)
    assert not opened("seeds", **{"m.goal": "loss_1e6"}).exception


def test_what_was_predicted_is_compared_with_what_happened():
    app = opened("seeds", **{"m.seeds": "4", "m.goal": "accuracy_0"})
    named(app.number_input, "seeds:predicted").set_value(1).run()
    train(app)
    assert "You predicted 1." in " ".join(each.value for each in app.markdown)


def test_rates_of_success_of_several_values_stand_side_by_side():
    values = {"m.field": "hidden", "m.values": "1~3", "m.beside": "1", "m.vary": "weights", "m.goal": "loss_0.5"}
    app = train(opened("seeds", **values, **{"m.seeds": "4"}))
    target = ffbp.Target(loss=0.5)
    sweep = ffbp.sweep(CONFIG, field="hidden", values=((1,), (3,)), seeds=range(4), vary="weights", n_jobs=1)
    charts = charts_of(app)
    told = next(chart["alternative"] for title, chart in charts.items() if title.startswith("How often"))
    for rate in sweep.rates(target):
        assert f"{rate.values[0][0]}: {sentence(success_notice(rate, target))}" in told
    assert {trace["name"] for trace in charts["Training loss of every run"]["plot"]["data"]} >= {"1", "3"}


def test_a_repeated_experiment_is_one_click_away():
    app = opened("seeds")
    preset = REPEATED["xor"]
    named(app.button_group, "seeds:preset").set_value("xor").run()
    assert not app.exception
    assert button(app, "Train").label == f"Train {3 * preset.many.seeds} runs"
    assert preset.hint in " ".join(each.value for each in app.markdown)
    assert named(app.button_group, "seeds:preset").value == "xor"


def test_the_trainability_boundary_is_one_click_away():
    app = opened("sweep")
    preset = PICTURES["boundary"]
    named(app.button_group, "sweep:preset").set_value("boundary").run()
    assert not app.exception
    assert button(app, "Train").label == "Train 1024 runs"
    assert preset.hint in [each.value for each in app.markdown]
    named(app.text_input, "sweep:range:0").set_value("0.1, 1").run()
    assert preset.hint not in [each.value for each in app.markdown]


def test_a_sweep_shows_every_run_of_every_value():
    values = (0.01, 0.1, 1.0)
    app = train(opened("sweep", **{"m.seeds": "2", "m.field": "lr", "m.values": "0.01~0.1~1"}))
    sweep = ffbp.sweep(CONFIG, field="learning_rate", values=values, seeds=range(2), n_jobs=1)
    content = charts_of(app)["Loss at the end of every run"]["plot"]
    dots = next(trace for trace in content["data"] if trace["name"] == "training set")
    assert np.array_equal(dots["y"], sweep.ends("train_loss"))
    best = values[int(np.argmin(np.median(sweep.ends("train_loss").reshape(3, 2), axis=1)))]
    assert f"Learning rate η {best:g}** has the smallest median" in " ".join(each.value for each in app.markdown)
    assert len(content["layout"]["shapes"]) == 1


def test_the_range_test_says_what_it_suggests_and_how_late_that_is():
    app = train(opened("sweep", **{"m.seeds": "1", "m.values": "0.01~0.1~1"}))
    test = ffbp.range_test(CONFIG)
    text = " ".join(each.value for each in app.markdown)
    assert f"suggests **{format_number(test.suggestion)}**" in text
    low, late = map(format_number, test.lowest)
    assert f"The loss itself is smallest at {low}, the smoothed one not before {late}." in text
    assert f"19 steps late: here the rate grows by a factor of {format_number(10**test.lag)}" in text
    names = [trace["name"] for trace in charts_of(app)["Loss at the end of every run"]["plot"]["data"]]
    assert "range test, smoothed" in names
    edge = drain(measuring_edge(CONFIG))
    assert f"up to the learning rate {format_number(edge)}, 2 divided by the sharpness" in text
    assert ("edge at the start" in names) == (edge <= 1)
    app = train(opened("sweep", **{"m.seeds": "1", "m.field": "l2"}))
    assert "range test" not in " ".join(each.value for each in app.markdown)


@pytest.mark.parametrize(("typed", "message"), [("0.1, fast", "must be"), ("1e9", "must be")])
def test_a_value_that_does_not_fit_is_named_and_nothing_is_lost(typed, message):
    app = opened("sweep", **{"m.values": "0.1~1", "m.seeds": "1"})
    named(app.text_input, "sweep:values").set_value(typed).run()
    assert message in " ".join(each.value for each in app.warning)
    assert named(app.text_input, "sweep:values").value == "0.1, 1"
    assert not app.exception


@pytest.mark.parametrize(
    ("params", "message"),
    [({"m.seeds": "1000000"}, "m.seeds"), ({"m.field": "colour"}, "m.field"), ({"view": "nothing"}, "view")],
)
def test_a_bad_link_is_named_and_the_rest_works(params, message):
    app = run_page(PAGE, **{"view": "seeds", **SMALL, **params})
    assert not app.exception
    assert message in " ".join(each.value for each in app.warning).replace("\\", "")


def test_too_much_work_is_refused_with_the_remedy():
    app = run_page(PAGE, view="seeds", **{"m.seeds": "200", "samples": "5000", "hidden": "64-64", "epochs": "1000"})
    assert not app.exception
    assert "Choose fewer seeds" in " ".join(each.value for each in app.warning)
    assert not [each for each in app.button if each.label.startswith("Train")]


def test_what_is_trained_is_kept_when_it_is_stopped(monkeypatch):
    """Each slice ends after one report, and after the first one somebody stops."""
    again = []
    monkeypatch.setattr(many_runs, "SLICE_SECONDS", 0.0)
    monkeypatch.setattr(many_runs, "draw_again", lambda: again.append(1))
    app = opened("seeds", **{"m.seeds": "30"})
    button(app, "Train").click().run()
    assert again
    assert not app.exception
    button(app, "Stop").click().run()
    assert button(app, "Train").label == "Train 30 runs" or button(app, "Continue")


RACE = {"m.seeds": "2", "m.optimizers": "sgd~adam", "m.goal": "loss_0.5"}


@pytest.mark.parametrize("rates", ["same", "best"])
def test_a_race_shows_every_run_and_says_who_is_first(rates):
    app = train(opened("race", **RACE, **{"m.rates": rates}))
    own = (*RATES,) if rates == "best" else ()
    target = ffbp.Target(loss=0.5)
    sweep = plan_race(CONFIG, optimizers=("sgd", "adam"), rates=own, seeds=range(2)).train(n_jobs=1)
    race = result(sweep, target)
    assert sentence(race_notice(race, best=rates == "best")) in " ".join(each.value for each in app.markdown)
    charts = charts_of(app)
    assert ("Epochs to the goal, by learning rate and optimizer" in charts) == (rates == "best")
    dots = charts["Epochs to the goal of every run"]["plot"]["data"]
    shown = {place: x for trace in dots for place, x in zip(trace.get("customdata", ()), trace["x"], strict=False)}
    lanes = getattr(race, f"{rates}_rate")
    assert {*shown} == {int(place) for lane in lanes for place in lane.places}
    for lane in lanes:
        for place, epoch in zip(lane.places, lane.epochs, strict=True):
            assert np.isnan(epoch) or shown[int(place)] == epoch
    surface = charts["The loss over a plane of the weights, with the paths of all optimizers"]
    assert "Gradient descent ends" in surface["alternative"]
    assert "Adam ends" in surface["alternative"]


def test_who_was_expected_to_be_first_is_compared_with_who_was():
    app = opened("race", **RACE | {"m.seeds": "1"})
    named(app.selectbox, "race:predicted").set_value("adam").run()
    assert "You predicted" not in " ".join(each.value for each in app.markdown)
    train(app)
    assert "You predicted Adam." in " ".join(each.value for each in app.markdown)


def test_a_race_keeps_what_another_choice_has_trained():
    app = train(opened("race", **RACE | {"m.seeds": "3"}))
    named(app.segmented_control, "race:rates").set_value("best").run()
    assert button(app, "Continue").label == f"Continue with {2 * 3 * (len({*RATES, 0.1}) - 1)} more"


def test_a_race_in_which_all_diverge_is_told():
    app = run_page(PAGE, view="race", dataset="noisy_sine", samples="60", hidden="16", lr="1000", init="normal", scale="10",
                   epochs="30", **{"m.seeds": "2", "m.vary": "data", "m.optimizers": "sgd"})  # fmt: skip
    train(app)
    assert "the median run of no optimizer reaches" in " ".join(each.value for each in app.markdown)
    assert "Two runs that do not diverge make a plane" in " ".join(each.value for each in app.info)


def test_a_race_without_optimizers_is_refused():
    app = opened("race", **RACE)
    named(app.button_group, "race:optimizers").set_value([]).run()
    assert not app.exception
    assert "at least one" in " ".join(each.value for each in app.warning)
    assert named(app.button_group, "race:optimizers").value == ["sgd", "adam"]


def test_the_surface_has_the_cores_numbers():
    app = opened("surface", **{"b.weight_seed": "3"})
    surface = ffbp.loss_surface(ffbp.train(CONFIG), ffbp.train(ffbp.Config(**{**CONFIG.to_dict(), "weight_seed": 3})))
    alternative = charts_of(app)["The loss over a plane of the weights, with the paths of A and B"]["alternative"]
    for corner in surface.corners:
        assert f"{corner.loss:.4g}"[:5] in alternative


def test_runs_that_do_not_differ_have_no_line_between_their_ends():
    assert "The loss on the straight line from A's end to B's" not in charts_of(opened("surface"))


def test_a_plane_that_does_not_exist_is_explained():
    for params, reason in (
        ({"b.hidden": "4"}, "A has the layers 2-3-1, and B has 2-4-1: no plane of weights contains both."),
        ({}, "A and B do not differ, so they have one path."),
        ({"b.lr": "1", "init": "zeros"}, "The three points lie on one line"),
        ({"dataset": "noisy_sine", "lr": "1000", "b.lr": "0.1"}, "A diverged, so far away that"),
        ({"b.activation": "tanh"}, "The activations of A are ReLU and sigmoid, those of B tanh and sigmoid"),
    ):
        app = opened("surface", **params)
        (said,) = [each.value for each in app.info]
        assert said.startswith(reason)


def test_several_random_planes_stand_side_by_side_and_others_can_be_drawn():
    app = opened("surface", **{"b.weight_seed": "3", "plane": "random"})
    a, b = ffbp.train(CONFIG), ffbp.train(replace(CONFIG, weight_seed=3))
    planes = [ffbp.loss_surface(a, b, plane="random", seed=seed, size=31) for seed in range(8)]
    way = np.linalg.norm(a.history.theta[-1] - a.history.theta[0])
    texts = [sentence(random_planes_notice(some, way)) for some in (planes[:4], planes[4:])]
    assert texts[0] in [each.value for each in app.markdown]
    plot = charts_of(app)["The loss over four planes of random directions"]["plot"]
    assert sum(trace["type"] == "contour" for trace in plot["data"]) == 4
    button(app, "Other directions").click().run()
    assert texts[1] in [each.value for each in app.markdown]
    assert texts[0] != texts[1]


def test_a_twin_of_a_is_chosen_and_told():
    app = opened("surface", **{"b.weight_seed": "3", "activation": "tanh"})
    run = ffbp.train(replace(CONFIG, activation="tanh"))
    network = run.network()

    def told(twin, units):
        line = line_between(run, network.theta, twin.theta)
        return sentence(twin_notice(run, twin, line, layer=1, units=units)) in [each.value for each in app.markdown]

    assert told(ffbp.swap_units(network, 1, 1, 2), [1, 2])
    named(app.selectbox, "twin:unit").set_value(2).run()
    assert told(ffbp.swap_units(network, 1, 2, 1), [2, 1])
    named(app.selectbox, "twin:kind").set_value("flip").run()
    assert told(ffbp.flip_sign(network, 1, 2), [2])


def test_the_plane_is_in_the_address():
    app = opened("surface", **{"b.weight_seed": "3"})
    named(app.segmented_control, "surface:plane").set_value("principal").run()
    assert app.query_params["plane"] == "principal"


PICTURE = {"view": "sweep", "m.up": "l2", "m.box": "0.01~1~0.001~0.1", "m.side": "3"}


def test_a_picture_has_a_run_in_every_cell():
    app = train(opened(**PICTURE, l2="0.01", **{"m.epochs": "12"}))
    rates, penalties = (0.01, 0.1, 1.0), (0.001, 0.01, 0.1)
    start = ffbp.Config(**{**CONFIG.to_dict(), "epochs": 12})
    fields = {"field": ("learning_rate", "l2"), "values": (rates, penalties), "seeds": None}
    grid = ffbp.sweep(start, **fields, ends_only=True, n_jobs=1)
    (content,) = (each for title, each in charts_of(app).items() if "9 runs" in title)
    cells = content["plot"]["data"][0]
    assert np.array_equal(cells["z"], np.log10(grid.ends("train_loss")).reshape(3, 3).T)
    assert content["zooms"]
    best = grid.configs[int(np.argmin(grid.ends("train_loss")))]
    text = " ".join(each.value for each in app.markdown)
    assert f"learning rate {best.learning_rate:g} and L2 penalty {best.l2:g}" in text.replace("\\", "")
    assert content["plot"]["data"][-1]["name"] == "the experiment"


def test_the_picture_is_as_fine_as_the_bound_of_work_allows():
    app = run_page(PAGE, view="sweep", epochs="3000", **{"m.up": "l2", "m.side": "48"})
    assert not app.exception
    captions = " ".join(each.value for each in app.caption)
    assert "limit of 4 minutes" in captions
    assert button(app, "Train").label != "Train 2304 runs"
    named(app.selectbox, "sweep:epochs").set_value("50").run()
    assert button(app, "Train").label == "Train 2304 runs"


@pytest.mark.parametrize(
    ("typed", "message"), [("1", "two numbers"), ("1, 0.1", "must be above"), ("x, 2", "two numbers")]
)
def test_a_range_that_is_none_is_named_and_nothing_is_lost(typed, message):
    app = opened(**PICTURE)
    named(app.text_input, "sweep:range:0").set_value(typed).run()
    assert message in " ".join(each.value for each in app.warning)
    assert named(app.text_input, "sweep:range:0").value == "0.01, 1"
    named(app.text_input, "sweep:range:1").set_value("0.01, 0.2").run()
    assert app.query_params["m.box"] in ("0.01~1~0.01~0.2", ["0.01~1~0.01~0.2"])
    assert not app.exception


def test_two_fields_become_one_again():
    app = opened(**PICTURE)
    named(app.selectbox, "sweep:up").set_value("none").run()
    assert not app.exception
    assert "m.up" not in app.query_params
    assert named(app.text_input, "sweep:values")
