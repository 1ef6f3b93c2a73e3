"""The running order of a lecture: made in a dialog, kept in a file, opened step by step by a presenter's remote."""

import json

from playwright.sync_api import expect

STEPS = [
    {"title": "Moons", "link": "?dataset=moons&epochs=30&panel=network-boundary&present=1"},
    {"title": "How deltas flow", "link": "backpropagation?dataset=moons&epochs=30&layer=1&unit=2"},
    {"title": "Circles", "link": "?dataset=circles&epochs=31&frame=3&panel=loss&present=1"},
]

IN_ORDER = """titles => {
  const fields = [...document.querySelectorAll('input[aria-label^="Title of step "]')];
  return titles.every((title, i) => fields[i]?.value === title);
}"""


def opened(page, text, name="order.json"):
    """The dialog, after this file has been chosen in it."""
    page.get_by_role("button", name="Running order").click()
    dialog = page.get_by_role("dialog", name="Running order")
    dialog.locator("input[type=file]").set_input_files(
        {"name": name, "mimeType": "text/plain", "buffer": text.encode()}
    )
    return dialog


def titles(dialog):
    return dialog.locator("li input").evaluate_all("all => all.map((e) => e.value)")


def test_an_order_is_played_by_a_remote_across_pages_and_survives_a_reload(playground):
    page = playground.open("?dataset=moons&epochs=20").page
    dialog = opened(page, json.dumps({"steps": STEPS}))
    expect(dialog.locator("li")).to_have_count(3)
    dialog.get_by_role("button", name="Start").click()
    page.wait_for_selector(".ffbp-presented")
    step = page.get_by_role("group", name="Step of the running order")
    expect(step).to_contain_text("1 of 3 Moons")
    playground.wait_address("epochs=30")
    size = "e => parseFloat(getComputedStyle(e).fontSize)"
    assert step.locator("b").evaluate(size) >= 17
    panel, line = (page.locator(each).first.bounding_box() for each in (".panel.network", ".ffbp-step"))
    assert panel["y"] + panel["height"] <= line["y"]
    page.keyboard.press("PageDown")
    page.wait_for_url("**/backpropagation?*")
    expect(step).to_contain_text("2 of 3 How deltas flow")
    expect(page.locator("h1")).to_have_text("Backpropagation")
    page.keyboard.press("PageDown")
    page.wait_for_selector(".ffbp-presented .panel.loss:not([hidden])")
    playground.wait_address("epochs=31")
    playground.wait_frame(3)
    page.reload()
    page.wait_for_selector(".ffbp-presented .panel.loss:not([hidden])")
    expect(step).to_contain_text("3 of 3 Circles")
    page.keyboard.press("PageDown")  # there is no step after the last one
    page.keyboard.press("PageUp")
    page.wait_for_url("**/backpropagation?*")
    page.keyboard.press("PageUp")
    page.wait_for_selector(".ffbp-presented .panel.boundary:not([hidden])")
    expect(step).to_contain_text("1 of 3 Moons")
    page.keyboard.press("Escape")
    step.get_by_role("button", name="End of the running order").click()
    expect(step).to_be_hidden()


