"""Formulas written as plain text, ``dW[1][2,1] = delta[1][2] · x[1]``, as LaTeX for a page and as HTML for paper.

`told_html` writes a lesson's text for paper: the few commands of LaTeX that lessons use, as HTML.
"""

import html
import re

from ffbp.figures import latex

GREEK = {"delta": r"\delta", "eta": r"\eta", "beta1": r"\beta_1", "beta2": r"\beta_2", "epsilon": r"\varepsilon"}
LETTERS = {"delta": "δ", "eta": "η", "beta1": "β₁", "beta2": "β₂", "epsilon": "ε"}
NAME = re.compile(  # a ² may follow
    r"\b(dW|db|delta|[WbzaxymvLcg]|eta|beta1|beta2|epsilon)(?:\[(\d+)\])?(?:\[(\d+(?:,\d+)?)\])?(?![A-Za-z0-9_])"
)  # but before a ²
SIGNS = {"·": r"\cdot ", "²": "^2", "′": "'", "‖": r"\|", "≤": r"\le ", "%": r"\%", "−": "-"}
ROOT = re.compile(r"√\(([^()]*(?:\([^()]*\)[^()]*)*)\)")
WORDS = re.compile(r"\b(max|min|tanh|exp|ln)\b")
TOLD = re.compile(r"\$([^$]+)\$|\*\*([^*$]+)\*\*|`([^`]+)`")  # what a lesson's text marks
TOKEN = re.compile(r"\\text\{([^{}]*)\}|\\([A-Za-z]+)|([_^])(?:\{([^{}]*)\}|(\w))|([A-Za-z]+)")
COMMANDS = {"cdot": "·", "ln": "ln ", "approx": "≈", "eta": "<i>η</i>", "delta": "<i>δ</i>", "times": "×", "le": "≤"}
PLAIN = re.compile(r"\b(so|if|else)\b")


def as_latex(text: str) -> str:
    """A formula in LaTeX, each layer in its colour, as `ffbp.figures.latex` writes them."""
    text = PLAIN.sub(r"\\text{ \1 }", text)
    text = ROOT.sub(r"\\sqrt{\1}", WORDS.sub(r"\\\1 ", text))
    text = NAME.sub(_in_latex, text)
    return "".join(SIGNS.get(sign, sign) for sign in text)


def _in_latex(match):
    name, first, second = match.groups()
    if first is None:
        return GREEK.get(name, name)
    if second is None:  # an input or a target
        return rf"{GREEK.get(name, name)}_{{{first}}}"
    return latex.symbol(GREEK.get(name, name), int(first), second)


def as_html(text: str) -> str:
    """A formula in HTML, names in italics with the layer above and the unit below; everything else escaped."""
    return NAME.sub(_in_html, html.escape(text))


def sentence_html(text: str) -> str:
    """A sentence in HTML in which names with indices are formulas; everything else escaped."""
    return NAME.sub(lambda match: _in_html(match) if match[2] else match[0], html.escape(text))


def sentence_markdown(text: str) -> str:
    """A sentence in Markdown in which names with indices are formulas; everything else escaped."""
    parts, end = [], 0
    for match in NAME.finditer(text):
        if match[2]:
            parts += [latex.plain(text[end : match.start()]), f"${_in_latex(match)}$"]
            end = match.end()
    return "".join([*parts, latex.plain(text[end:])])


def _in_html(match):
    name, first, second = match.groups()
    letter = f"<i>{LETTERS.get(name, name)}</i>"
    if first is None:
        return letter
    return f"{letter}<sub>{first}</sub>" if second is None else f"{letter}<sup>[{first}]</sup><sub>{second}</sub>"


def told_html(text: str) -> str:
    """A lesson's text in HTML: formulas between dollar signs, **bold** words and `names`; everything else escaped."""
    return TOLD.sub(_marked, html.escape(text, quote=False))


def _marked(match):
    formula, bold, name = match.groups()
    if formula is not None:
        return f'<span class="formula">{TOKEN.sub(_token, formula)}</span>'
    return f"<b>{bold.strip()}</b>" if bold is not None else f"<code>{name}</code>"


def _token(match):
    words, command, sign, group, single, letters = match.groups()
    if sign:
        tag = "sub" if sign == "_" else "sup"
        return f"<{tag}>{TOKEN.sub(_token, group or single)}</{tag}>"
    if command:
        return COMMANDS.get(command, match[0])
    return words if words is not None else f"<i>{letters}</i>"
