"""A fault on every page: its banner, the way back, and its control, which nobody meets by accident."""

import pytest
from apptest import ROOT, check, named, playground, run_page

from ffbp import Config
from ffbp.analysis.mystery import case_of
from ffbp.experiment.link import VIEWS_OF_LAB
from ffbp.faults.registry import FAULTS
from ffbp.ui.page import HEALTHY_WORDS, PAGES

PATH = ROOT / "pages" / "compare.py"
FAULTY = {"hidden": "4", "epochs": "20", "samples": "60"}
BANNER = f"{FAULTS['wrong_sign'].banner} {HEALTHY_WORDS}"


def address(app):
    return {key: value[0] if isinstance(value, list) else value for key, value in app.query_params.items()}


@pytest.mark.parametrize("name", [name for name in PAGES if "digits" not in name])
def test_every_page_of_a_faulty_run_has_its_banner_and_the_way_back(name):
    app = check(run_page(ROOT / name, **FAULTY, fault="wrong_sign"))
    assert [each.value for each in app.error] == [BANNER]
    assert not [each for each in app.toggle if each.label == "Predict, then reveal"]
    app = check(named(app.button, f"{PAGES[name].lower()}:healthy").click().run())
    assert not app.error
    assert "fault" not in address(app)


def test_the_field_is_in_the_sidebar_only_while_it_is_set():
    assert not [each for each in check(playground(**FAULTY)).selectbox if each.label == "Fault"]
    app = check(playground(**FAULTY, fault="wrong_sign"))
    field = next(each for each in app.selectbox if each.label == "Fault")
    app = check(field.select("no_slope").run())
    assert address(app)["fault"] == "no_slope"
    app = check(named(app.slider, "playground:layers").set_value(0).run())
    assert "fault" not in address(app)
    assert any("fault must be left out unless a hidden layer" in each.value.replace("\\", "") for each in app.warning)


def test_the_gradient_check_of_a_faulty_run_says_that_it_disagrees():
    app = check(playground(**FAULTY, fault="wrong_sign"))
    app = check(app.button(key="check").click().run())
    assert any("**disagree**, by up to" in each.value for each in app.markdown)


@pytest.mark.parametrize("key", ["same_in_a_row", "not_cleared", "no_correction"])
def test_the_laboratory_changes_what_it_must_and_leaves_out_a_fault_that_then_means_nothing(key):
    config = Config(**{**FAULTS[key].example, "epochs": 10}, fault=key)
    for view in VIEWS_OF_LAB:
        app = check(run_page(ROOT / "pages" / "laboratory.py", **config.to_params(), lab=view))
        if view == "checks":
            run = next(each for each in app.button if "check" in each.key and not each.disabled)
            check(run.click().run())


# The view of Compare


def compare(**params):
    return check(run_page(PATH, view="faults", **params))


def said(app):
    kinds = (app.markdown, app.success, app.info, app.error, app.warning)
    return " ".join(each.value.replace("\\", "") for kind in kinds for each in kind)


def test_a_fault_is_chosen_and_shown_beside_the_healthy_run():
    app = compare()
    assert all(f"**{fault.label}.** {fault.does}" in said(app) for fault in FAULTS.values())
    app = check(named(app.get("button_group"), "faults:fault").set_value("no_bias").run())
    assert {"view": "faults", "b.fault": "no_bias", "activation": "tanh"}.items() <= address(app).items()
    fault = FAULTS["no_bias"]
    assert all(text in said(app) for text in (fault.does, fault.panel, fault.healthy, fault.pattern))
    assert "Fails: the weights' gradients are right, and those of all biases are 0." in said(app)
    (table,) = app.dataframe
    assert table.value["median ratio"].tolist() == ["1", "0", "1", "0"]
    assert not app.error, "A is healthy"
    app = check(app.button(key="faults:take").click().run())
    assert address(app)["fault"] == "no_bias"
    assert [each.value for each in app.error] == [f"{fault.banner} {HEALTHY_WORDS}"]


