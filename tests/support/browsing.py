"""A separate server for the browser tests, and a user's actions on the page."""

from contextlib import contextmanager, suppress

from playwright.sync_api import TimeoutError
from servers import running

IS = """scheme => {
  const ground = getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor;
  return (parseInt(ground.match(/\\d+/)[0]) < 128) === (scheme === 'dark');
}"""
GO = """to => {
  History.prototype.pushState.call(history, {}, "", to);
  dispatchEvent(new PopStateEvent("popstate", { state: {} }));
}"""


@contextmanager
def serving():
    """Start a new server; yield its address."""
    with running() as server:
        yield server.address


@contextmanager
def at(*place):
    """One of several checks in a test: if it fails, the error says which."""
    try:
        yield
    except BaseException as error:
        error.add_note(f"at {', '.join(map(str, place))}")
        raise


def hover(page, x, y, label):
    """Move the pointer about a place until the label is there: while Plotly draws, it does not listen."""
    for step in range(60):
        page.mouse.move(x + step % 2, y)
        with suppress(TimeoutError):
            return label.first.wait_for(timeout=1000)
    raise AssertionError(f"no {label} at {x:.0f}, {y:.0f}")


class Playground:
    """A user's actions on the page."""

    def __init__(self, page, address):
        self.page, self.address = page, address

    def open(self, query="?dataset=moons"):
        """Open a link, by default that of the reference experiment; "" is the front door."""
        self.page.goto(f"{self.address}/{query}")
        return self.ready()

    def go(self, link):
        """Change the address within the page, as Back does, and wait for its run: half the time of ``open``."""
        before = self.data("run")
        self.page.evaluate(GO, f"{self.address}/{link}")
        self.new_run(before)
        return self.ready()

    def turn(self, scheme):
        """The person's system turns light or dark; charts follow in the next frames."""
        self.page.emulate_media(color_scheme=scheme)
        self.page.wait_for_function(IS, arg=scheme)
        self.page.wait_for_timeout(200)

    def ready(self):
        self.page.wait_for_selector(".ffbp[data-run]")
        self.page.wait_for_selector(".ffbp .panel:not([hidden]) .main-svg")
        return self

    def data(self, name):
        return self.page.get_attribute(".ffbp", f"data-{name}")

    def card(self, name):
        return self.page.inner_text(f".ffbp .figures .{name}")

    def epoch(self):
        return self.page.inner_text(".ffbp .epoch")

    def cards(self):
        return self.page.eval_on_selector_all(".ffbp .figures dd", "all => all.map(e => e.textContent)")

    def new_run(self, before, timeout=None):
        self.page.wait_for_function(
            "old => document.querySelector('.ffbp')?.dataset.run !== old", arg=before, timeout=timeout
        )

    def wait_frame(self, frame):
        self.page.wait_for_function("n => document.querySelector('.ffbp').dataset.frame === String(n)", arg=frame)

    def wait_address(self, part):
        self.page.wait_for_function("part => location.search.includes(part)", arg=part)

    def experiment(self, label):
        """Choose an experiment of the gallery."""
        self.page.get_by_role("button", name="Experiments").click()
        self.page.get_by_role("dialog").get_by_role("button", name=label).click()

    def open_more(self, label):
        self.page.get_by_text(label, exact=True).click()
