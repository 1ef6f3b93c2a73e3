"""What ends every page: one sentence with the link onwards, and a footer about the product."""

from functools import cache

from ffbp.figures.blob import as_text
from ffbp.ui.component import component
from ffbp.version import VERSION

ONWARD = {  # of each page: the next one, and why
    "app.py": ("pages/forward_pass.py", "Every colour in the picture is a sum. Follow one sample through the network."),
    "pages/forward_pass.py": (
        "pages/backpropagation.py",
        "You know what comes out. How much did each weight contribute to the error?",
    ),
    "pages/backpropagation.py": ("pages/compare.py", "Does another choice learn faster? Change one thing and compare."),
    "pages/compare.py": ("pages/laboratory.py", "What decides whether a network learns at all? Measure it."),
    "pages/laboratory.py": ("pages/digits.py", "The same few rules learn to read handwriting."),
    "pages/digits.py": ("pages/data.py", "What can a network learn from samples of your own?"),
    "pages/data.py": ("pages/code_export.py", "Take the experiment with you, as a program or as tables and pictures."),
    "pages/code_export.py": ("pages/lessons.py", "Learn it step by step: predict a number, run it, compare."),
    "pages/lessons.py": ("pages/teachers.py", "Do you teach it? Make a link, a worksheet or a quiz for your class."),
    "pages/teachers.py": ("app.py", "Change one setting and watch the network learn again."),
}
TITLE = "ffbp: feed-forward and backpropagation, visible, exact and playable"
KEYS = (
    "Space plays and pauses. ← and → step by one recorded epoch. Home and End jump to the ends. In the network, arrows go "
    "from unit to unit; E opens a unit's weights and bias. ? lists all keys."
)
AUTHORS, LICENCE = "The ffbp authors", "MIT"


def footer(sentence: str, onward: str) -> None:
    """A sentence with the link to the page ``onward``, which follows the page's own link in the bar; and the footer."""
    component("footer")(key="footer", data=_content(sentence, onward))


@cache
def _content(sentence, onward) -> bytes:
    """The same at each run of a page, so that it is sent once. "link": the page's own."""
    entries = [
        ("How to cite", "Please cite ffbp as:", f"{AUTHORS}. {TITLE}. Version {VERSION}. Software, {LICENCE} licence."),
        ("Source", "Every page shows its own source code. Code & export writes your experiment as one program.", None),
        ("Keys", KEYS, None),
        (
            "Privacy",
            "Your file, and what you put on the board for teachers, stay in the memory of your session on the server; no other "
            "visitor gets them. Points that you draw and numbers that you type, your answers among them, are part of the link.",
            None,
        ),
        (
            "Report a mistake",
            "Send this link to the person who runs this page, with what you expected and what you saw. It does not contain your "
            "file.",
            "link",
        ),
    ]
    content = [{"title": title, "text": text, "copy": copy} for title, text, copy in entries]
    about = {"about": f"ffbp {VERSION} · {LICENCE} licence", "version": VERSION, "entries": content}
    return as_text(about | {"sentence": sentence, "onward": onward}).encode()
