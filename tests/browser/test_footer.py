"""The end of a page: the link onwards carries the moment on screen, and the footer's entries open."""

from playwright.sync_api import expect


def test_the_link_onwards_carries_the_sample_and_the_moment(playground):
    page = playground.page
    page.goto(f"{playground.address}/forward_pass?epochs=50&sample=7")
    playground.ready()
    page.click(".ffbp .first")
    playground.wait_address("frame=0")
    page.wait_for_function("() => document.querySelector('.st-key-bar a').href.includes('frame=0')")
    onward = page.locator(".ffbp-ending").get_by_role("link", name="Backpropagation")
    onward.hover()
    assert onward.get_attribute("href").endswith("/backpropagation?epochs=50&frame=0&sample=7")
    onward.click()
    page.wait_for_url("**/backpropagation?epochs=50&frame=0&sample=7")
    expect(page.locator(".ffbp-ending").get_by_role("link")).to_have_text("Compare →")


def test_the_footers_entries_open_one_at_a_time_and_the_report_names_the_link(playground):
    page = playground.open("?dataset=moons&frame=3").page
    footer = page.get_by_role("group", name="About ffbp")
    footer.get_by_role("button", name="Report a mistake").click()
    expect(footer.get_by_label("Text to copy")).to_have_value(f"ffbp 1.0.0: {page.url}")
    footer.get_by_role("button", name="Keys").click()
    expect(footer).to_contain_text("Space plays and pauses")
    expect(footer.get_by_label("Text to copy")).to_be_hidden()
    footer.get_by_role("button", name="Keys").press("Enter")
    expect(footer).not_to_contain_text("Space plays and pauses", use_inner_text=True)


def test_focus_on_a_link_of_the_bar_does_not_look_like_the_current_page(playground):
    page = playground.open().page
    look = """(a) => {
      const { outlineStyle, outlineWidth, backgroundColor, borderBottomColor } = getComputedStyle(a);
      return [outlineStyle, outlineWidth, backgroundColor, borderBottomColor];
    }"""
    links = page.locator(".st-key-bar a")
    current = links.nth(0).evaluate(look)
    page.keyboard.press("Tab")
    links.nth(1).focus()
    focused = links.nth(1).evaluate(look)
    assert focused[:2] == ["solid", "2px"]
    assert current[0] == "none"
    assert current[3] != focused[3]
    marked = page.locator(".st-key-bar a[aria-current=page]")
    expect(marked.locator("p")).to_have_text("Playground")
    links.filter(has_text="Forward pass").click()
    expect(marked.locator("p")).to_have_text("Forward pass")  # and no other
