"""By keyboard alone: every stop of Tab has a name, is in sight and visibly focused; choosing keeps the focus."""

import pytest
from playwright.sync_api import expect

# What the focused element is called, whether it is in sight, and whether focus changes its look or that of what holds it.
STOP = """async () => {
  const e = document.activeElement;
  if (e === document.body) return null;
  const { top, bottom, left, right } = e.getBoundingClientRect();
  const seen = top >= -1 && left >= -1 && bottom <= innerHeight + 1 && right <= innerWidth + 1;
  const around = [];
  for (let n = e; n && around.length < 7; n = n.parentElement) around.push(n);
  if (e.nextElementSibling) around.push(e.nextElementSibling);
  const look = () => around.map((n) => {
    const { outline, boxShadow, borderColor, backgroundColor } = getComputedStyle(n);
    return [outline, boxShadow, borderColor, backgroundColor].join();
  }).join(';');
  const focused = look();
  e.blur();
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  const marked = look() !== focused;
  e.focus({ focusVisible: true, preventScroll: true });
  const labels = [...(e.labels ?? [])].map((label) => label.textContent).join(' ');
  return { name: (e.getAttribute('aria-label') || labels || e.textContent).trim(), role: e.tagName, seen, marked };
}"""


@pytest.mark.parametrize("path", ["", "forward_pass", "backpropagation"])
def test_tab_reaches_everything_in_sight_and_visibly(playground, path):
    page = playground.page
    page.goto(f"{playground.address}/{path}?dataset=moons&epochs=100")
    playground.ready()
    expect(page.get_by_role("button", name="Report a mistake")).to_be_attached()
    page.add_style_tag(content="* { transition: none !important; }")
    stops = []
    for _ in range(120):
        page.keyboard.press("Tab")
        if (stop := page.evaluate(STOP)) is None:
            break
        stops.append(stop)
    names = [stop["name"] for stop in stops]
    assert names[0] == "Skip to main content"
    assert names[-1] == "Report a mistake"
    assert [stop for stop in stops if not stop["name"]] == []
    assert [stop for stop in stops if not stop["seen"] and stop["role"] != "MAIN"] == []
    assert [stop for stop in stops if not stop["marked"]] == []
    assert {"Experiments", "Play", "Epoch shown", "Learning rate η"} <= set(names)


def test_choosing_by_keyboard_keeps_the_focus(playground):
    page = playground.open("?dataset=moons&epochs=100").page

    def press(role, name, *keys, says=None):
        control = page.get_by_role(role, name=name)
        control.focus()
        before = playground.data("run")
        for key in keys:
            page.keyboard.press(key)
        if says is None:
            playground.new_run(before)
        else:
            playground.wait_address(says)
        expect(control).to_be_focused()

    press("combobox", "Optimizer", "ArrowDown", "Enter")
    press("slider", "Learning rate η", "ArrowRight")
    press("button", "Add a unit to layer 1", "Enter")
    page.get_by_role("button", name="Experiments").press("Enter")
    page.get_by_role("dialog").get_by_role("button", name="XOR by hand").press("Enter")
    expect(page.get_by_role("button", name="Experiments")).to_be_focused()
    playground.wait_address("xor_gate")
    page.locator(".st-key-bar a").filter(has_text="Backpropagation").press("Enter")
    page.wait_for_url("**/backpropagation?*")
    press("button", "3 Backward", "Enter", says="card=3")
    press("button", "Next step", "Enter", says="layer=1")
    press("button", "4 Update", "Enter", says="card=6")
