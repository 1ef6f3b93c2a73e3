"""One server and one Chromium for all browser tests; a page of its own for each."""

from pathlib import Path

import chromium
import pytest
from browsing import Playground, serving
from playwright.sync_api import sync_playwright
from waiting import patient

QUIET = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync")  # fmt: skip


@pytest.hookimpl(tryfirst=True)  # before the groups are read
def pytest_collection_modifyitems(items):
    """Where tests run side by side, these share one process: two browsers would take each other's time."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("browser"))


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


@pytest.fixture
def context(browser):
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    yield context
    context.close()


@pytest.fixture
def page(context):
    page = context.new_page()
    page.problems = []
    page.on("pageerror", lambda error: page.problems.append(str(error)))
    yield page
    assert page.problems == []


@pytest.fixture
def playground(page, server):
    return Playground(page, server)


@pytest.fixture
def visit(browser, server):
    """A fresh browser, as somebody else would open a link: visit(query) -> Playground."""
    contexts = []

    def visit(query="?dataset=moons", address=server, **options):
        context = browser.new_context(**{"viewport": {"width": 1366, "height": 768}, **options})
        contexts.append(context)
        return Playground(context.new_page(), address).open(query)

    yield visit
    for context in contexts:
        context.close()
