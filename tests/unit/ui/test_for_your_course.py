"""Topics for a course: each link opens and shows what its sentence says, with every number computed anew."""

import csv
import io
import re
from dataclasses import replace
from functools import cache
from io import BytesIO

import pytest
from PIL import Image

from ffbp import train
from ffbp.export.forms import usual_plane
from ffbp.export.slide import NEED_B, PICTURES, Shown, slide
from ffbp.lessons.expressions import Case, expression
from ffbp.ui.teachers.topics import COPIES, CREDIT, LICENCE_LINK, read, table_csv, table_markdown, topics

TOPICS = topics()
ADDRESS = "https://ffbp.example/"


@cache
def trained(config):
    return train(config)


def case_of(topic):
    return Case.of(dict(topic.address.params), trained)


ADDRESSES = {topic.title: f"{ADDRESS}{topic.link}" for topic in TOPICS}


def test_there_are_enough_topics_for_a_course_and_each_once():
    assert 15 <= len(TOPICS) <= 24
    assert len({topic.title for topic in TOPICS}) == len({topic.link for topic in TOPICS}) == len(TOPICS)


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.title)
def test_each_sentence_is_true_of_its_link(topic):
    case, found = case_of(topic), topic.address.found
    assert found.problems == []
    for text, quantity in topic.says.items():
        assert text in topic.sentence
        assert case.text(expression(quantity)) == text, quantity
    for each in topic.holds:
        assert case.holds(each), each
    assert topic.says or topic.holds, "nothing is claimed that is not checked"


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.title)
def test_every_number_in_a_sentence_is_computed_or_chosen_in_the_link(topic):
    rest = topic.sentence
    for text in sorted(topic.says, key=len, reverse=True):
        rest = rest.replace(text, "")
    chosen = re.findall(r"\d+(?:\.\d+)?", topic.link.replace("-", " ")) + re.findall(
        r"\d+(?:\.\d+)?", str(topic.address.found.config)
    )
    allowed = {float(each) for each in chosen} | {1.0}  # a probability of 1
    assert {float(each) for each in re.findall(r"\d+(?:\.\d+)?", re.sub(r"[A-Z]\d|L2", "", rest))} <= allowed


@pytest.mark.parametrize("copied", COPIES)
def test_a_copied_row_has_everything(copied):
    for topic in TOPICS:
        text = COPIES[copied](topic, ADDRESSES[topic.title])
        assert topic.title in text.replace("&#x27;", "'")
        assert "CC BY 4.0" in text
        assert f"{topic.minutes} min" in text
        assert ADDRESS in text


def test_the_table_is_whole_in_both_forms():
    rows = list(csv.DictReader(io.StringIO(table_csv(ADDRESSES))))
    assert [row["topic"] for row in rows] == [topic.title for topic in TOPICS]
    assert {row["licence"] for row in rows} == {CREDIT}
    assert [row["link"] for row in rows] == list(ADDRESSES.values())
    text = table_markdown(ADDRESSES)
    assert all(line.count("|") == 5 for line in text.splitlines() if line.startswith("| "))
    assert LICENCE_LINK in text


@pytest.mark.parametrize("name", PICTURES)
def test_each_kind_of_picture_is_a_light_slide_of_16_to_9(name):
    config = next(topic for topic in TOPICS if name in topic.pictures).address.found.config
    a, b = (trained(replace(config, epochs=min(config.epochs, 4), weight_seed=seed)) for seed in (1, 2))
    shown = Shown(a, usual_plane(a), 0)
    if name in NEED_B:
        shown = replace(shown, other=Shown(b, usual_plane(b)))
    image = Image.open(BytesIO(slide("A title", "A sentence.", (name, name), shown, credit=CREDIT))).convert("L")
    assert abs(image.width / image.height - 16 / 9) < 0.002
    assert image.width >= 1600
    assert image.getpixel((3, 3)) > 250
    for left in (60, 1000):
        assert len(image.crop((left, 300, left + 800, 940)).getcolors()) > 8, "there is a picture"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"link": "nowhere?lr=1"}, "must begin with"),
        ({"link": "?lr=abc"}, "learning_rate must be"),
        ({"link": "?$none"}, r"\$none must be a name"),
        ({"minutes": 0}, "minutes must be"),
        ({"pictures": ["loss", "nothing"]}, "pictures must be"),
        ({"says": {"1": "nothing"}}, "unknown quantity"),
        ({"holds": ["loss"]}, "must compare"),
        ({"sentence": "word " * 50}, "at most"),
        ({"colour": "red"}, "unknown key 'colour'"),
        ({"title": None}, "title is missing"),
    ],
)
def test_a_bad_topic_has_one_message_that_names_it(change, message):
    good = {"title": "Loss", "link": "?lr=1", "sentence": "It falls.", "minutes": 5, "pictures": ["loss", "boundary"]}
    raw = {key: value for key, value in {**good, **change}.items() if value is not None}
    text = "[[topic]]\n" + "\n".join(f"{key} = {_toml(value)}" for key, value in raw.items())
    with pytest.raises(ValueError, match=message):
        read(text)


def _toml(value):
    if isinstance(value, dict):
        return "{" + ", ".join(f'"{key}" = "{each}"' for key, each in value.items()) + "}"
    return repr(value)
