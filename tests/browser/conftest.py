"""One server and one Chromium for all browser tests; a page of its own for each."""

import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import chromium
import pytest
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[2]
QUIET = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync")  # fmt: skip


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def serving():
    """A fresh server; yields its address."""
    port = _free_port()
    command = [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        "app.py",
        "--server.headless",
        "true",
        "--server.port",
        str(port),
    ]
    process = subprocess.Popen(
        [*command, "--server.fileWatcherType", "none"], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            try:
                if urllib.request.urlopen(f"{address}/_stcore/health", timeout=1).read() == b"ok":
                    break
            except OSError:
                time.sleep(0.1)
        else:
            raise RuntimeError("the server did not start")
        yield address
    finally:
        process.terminate()
        process.wait(10)
        process.stdout.close()


@pytest.fixture(scope="session")
def server():
    with serving() as address:
        yield address


@pytest.fixture(scope="session")
def browser():
    path = chromium.find()
    assert path, "no Chromium: run the tests by the README's command, which installs one"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(QUIET))
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
    page.set_default_timeout(15_000)
    page.problems = []
    page.on("pageerror", lambda error: page.problems.append(str(error)))
    yield page
    assert page.problems == []


class Playground:
    """What a person does on the page."""

    def __init__(self, page, address):
        self.page, self.address = page, address

    def open(self, query=""):
        self.page.goto(f"{self.address}/{query}")
        return self.ready()

    def ready(self):
        self.page.wait_for_selector(".ffbp[data-run]", timeout=60_000)
        self.page.wait_for_selector(".ffbp .boundary .main-svg", timeout=60_000)
        return self

    def data(self, name):
        return self.page.get_attribute(".ffbp", f"data-{name}")

    def card(self, name):
        return self.page.inner_text(f".ffbp .figures .{name}")

    def epoch(self):
        return self.page.inner_text(".ffbp .epoch")

    def cards(self):
        return self.page.eval_on_selector_all(".ffbp .figures dd", "all => all.map(e => e.textContent)")

    def new_run(self, before, timeout=30_000):
        self.page.wait_for_function(
            "old => document.querySelector('.ffbp')?.dataset.run !== old", arg=before, timeout=timeout
        )

    def wait_frame(self, frame):
        self.page.wait_for_function("n => document.querySelector('.ffbp').dataset.frame === String(n)", arg=frame)

    def wait_address(self, part):
        self.page.wait_for_function("part => location.search.includes(part)", arg=part)

    def open_more(self, label):
        self.page.get_by_text(label, exact=True).click()


@pytest.fixture
def playground(page, server):
    return Playground(page, server)


@pytest.fixture
def visit(browser, server):
    """A fresh browser, as somebody else would open a link: visit(query) -> Playground."""
    contexts = []

    def visit(query="", address=server, **options):
        context = browser.new_context(**{"viewport": {"width": 1366, "height": 768}, **options})
        contexts.append(context)
        return Playground(context.new_page(), address).open(query)

    yield visit
    for context in contexts:
        context.close()