@pytest.mark.parametrize("key", FAULTS)
def test_every_fault_has_its_texts_its_ratios_and_its_checks(key):
    config = Config(**{**FAULTS[key].example, "epochs": 20})
    app = compare(**config.to_params(), **{"b.fault": key})
    app.session_state["faults:checks"] = app.session_state["faults:code"] = True
    app = check(app.run())
    assert any(each.value.startswith(("class ", "def ")) for each in app.code)
    assert FAULTS[key].does in said(app)
    ratios, checks = (each.value for each in app.dataframe)
    assert len(ratios) >= 2
    assert checks["A"].str.startswith("Passes: ").sum() >= len(checks) - 1
    assert checks["B"].str.startswith("Fails: ").any()
    assert not app.warning


def test_a_fault_that_the_experiment_cannot_have_is_named_once():
    app = compare(**FAULTY, **{"b.fault": "no_correction"})
    assert [each.value for each in app.warning if "b.fault must be left out unless" in each.value]
    assert "b.fault" not in address(app)


def find(number):
    app = compare(mystery=str(number))
    for typed, answer in (
        ("0.7634", "divide by n"),
        ("-0.0954", "opposite sign"),
        ("x", "finite number"),
        ("0,0954", "Right: delta"),
    ):
        app = check(named(app.text_input, "mystery:delta").set_value(typed).run())
        assert answer in said(app)
    return check(app.button(key="mystery:begin").click().run())


def choices(app, number):
    return [each for each in app.button if each.key.startswith(f"mystery:{number}:") and "suspect" not in each.key]


def test_two_suspects_are_told_apart_and_the_hidden_one_is_named():
    app = find(1)
    case = case_of(1)
    assert "fault" not in address(app)
    assert case.hidden not in " ".join(address(app).values())
    for i in range(4):
        app = check(choices(app, 1)[i].click().run())
    assert "The two suspects differ here." in said(app)
    assert "the check cannot tell them apart" in said(app)
    wrong, right = (case.suspects.index(key) for key in sorted(case.suspects, key=lambda key: key == case.hidden))
    other = check(app.button(key=f"mystery:1:suspect{wrong}").click().run())
    assert f"No: it is **{FAULTS[case.hidden].label}**" in said(other)
    app = check(app.button(key="mystery:next").click().run())
    assert address(app)["mystery"] == "2"
    assert "Which one is it" not in said(app)
    assert wrong != right


def test_the_score_of_the_cases_stands_in_the_address_and_the_first_choice_counts():
    app = find(3)
    assert not [each for each in app.caption if "solved" in each.value]
    finds = next(i for i in range(4) if "This check finds" in said(check(choices(find(3), 3)[i].click().run())))
    app = check(choices(app, 3)[finds].click().run())
    assert any(each.value.startswith("1 of 1 solved without a wrong choice.") for each in app.caption)
    assert "cases" not in address(app)
    app = check(app.button(key="mystery:next").click().run())
    assert (address(app)["mystery"], address(app)["solved"], address(app)["cases"]) == ("4", "1", "1")
    app = check(app.button(key="mystery:next").click().run())  # nothing was chosen
    assert (address(app)["mystery"], address(app)["cases"]) == ("5", "1")
    wrong = next(i for i in range(4) if "cannot tell them apart" in said(check(choices(app, 5)[i].click().run())))
    assert wrong in range(4)
    app = check(app.button(key="mystery:next").click().run())
    assert (address(app)["mystery"], address(app)["solved"], address(app)["cases"]) == ("6", "1", "2")


def test_who_sees_a_fault_in_between_comes_back_to_the_same_case():
    app = find(3)
    app = check(named(app.segmented_control, "faults:mode").set_value("see").run())
    assert "mystery" not in address(app)
    app = check(named(app.segmented_control, "faults:mode").set_value("find").run())
    assert address(app)["mystery"] == "3"


def test_a_named_fault_is_found_by_one_check_and_then_shown():
    app = find(3)
    case = case_of(3)
    assert FAULTS[case.hidden].does in said(app)
    for i in range(4):
        app = check(choices(app, 3)[i].click().run())
    assert said(app).count("This check finds the fault.") == 1
    assert said(app).count("this check does not find the fault") == 3
    app = check(app.button(key="mystery:see").click().run())
    assert address(app)["b.fault"] == case.hidden
    assert "mystery" not in address(app)
