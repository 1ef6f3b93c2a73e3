"""A worksheet as one HTML file to print: for each variant a sheet with blanks and, at the end, its key with all steps.

The file needs no script and fetches nothing. It is black on white, on A4 or Letter.
"""

import html
import math
import re
from collections.abc import Callable, Sequence

from ffbp.browser import sources
from ffbp.figures import notation
from ffbp.figures.paper import network_svg
from ffbp.lessons import asking
from ffbp.lessons.item import short
from ffbp.lessons.sheet import BACKWARD, FORWARD, PARTS, UPDATE, Row, Sheet
from ffbp.version import VERSION

PAPERS = {"A4": "A4", "Letter": "letter"}
CURVES = {"sigmoid": lambda z: 1 / (1 + math.exp(-z)), "tanh": math.tanh}
SYMMETRIES = {"sigmoid": "For a negative z take 1 minus the value at -z.", "tanh": "For a negative z change the sign."}
MIN_COLUMNS, BESIDE = 4, 3  # of the given numbers, below the picture and beside it
LAST = 3.9  # z of the table of values
SAMPLE_LOSS = {
    "mse": "mean over the outputs of (a - y)²",
    "bce": "-ln a if y = 1, -ln(1 - a) if y = 0",
    "cce": "-ln a of the true class",
}


def worksheet(sheets: Sequence[Sheet], *, paper: str = "A4", name: str = "", link: str = "") -> str:
    """The sheets, then their keys. paper: a key of PAPERS. name: the experiment's. link: the dashboard's address of it."""
    if paper not in PAPERS:
        raise ValueError(f"paper must be one of {', '.join(PAPERS)}, got {paper!r}")
    once = _are_alike(sheets)
    parts = [_sheet(sheet, has_formulas=not once) for sheet in sheets]
    parts += [_formula_page(sheets)] if once else []
    parts += [_key(sheet, name, link, is_last=sheet is sheets[-1]) for sheet in sheets]
    about = ": a sheet begins on a new page, and all keys stand at the end"
    return printed(parts, paper, name=f"Worksheet: {name}" if name else "Worksheet", about=about)


def printed(parts: Sequence[str], paper: str, *, name: str, about: str = "", style: str = "") -> str:
    """Sections of HTML as a file to print. paper: a key of PAPERS, or "" for the printer's.

    about: goes on after "Print this page"; style: more rules.
    """
    places = {
        "version": VERSION,
        "paper": PAPERS[paper] if paper else "auto",
        "name": html.escape(name),
        "about": html.escape(about),
        "style": sources.text("worksheet.css") + style,
        "sheets": "\n".join(parts),
    }
    return re.sub(r"\{\{(\w+)\}\}", lambda place: places[place[1]], sources.text("worksheet.html"))


def _are_alike(sheets) -> bool:
    """Whether these are a lesson's sheets with the same formulas, which then stand on one page of their own."""
    kinds = {
        (tuple(each.key for each in n.activations), n.loss_function.key, n.delta_scale)
        for n in (sheet.p.network for sheet in sheets)
    }
    return len(kinds) == 1 < len(sheets) and all(sheet.step is not None for sheet in sheets)


def _formula_page(sheets):
    parts = set().union(*map(_worked_out, sheets))
    formulas = _formulas(sheets[0].p.network, parts)
    return f'<section class="formulas"><header><h1>Formulas</h1></header>{formulas}</section>'


def _sheet(sheet, *, has_formulas=True):
    p = sheet.p
    parts = [
        f'<section class="sheet{" short" if sheet.question else ""}">',
        f"<header><h1>{html.escape(sheet.heading)}</h1><p>{_which(sheet)}</p>",
        '<p class="lines">Name: __________________</p></header>',
        *([f"<p>{notation.told_html(sheet.text)}</p>"] if sheet.text else []),
        f"<p>{_setting(sheet)}</p>",
        *_picture_and_given(sheet),
    ]
    for part in PARTS:
        rows = [row for row in sheet.rows if row.part == part and (row.blank or part != UPDATE)]
        if rows:
            parts += [f"<h2>{part}</h2>", listed(map(_line, rows), "sums")]
    if sheet.question:
        parts.append(_asked(sheet.question))
    parts += [_formulas(p.network, _worked_out(sheet))] if has_formulas else []
    return "\n".join([*parts, "</section>"])


