"""Pages are found by glob."""

import pytest
from apptest import PAGES


@pytest.fixture(params=PAGES, ids=lambda path: path.stem)
def path(request):
    return request.param
