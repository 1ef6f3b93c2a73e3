"""``--full``: the full numbers of the robustness tests, which take minutes; without it, a sample of the same."""

import pytest


def pytest_addoption(parser):
    parser.addoption("--full", action="store_true", help="robustness tests in full: minutes instead of seconds")


@pytest.fixture(scope="session")
def full(request):
    return request.config.getoption("--full")
