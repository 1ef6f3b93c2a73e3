"""The board as a teacher uses it: links are pasted, a line is clicked, and the challenge's link opens in another browser."""

from test_accessible import violations

LINE = "Mara Quist: {address}/?hidden={hidden}&epochs=60&samples=60"
RULES = "epochs at least 60, fewest weights"


def test_a_class_without_accounts(playground, visit):
    page = playground.page
    page.goto(f"{playground.address}/teachers?teach=board&epochs=60&samples=60")
    lines = [LINE.format(address=playground.address, hidden=hidden) for hidden in (2, 3, 4)]
    field = page.get_by_role("textbox", name="Links")
    field.fill("\n".join([*lines, "nonsense"]))
    field.blur()
    page.get_by_text("line 4:").wait_for()
    rules = page.get_by_role("textbox", name="Challenge (optional)")
    rules.fill(RULES)
    rules.press("Enter")
    playground.wait_address("challenge=epoch_at_least_60")
    page.get_by_role("button", name="Train 3 runs").click()
    losses = page.locator("section.ffbp-chart[aria-label^='Test loss of every run']")
    losses.locator(".main-svg").first.wait_for()
    page.locator("section.ffbp-chart[aria-label^='Decision boundary of every run'] .main-svg").first.wait_for()
    page.get_by_role("combobox", name="Highlight").click()
    page.keyboard.type("run 2")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    losses.get_by_text("2 other runs").wait_for()
    for scheme in ("light", "dark"):
        playground.turn(scheme)
        assert not (broken := violations(page)), scheme + "\n".join(broken)
    link = page.locator("[data-testid=stCode] code").inner_text()
    assert "Mara" not in link + page.url
    student = visit("?" + link.partition("?")[2]).page
    student.get_by_text("weights and biases (now 41)").wait_for()
    student.get_by_role("button", name="Leave it").click()
    student.get_by_text("weights and biases (now 41)").wait_for(state="detached")
    student.wait_for_function("() => !location.search.includes('challenge')")
