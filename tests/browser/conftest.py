"""One server and one Chromium for all browser tests of a process; a page for each, as if it were new."""

from contextlib import ExitStack
from pathlib import Path

import chromium
import pytest
from browsing import Playground, serving
from playwright.sync_api import sync_playwright
from tabs import Tabs
from waiting import patient

QUIET = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync")  # fmt: skip


@pytest.hookimpl(tryfirst=True)  # before the groups are read
def pytest_collection_modifyitems(items):
    """Where tests run side by side, those of the browser's files share one process, and those of the served pages two."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            half = "served" if item.path.stem < "test_f" else "served, second half"
            item.add_marker(pytest.mark.xdist_group(half if "server" in item.fixturenames else "files"))


@pytest.fixture(scope="session")
def server():
    with serving() as address:
        yield address


@pytest.fixture(scope="session")
def browser():
    path = chromium.find()
    assert path, "no Chromium: run the tests by the README's command, which installs one"
    with sync_playwright() as playwright:
        browser = patient(playwright.chromium.launch(executable_path=path, args=list(QUIET)))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def tabs(browser):
    return Tabs(browser)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item):
    report = yield
    if report.failed and "tabs" in item.funcargs:
        item.funcargs["tabs"].spoil()
    return report


@pytest.fixture
def page(tabs):
    with tabs.page() as page:
        yield page
        assert page.problems == []


@pytest.fixture
def playground(page, server):
    return Playground(page, server)


@pytest.fixture
def visit(tabs, server):
    """As somebody else would open a link, in a browser of their own: visit(query) -> Playground."""
    with ExitStack() as lent:

        def visit(query="?dataset=moons", address=server, **options):
            return Playground(lent.enter_context(tabs.page(**options)), address).open(query)

        yield visit


@pytest.fixture
def context(page):
    """The context of ``page``, for another tab of the same person."""
    return page.context
