"""Records through the browser: as large as a run can be, one comes back."""

import pytest

import ffbp
from ffbp import Config
from ffbp.ui.files import MAX_MEGABYTES


@pytest.fixture(scope="module")
def large():
    """A record near the largest: many parameters, an optimizer with two numbers for each."""
    run = ffbp.train(Config(n_samples=10, hidden=(64,) * 8, optimizer="adam", epochs=40))
    return ffbp.dump_record(run).encode()


def test_a_large_record_comes_back(page, server, large):
    assert MAX_MEGABYTES * 2**20 < len(large) < 12 * 2**20
    page.goto(f"{server}/code_export?epochs=5")
    chooser = page.locator("[data-testid=stFileUploader] input")
    chooser.wait_for(state="attached")
    chooser.set_input_files({"name": "record.json", "mimeType": "application/json", "buffer": large})
    page.get_by_text("Outcome.").wait_for()
    assert page.get_by_role("button", name="Train again and compare").is_visible()
    assert page.get_by_text("must be 12").count() == 0


def test_a_table_of_that_size_is_refused_before_it_is_sent(page, server, large):
    page.goto(f"{server}/data")
    chooser = page.locator("[data-testid=stFileUploader] input")
    chooser.wait_for(state="attached")
    chooser.set_input_files({"name": "large.csv", "mimeType": "text/csv", "buffer": large})
    page.get_by_text("File must be 5.0MB or smaller").wait_for()
