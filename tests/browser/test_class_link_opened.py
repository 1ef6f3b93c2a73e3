"""A class link as a teacher makes it, and as somebody of the class opens it in a browser of their own."""

from urllib.parse import urlsplit

from playwright.sync_api import expect

from ffbp.browser import sources

TEXTS = "texts => texts.map(([text, hidden]) => rewritten(text, { hidden, comma: true }))"
# Shows the line of a running order, and whether picture, task and line stand below each other
STEP = "() => { document.querySelector('.ffbp-step').hidden = false; }"
STACKED = """() => { const at = place => document.querySelector(place).getBoundingClientRect();
    const [picture, task, line] = [at('.ffbp-presented'), at('.st-key-task'), at('.ffbp-step')];
    return picture.bottom <= task.top + 1 && task.bottom <= line.top + 1; }"""


def typed(page, label, text):
    field = page.get_by_label(label, exact=True)
    field.fill(text)
    field.press("Enter")


def test_a_link_is_made_copied_opened_answered_and_left(page, server, visit):
    page.goto(f"{server}/teachers?epochs=50&lr=0.3")
    typed(page, "Your text or question", "Which rate wins?")
    typed(page, "Numbers to ask for", "end_loss")
    page.get_by_role("button", name="Decision boundary").click()
    page.get_by_role("button", name="Decimal comma: 0,25").click()
    code = page.locator("[data-testid=stCode] code")
    expect(code).to_contain_text("comma=1")
    expect(code).to_contain_text("cover=boundary")
    link = code.inner_text().strip()
    assert page.get_by_role("link", name="Open it as your class sees it").get_attribute("href") == link
    expect(page.locator("[data-testid=stImage] img")).to_be_visible()
    page.get_by_text("Preview: what your class sees").click()
    inside = page.frame_locator("iframe.ffbp-preview")
    expect(inside.get_by_role("region", name="Task")).to_contain_text("Which rate wins?")
    expect(inside.locator(".ffbp .figures .train_loss")).to_have_text("?")

    other = visit(f"?{urlsplit(link).query}")
    there, loss = other.page, other.page.locator(".ffbp .figures .train_loss")
    task = there.get_by_role("region", name="Task")
    expect(task).to_contain_text("Which rate wins?")
    expect(loss).to_have_text("?")
    timeline = there.locator(".ffbp .timeline input[type=range]")
    expect(timeline).to_have_attribute("aria-valuetext", "epoch 50 of 50, training loss ?")
    expect(there.locator(".ffbp .figures .test_loss")).to_contain_text(",")
    expect(there.locator(".ffbp .panel")).to_have_count(3)
    before = other.data("run")
    there.get_by_role("slider", name="Learning rate").press("ArrowLeft")
    other.new_run(before)
    other.wait_address("say=")
    expect(loss).to_have_text("?")
    there.get_by_label("Your answer").fill("0,5")
    there.get_by_label("Your answer").press("Enter")
    expect(task).to_contain_text("Not 0,5")
    there.get_by_role("button", name="Show the answer").click()
    expect(there.locator(".ffbp .panel")).to_have_count(4)
    expect(loss).to_contain_text("0,")
    expect(timeline).to_have_attribute("aria-valuetext", f"epoch 50 of 50, training loss {loss.inner_text()}")
    other.wait_address("given=s")
    there.get_by_role("button", name="Leave the task").click()
    expect(task).to_have_count(0)
    expect(loss).to_contain_text("0.")
    expect(timeline).to_have_attribute("aria-valuetext", f"epoch 50 of 50, training loss {loss.inner_text()}")
    assert "say=" not in there.url


def test_a_presented_task_stands_below_the_picture_and_can_be_left(playground):
    page = playground.open("?epochs=50&present=1&say=Which+rate+wins%3F&free=none&fixed=all").page
    task = page.get_by_role("region", name="Task")
    expect(task).to_be_visible()
    page.wait_for_function(
        "() => document.querySelector('.ffbp-presented').getBoundingClientRect().bottom"
        " <= document.querySelector('.st-key-task').getBoundingClientRect().top + 1"
    )
    expect(page.locator(".ffbp .sizes button").first).to_be_hidden()
    page.evaluate(STEP)
    page.wait_for_function(STACKED)
    page.get_by_role("button", name="Leave the task").click()
    expect(task).to_have_count(0)
    assert "present=1" in page.url


def test_numbers_are_rewritten_and_nothing_else_is(page, server):
    """What is hidden, what gets a comma, and what stays."""
    page.goto(f"{server}/?epochs=50&cover=scores")
    timeline = page.locator(".ffbp .timeline input[type=range]")
    expect(timeline).to_have_attribute("aria-valuetext", "epoch 50 of 50")
    script = sources.script("texts.js").replace("export ", "")
    cases = [
        ("loss 0.2531, 94.5 %", [], "loss 0,2531, 94,5 %"),
        ("1.234·10⁻⁵ and 1e-05", [], "1,234·10⁻⁵ and 1e-05"),
        ("3,628,800 rows, 1,234.5", [], "3\u202f628\u202f800 rows, 1\u202f234,5"),
        ("version 1.2.3, W1.5x", [], "version 1.2.3, W1.5x"),
        ("0.2531 0.253 0.25 0.3", [0.25312], "? ? ? 0,3"),
        ("−0.2531 (25.31)", [-0.25312, 25.312], "−? (?)"),
        ("1.234·10⁻⁵", [1.2342e-5], "?"),
        ("epoch 12 of 100", [12.0], "epoch 12 of 100"),
        ("0.5", [0.5], "?"),
    ]
    found = page.evaluate(f"texts => {{ {script}; return ({TEXTS})(texts); }}", [list(case[:2]) for case in cases])
    assert found == [case[2] for case in cases]