def test_an_order_is_made_changed_saved_and_opened_again(playground):
    page = playground.open("?dataset=moons&epochs=20&frame=4").page
    page.get_by_role("button", name="Running order").click()
    dialog = page.get_by_role("dialog", name="Running order")
    for title in ("First", "", "Third"):
        dialog.get_by_label("Title of the new step").fill(title)
        dialog.get_by_role("button", name="Add what is on screen").click()
    assert titles(dialog) == ["First", "Step 2", "Third"]
    dialog.get_by_role("button", name="Move up: step 3").click()
    dialog.get_by_label("Title of step 1").fill("Zero")
    dialog.get_by_role("button", name="Remove: step 3").click()
    assert titles(dialog) == ["Zero", "Third"]
    dialog.get_by_role("button", name="Plan the hour").click()
    page.wait_for_url("**/teachers?*")
    page.wait_for_function(IN_ORDER, arg=["Zero", "Third"])
    expect(page.get_by_text("2 steps, 10 minutes")).to_be_visible()
    page.get_by_role("button", name="Running order", exact=True).click()
    with page.expect_download() as saved:
        dialog.get_by_role("button", name="Save as a file").click()
    text = saved.value.path().read_text("utf-8")
    steps = json.loads(text)["steps"]
    assert [each["title"] for each in steps] == ["Zero", "Third"]
    assert {each["link"] for each in steps} == {"?epochs=20&frame=4&present=1&panel=network-boundary"}
    page.keyboard.press("Escape")
    for bad, message in (
        ("no order", "not a running order"),
        ('{"steps": []}', "has 1 to 100 steps, this one has 0"),
        ('{"steps": [{"title": "A"}]}', "Step 1 of the file has no title or no link"),
        (json.dumps({"steps": [*steps, {"title": "A", "link": "elsewhere?epochs=2"}]}), "Step 3 of the file"),
        ('{"steps": [null]}', "Step 1 of the file has no title or no link"),
        (json.dumps({"steps": [{"title": "A", "link": "javascript:alert(1)"}]}), "opens no page"),
    ):
        dialog = opened(page, bad)
        expect(dialog.get_by_role("alert")).to_contain_text(message)
        assert titles(dialog) == ["Zero", "Third"], "what was there stays"
        page.keyboard.press("Escape")
    dialog = opened(page, text)
    expect(dialog.get_by_role("alert")).to_be_hidden()
    dialog.get_by_role("button", name="Open: step 2").click()
    expect(page.get_by_role("group", name="Step of the running order")).to_contain_text("2 of 2 Third")
    page.wait_for_selector(".ffbp[data-frame]")
    playground.wait_frame(4)


def test_an_hour_is_composed_sent_as_a_link_and_stepped_through_by_somebody_else(playground, visit, server):
    page = playground.page
    page.goto(f"{server}/teachers?teach=hour&epochs=20")
    page.get_by_role("button", name="An example").click()
    minutes = page.get_by_label("Minutes of step 1")
    expect(minutes).to_have_value("10")
    minutes.fill("15")
    minutes.press("Enter")
    expect(page.get_by_text("5 steps, 50 minutes")).to_be_visible()
    code = page.locator("[data-testid=stCode] code")
    before = code.inner_text()
    page.get_by_role("button", name="Down").first.click()
    page.wait_for_function(IN_ORDER, arg=["Learning rate 1: about right", "Worked example: 2-2-1, sigmoid"])
    expect(code).not_to_have_text(before)
    link = code.inner_text()
    assert link.startswith(f"{server}/?")
    with page.expect_download() as saved:
        page.get_by_role("button", name="Plan to print").click()
    assert saved.value.path().read_text("utf-8").count(f'href="{server}/?') == 6, "the plan has full addresses"
    other = visit(link.removeprefix(f"{server}/")).page
    step = other.get_by_role("group", name="Step of the running order")
    expect(step).to_contain_text("1 of 5 Learning rate 1: about right")
    other.wait_for_selector(".ffbp-presented")
    other.wait_for_function("!location.search.includes('order=')")
    other.keyboard.press("PageDown")
    expect(step).to_contain_text("2 of 5 Worked example")
    other.wait_for_function("location.search.includes('theta=')")
    other.reload()
    expect(step).to_contain_text("2 of 5 Worked example")
    other.keyboard.press("PageUp")
    expect(step).to_contain_text("1 of 5")
    page.get_by_role("button", name="Start", exact=True).click()  # the same on the teacher's own screen
    page.wait_for_selector(".ffbp-presented")
    expect(page.get_by_role("group", name="Step of the running order")).to_contain_text("1 of 5 Learning rate 1")
    page.keyboard.press("PageDown")
    page.wait_for_function("location.search.includes('theta=')")
