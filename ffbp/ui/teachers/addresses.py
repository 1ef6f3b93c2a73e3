"""Links from the page For teachers to a page with parameters: as an address to copy, and to click."""

from collections.abc import Mapping
from urllib.parse import urlencode

from ffbp.ui.page import PAGES, link
from ffbp.ui.session import address

PATHS = {address.name_of(path): path for path in PAGES}  # by the pages' names in addresses
NAMES = {name: PAGES[path] for name, path in PATHS.items()}


def full(page: str, params: Mapping[str, str]) -> str:
    """The full address; as far as it is known, if the browser has not sent the dashboard's. Call it in a page's script."""
    return address.of_dashboard(dict(params), page) or f"{page}?{urlencode(params)}"


def opening(page: str, params: Mapping[str, str], label: str = "Open") -> None:
    """Draw a link that opens it."""
    link(PATHS[page], label, address.offer(dict(params)))
