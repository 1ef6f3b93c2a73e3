"""Pages are found by glob."""

import pytest
import streamlit as st
from apptest import PAGES


@pytest.fixture(params=PAGES, ids=lambda path: path.stem)
def path(request):
    return request.param


@pytest.fixture
def opened(monkeypatch):
    """The pages that are opened, with their parameters."""
    found = []

    def switch(path, query_params):
        found.append((path, query_params))
        st.stop()

    monkeypatch.setattr(st, "switch_page", switch)
    return found