def _picture_and_given(sheet):
    """One above the other; beside each other above a question, if the lines of given numbers are short."""
    network, inputs = sheet.p.network, sheet.p.trace.A[0][:, 0]
    beside = sheet.question is not None and max(network.sizes[:-1]) < BESIDE
    yield '<div class="beside">' if beside else ""
    yield f"<figure>{network_svg(network, inputs)}</figure>"
    yield "<div><h2>Given</h2>"
    yield from _given(sheet, BESIDE if beside else MIN_COLUMNS)
    yield "</div></div>" if beside else "</div>"


def _asked(question):
    """A lesson's question, a line for its answer, and room to work it out."""
    if question.is_claim:
        answer = '<p class="answer">☐ true &emsp; ☐ false</p>'
    else:
        answer = listed([_line(question.row) if question.row else 'Answer: </span><span class="blank">'], "sums answer")
    return f'<div class="question"><h2>Question</h2><p>{notation.told_html(question.text)}</p>{answer}</div>'


def _worked_out(sheet) -> set[str]:
    """The parts of the pass that the sheet is about; all if that cannot be told from its numbers."""
    rows = [*sheet.rows, *([sheet.question.row] if sheet.question and sheet.question.row else [])]
    found = {row.part for row in rows} or {*PARTS}
    return found if sheet.has_target else {FORWARD}


def _which(sheet):
    if sheet.step is not None:
        return f"Step {sheet.step} of the lesson"
    return f"Variant {sheet.variant}" if sheet.variant else "As in the experiment"


def _setting(sheet: Sheet):
    """The network, its sample and its step in words."""
    network = sheet.p.network
    hidden = {_label(each) for each in network.activations[:-1]}
    words = [f"A network with the layers {'-'.join(map(str, network.sizes))}."]
    words += [f"Hidden units: {', '.join(sorted(hidden))}."] if hidden else []
    words += [f"Output: {_label(network.activations[-1])}.", f"Loss: {network.loss_function.label.lower()}."]
    words += [] if sheet.question else ["One sample, one step of gradient descent."]
    words.append("Round every number to 4 decimals; your last digit may differ by a few.")
    return html.escape(" ".join(words))


def _label(activation):
    return activation.label if activation.key == "relu" else activation.label.lower()


def _given(sheet, least):
    """Sample and learning rate in one list, then the weights and biases of each layer, a line a unit."""
    p, network = sheet.p, sheet.p.network
    names = ["y"] if len(p.Y) == 1 else [f"y[{i + 1}]" for i in range(len(p.Y))]
    first, parts = asking.outputs_of(p, 0), _worked_out(sheet)
    if sheet.has_target:
        first += [f"{name} = {short(float(y))}" for name, y in zip(names, p.Y[:, 0], strict=True)]
    first += [f"eta = {short(sheet.rate)}"] if UPDATE in parts else []
    yield listed(map(notation.as_html, first), columns=max(least, min(len(first), 2 * least)))
    for l, layer in enumerate(network.layers, start=1):
        numbers = [text for unit in range(1, layer.n_out + 1) for text in asking.into(p, l, unit)]
        a_line = layer.n_in + 1
        yield listed(map(notation.as_html, numbers), columns=max(least, a_line), a_line=a_line)
    for name, value in (("L1", network.l1), ("L2", network.l2)):
        if value:
            yield f"<p>{name} penalty: {short(float(value))}</p>"


def listed(lines, kind="", *, columns=None, a_line=None):
    """Lines side by side, by default as many as there is room for. a_line: how many in each line, if fewer than columns."""
    first = ' style="grid-column:1"'
    items = [
        f"<li{first if a_line and i % a_line == 0 else ''}><span>{line}</span></li>" for i, line in enumerate(lines)
    ]
    grid = f' style="grid-template-columns:repeat({columns},1fr)"' if columns else ""
    return f'<ul class="{kind}"{grid}>{"".join(items)}</ul>'


