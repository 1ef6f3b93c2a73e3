"""The glossary on the page: every heading that is a term has an entry, and a search finds it."""

import pytest
from apptest import ROOT, run_page

from ffbp.words.glossary import glossary, named

# Headings that say what one can do there, in words that need no explanation.
PLAIN = {
    *(
        "One unit, written out",
        "What if?",
        "All samples at once",
        "More about this gradient",
        "Inspect",
        "In the terminal",
    ),
    *("From one digit to another", "Full size: MNIST", "Your points"),
    *("Questions for your learning platform", "Worksheet and key"),
    *(
        "Forward: what comes out",
        "What each rule keeps in this network",
        "Many layers of ReLU",
        "Activations of this start",
    ),
}


def test_every_heading_that_is_a_term_has_an_entry(path):
    for params in ({"dataset": "moons", "epochs": "5"}, {"points": "0_0_1~1_1_0~2_1_1~0_2_0", "epochs": "5"}):
        headings = {each.value for each in run_page(path, **params).header}
        assert {heading for heading in headings - PLAIN if not named(heading)} == set()


def terms_of(app):
    return [m.value.split("**")[1].replace("\\", "") for m in app.main.get("markdown") if m.value.startswith("**")]


@pytest.mark.parametrize(("text", "term"), [("", "Delta"), ("η", "Learning rate"), ("chain rule", "Backpropagation")])
def test_the_page_shows_what_a_search_finds(text, term):
    app = run_page(ROOT / "pages" / "lessons.py", part="glossary")
    assert not app.exception
    assert len(terms_of(app)) == len(glossary())
    next(each for each in app.text_input if each.label.startswith("Search")).set_value(text)
    app.run()
    assert term in terms_of(app)
    if text:
        assert len(terms_of(app)) < 10


def test_a_search_for_nothing_known_says_so():
    app = run_page(ROOT / "pages" / "lessons.py", part="glossary")
    next(each for each in app.text_input if each.label.startswith("Search")).set_value("xyzzy")
    app.run()
    assert app.info[0].value.startswith("Nothing is called that here.")


def test_a_term_of_a_lesson_is_explained_at_the_word():
    address = {"lr": "1", "epochs": "300", "frame": "0", "panel": "boundary"}
    app = run_page(ROOT / "app.py", **address, lesson="neuron", step="6")
    text = next(m for m in app.markdown if "decision boundary" in m.value)
    assert glossary()["boundary"].sentence in text.proto.help
