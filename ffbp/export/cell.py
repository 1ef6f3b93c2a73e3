"""A run in a cell of a notebook (Jupyter, Colab): the page that plays offline, in a frame of its own."""

import html

from ffbp.analysis.summary import title
from ffbp.export.forms import FORMS
from ffbp.training.run import Run

HEIGHT = 820  # pixels: timeline and four panels


def run_html(run: Run) -> str:
    """The run's player as HTML for a cell. The frame's page forbids the browser to fetch anything."""
    (write,) = FORMS["html"].files.values()
    name, page = (html.escape(text, quote=True) for text in (title(run), write(run)))
    return f'<iframe title="{name}" srcdoc="{page}" style="width: 100%; height: {HEIGHT}px; border: 0"></iframe>'