def _name(row: Row):
    return notation.as_html(row.name)


def _line(row):
    value = '</span><span class="blank">' if row.blank else short(row.item.value)
    return f"{_name(row)} = {value}"


def _formulas(network, parts):
    """The formulas that these parts need, and a table of the activations whose values nobody knows by heart."""
    last = len(network.layers)
    used = {each.key: each for each in network.activations}
    lines = ["z = the sum of all W · a into the unit, plus b; in layer 1 the inputs x stand for a"]
    for key, activation in used.items():
        slope = f", slope g′ = {asking.SLOPES[key]}" if key in asking.SLOPES and parts != {FORWARD} else ""
        lines.append(f"{_label(activation)}: a = {asking.VALUES[key]}{slope}")
    output = "(a - y)" if network.delta_scale == 1 else f"{short(network.delta_scale)} (a - y)"
    if parts & {BACKWARD, UPDATE}:
        lines.append(f"output: delta = {output}{'' if network.canonical else ' g′(z)'}")
        if last > 1:
            lines.append("hidden: delta = (the sum of all W · delta that come back) · g′(z)")
        lines.append("gradients: dW = delta · a of the unit before, db = delta")
        lines += ["step: new W = W - eta · dW, new b = b - eta · db"] if UPDATE in parts else []
        lines.append(f"loss of one sample: {SAMPLE_LOSS[network.loss_function.key]}")
    tables = "".join(_table(key, CURVES[key]) for key in used if key in CURVES)
    return f'<div class="box"><h2>Formulas</h2>{"".join(f"<p>{notation.as_html(line)}</p>" for line in lines)}</div>{tables}'


def _table(key, value_of: Callable[[float], float]):
    """The values of an activation at z = 0.0, 0.1, ..., a row for each whole number."""
    head = "".join(f"<th>.{tenth}</th>" for tenth in range(10))
    rows = "".join(
        f"<tr><th>{whole}</th>{''.join(f'<td>{short(value_of(whole + tenth / 10))}</td>' for tenth in range(10))}</tr>"
        for whole in range(int(LAST) + 1)
    )
    caption = f"<p>{key.capitalize()} of z = 0.0 to {LAST}. {SYMMETRIES[key]}</p>"
    return f'<div class="values">{caption}<table><tr><th>z</th>{head}</tr>{rows}</table></div>'


def _source(name, link):
    made = html.escape(f"{name}. " if name else "")
    address = html.escape(link, quote=True)
    return f"{made}Made with ffbp. {f'Check the numbers here: {address}' if link else ''}"


def _key(sheet, name, link, *, is_last):
    parts = ['<section class="key">', f"<header><h1>Key</h1><p>{_which(sheet)}</p></header>"]
    for part in PARTS:
        rows = [row for row in sheet.rows if row.part == part and row.blank]
        if rows:
            parts += [f"<h2>{part}</h2>", f"<ol>{''.join(map(_steps, rows))}</ol>"]
    if sheet.question:
        parts.append(_answered(sheet.question))
    link = sheet.link or ("" if sheet.variant else link)  # only the experiment's own numbers are there
    parts += [f"<footer>{_source(name, link)}</footer>"] if link or is_last else []
    return "\n".join([*parts, "</section>"])


def _answered(question):
    """A lesson's question with its answer, worked out if it is a number of the pass, and the lesson's explanation."""
    steps = f"<ol>{_steps(question.row)}</ol>" if question.row else f"<p><b>{html.escape(question.answer)}</b></p>"
    text, explain = (f"<p>{notation.told_html(each)}</p>" for each in (question.text, question.explain))
    return f"<h2>Question</h2>{text}{steps}{explain}"


def _steps(row):
    """The solution of a number; its value last, underlined."""
    *steps, _ = row.item.steps
    first, *others = map(notation.as_html, steps)
    lead = f"{_name(row)} = {first}" if row.part == UPDATE else first
    return f"<li>{' '.join([lead, *others])} = <b>{short(row.item.value)}</b></li>"
