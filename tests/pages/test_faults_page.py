"""A fault on every page: its banner, the way back, and its control, which nobody meets by accident."""

import pytest
from apptest import ROOT, named, playground, run_page

from ffbp import Config
from ffbp.experiment.link import VIEWS_OF_LAB
from ffbp.faults.registry import FAULTS
from ffbp.ui.page import PAGES

PATH = ROOT / "pages" / "compare.py"
FAULTY = {"hidden": "4", "epochs": "20", "samples": "60"}
BANNER = FAULTS["wrong_sign"].banner


def check(app):
    assert not app.exception, app.exception
    return app


def address(app):
    return {key: value[0] if isinstance(value, list) else value for key, value in app.query_params.items()}


@pytest.mark.parametrize("name", [name for name in PAGES if "digits" not in name])
def test_every_page_of_a_faulty_run_has_its_banner_and_the_way_back(name):
    app = check(run_page(ROOT / name, **FAULTY, fault="wrong_sign"))
    assert [each.value for each in app.error] == [BANNER]
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
