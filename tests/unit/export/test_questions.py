"""Questions for learning platforms: parsed back as the platforms read them, and every key recomputed."""

import csv
import html
import io
import re
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from items_by_hand import by_hand

from ffbp.export.question_files import FILES
from ffbp.export.questions import MAX_VARIANTS, gift, moodle_xml, questions, questions_csv
from ffbp.export.questions_on_paper import questions_on_paper
from ffbp.lessons.ladder import LADDER, draw
from ffbp.words.of_a_slip import SLIPS
from ffbp.words.of_an_item import RUNGS

N = 3
ANSWER = re.compile(r"=(?:%(\d+)%)?(-?[\d.]+):([\d.]+)(?:#(.*))?$")


@pytest.fixture(scope="module")
def chosen():
    return questions(LADDER, N)


def judged(answers, typed):
    """The share and the feedback of the first answer that holds a typed number, as a platform judges it."""
    return next(((share, words) for value, tol, share, words in answers if abs(typed - value) <= tol), None)


def check(found):
    """That answers by (rung, variant) are the right ones: the key by hand, and each mistake with its sentence."""
    assert set(found) == {(rung, i) for rung in LADDER for i in range(1, N + 1)}
    for (rung, variant), answers in found.items():
        drawn = draw(rung, variant)
        assert judged(answers, by_hand(rung, drawn))[0] == 100
        assert judged(answers, float(drawn.item.answer))[0] == 100
        for key, slip in drawn.item.slips.items():
            share, words = judged(answers, slip)
            assert (share, words) == (0, SLIPS[key])
        ranges = sorted((value - tol, value + tol) for value, tol, *_ in answers)
        assert all(high < low for (_, high), (low, _) in pairwise(ranges)), "no two overlap"
        assert len(answers) == 1 + len(drawn.item.slips)


def plain(text):
    return html.unescape(re.sub(r"<[^>]*>", "", text or ""))


def test_moodle_xml_has_what_the_format_documents_and_every_key_is_right(chosen):
    root = ElementTree.fromstring(moodle_xml(chosen))
    assert root.tag == "quiz"
    kinds = [each.get("type") for each in root]
    assert kinds.count("category") == len(LADDER)
    assert kinds.count("numerical") == N * len(LADDER)
    assert kinds[0] == "category"
    found = {}
    for each in root.iterfind("question[@type='numerical']"):
        assert each.findtext("name/text")
        assert each.find("questiontext").get("format") == "html"
        assert "Round to" in each.findtext("questiontext/text")
        assert each.findtext("generalfeedback/text").startswith("<p>")
        assert float(each.findtext("defaultgrade")) == 1
        _, rung, variant = each.findtext("idnumber").split("-")
        found[rung, int(variant)] = [
            (
                float(a.findtext("text")),
                float(a.findtext("tolerance")),
                int(a.get("fraction")),
                plain(a.findtext("feedback/text")),
            )
            for a in each.iterfind("answer")
        ]
        assert len(each.findall("hint")) == 2
    check(found)


def test_gift_has_one_block_a_question_and_every_key_is_right(chosen):
    blocks = gift(chosen).strip().split("\n\n")
    names = {f"{RUNGS[rung]}, {i}": (rung, i) for rung in LADDER for i in range(1, N + 1)}
    found = {}
    for block in blocks:
        if block.startswith("$CATEGORY: "):
            continue
        name, text, rest = re.fullmatch(r"::(.*?)::\[html\](.*?)(?<!\\)\{#\n(.*)\n\}", block, re.DOTALL).groups()
        *lines, general = rest.split("\n")
        assert general.startswith("####")
        assert not re.search(r"(?<!\\)[~=#{}:]", text), "what means something to the format is escaped"
        found[names[name]] = [
            (float(value), float(tol), int(share or 100), re.sub(r"\\(.)", r"\1", words or ""))
            for share, value, tol, words in (ANSWER.fullmatch(line).groups() for line in lines)
        ]
    check(found)


def test_the_table_has_a_row_a_question(chosen):
    rows = list(csv.DictReader(io.StringIO(questions_csv(chosen))))
    found = {}
    for row in rows:
        key = row["kind"], int(row["variant"])
        item = draw(*key).item
        assert (row["question"], row["given"]) == (item.asks, ", ".join(item.given))
        wrong = [each.partition(": ")[::2] for each in row["mistakes"].split(" | ")]
        answers = [(float(row["answer"]), float(row["tolerance"]), 100, "")]
        found[key] = answers + [(float(value), item.tolerance(float(value)), 0, words) for value, words in wrong]
    check(found)


def test_the_same_choice_gives_the_same_files_and_other_numbers_others():
    for write, _ in FILES.values():
        assert write(questions(["sum"], 2)) == write(questions(["sum"], 2))
        assert write(questions(["sum"], 2)) != write(questions(["sum"], 2, first=3))
    assert [each.variant for each in questions(["adam", "sum", "adam"], 2, first=7)] == [7, 8, 7, 8]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((["product"], 1), "unknown kind of question 'product'"),
        ((["sum"], 0), f"variants must be from 1 to {MAX_VARIANTS}, got 0"),
        ((["sum"], MAX_VARIANTS + 1), "variants must be"),
        ((["sum"], 1, 0), "the first variant must be"),
    ],
)
def test_what_does_not_exist_is_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        questions(*arguments)


def test_the_printed_key_holds_the_answer_of_each_question_of_its_variant():
    rungs, n = ["sum", "hidden_delta", "adam"], 2
    text = questions_on_paper(questions(rungs, n, 5))
    sheets, *keys = text.split('<section class="key">')
    assert sheets.count('<section class="sheet">') == len(keys) == n
    assert sheets.count('class="blank"') == n * len(rungs)
    for variant, key in enumerate(keys, start=5):
        answers = re.findall(r"= <b>([^<]*)</b></li>", key)
        assert answers == [draw(rung, variant).item.answer for rung in rungs]
    assert "<script" not in text
