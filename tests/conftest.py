"""``--full`` runs the robustness tests on all cases, which takes minutes; the default is a sample of them."""

import pytest


def pytest_addoption(parser):
    parser.addoption("--full", action="store_true", help="robustness tests in full: minutes instead of seconds")


@pytest.fixture(scope="session")
def full(request):
    return request.config.getoption("--full")
