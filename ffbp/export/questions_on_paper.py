"""Questions to print: a sheet for each variant with one question of each kind, then the keys with all steps, on any paper."""

import html
from collections.abc import Sequence

from ffbp.export.questions import Question
from ffbp.export.worksheet import listed, printed
from ffbp.figures import notation
from ffbp.words.of_an_item import RUNGS

STYLE = "ul.answer { margin-top: 15mm; }"  # room to work


def questions_on_paper(chosen: Sequence[Question]) -> str:
    """The questions as one HTML file, which needs no script and fetches nothing."""
    variants: dict[int, list[Question]] = {}
    for each in chosen:
        variants.setdefault(each.variant, []).append(each)
    parts = [_sheet(variant, found) for variant, found in variants.items()]
    parts += [_key(variant, found) for variant, found in variants.items()]
    about = ": a variant begins on a new page, and all keys stand at the end"
    return printed(parts, "", name="Questions", about=about, style=STYLE)


def _sheet(variant, found):
    head = f'<h1>Questions</h1><p>Variant {variant}</p><p class="lines">Name: __________________</p>'
    asked = "\n".join(_question(number, each) for number, each in enumerate(found, start=1))
    return f'<section class="sheet"><header>{head}</header>\n{asked}\n</section>'


def _question(number, question):
    item = question.item
    asks = f"<b>{number}.</b> {notation.sentence_html(item.asks)} Round to {item.decimals} decimals."
    given = listed(map(notation.as_html, item.given))
    answer = listed([f'{notation.as_html(item.name)} = </span><span class="blank">'], "sums answer")
    return f'<div class="question"><p>{asks}</p>{given}{answer}</div>'


def _key(variant, found):
    lines = []
    for number, (rung, _, item) in enumerate(found, start=1):
        *steps, _ = item.steps
        kind = html.escape(RUNGS[rung])
        worked = "".join(f"{' ' if step.startswith('=') else '<br>'}{notation.as_html(step)}" for step in steps)
        lines.append(f"<li>{number}. {kind}:{worked} = <b>{html.escape(item.answer)}</b></li>")
    return (
        f'<section class="key"><header><h1>Key</h1><p>Variant {variant}</p></header><ol>{"".join(lines)}</ol></section>'
    )
