"""An assignment in a real browser: both copies are downloaded, and they are what the page says."""

from notebooks import code_cells, marks, run_cells
from playwright.sync_api import expect


def downloaded(page, label):
    with page.expect_download() as download:
        page.get_by_role("button", name=label).click()
    with open(download.value.path(), encoding="utf-8") as file:
        return download.value.suggested_filename, file.read()


def test_both_copies_are_downloaded_with_the_chosen_functions_and_points(page, server):
    page.goto(f"{server}/teachers?teach=assignment&hidden=3&epochs=20&samples=40")
    page.get_by_role("button", name="Loss", exact=True).click()
    page.get_by_label("Points: Loss").fill("7")
    page.get_by_label("Points: Loss").press("Enter")
    expect(page.get_by_text("11 points.")).to_be_visible()
    name, solved = downloaded(page, "For you")
    assert name == "assignment_solved.ipynb"
    assert marks(run_cells(solved)[1]) == {"forward": True, "loss": True, "backward": True}
    name, empty = downloaded(page, "For students")
    assert name == "assignment.ipynb"
    assert f"]({server}/forward_pass?" in empty
    assert marks(run_cells(empty)[1]) == {"forward": False, "loss": False, "backward": False}
    points = [cell["metadata"].get("nbgrader", {}).get("points") for cell in code_cells(empty)]
    assert [n for n in points if n] == [2, 7, 2]
