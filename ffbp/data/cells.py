"""Cells: what the text in a table's cell means: a number, a missing value (a gap) or a word.

A number may have a percent sign, a currency or a unit, its thousands may be grouped, and a loss may be in parentheses.
The cells of a column together decide the decimal sign (`decimal_sign`), whether the column holds numbers, and which cells
are mistakes (`numbers_of`).
"""

import re
from collections import Counter
from dataclasses import dataclass

from ffbp.words.text import word_set

GAPS = {"", "na", "n/a", "#n/a", "nan", "null", "?", "-"}  # in any case, spaces around them
FAULTS = word_set("#div/0! | #wert! | #value! | #ref! | #bezug! | #name? | #num! | #zahl! | #null! | #nv | #n/v | <na>")
# Gaps among numbers; elsewhere they may be words.
NUMBER_GAPS = (
    (GAPS | FAULTS)
    | word_set("missing | none | nil | unknown | void | fehlt | . | .. | ... | -- | --- | – | — | : | nd | n.d. | n.a.")
    | word_set("n. a. | k.a. | k. a. | n.v. | inf | -inf | +inf | infinity | -infinity | +infinity | ∞ | -∞ | +∞")
)
MAX_WRITTEN = 60  # characters of a number with a currency or a unit
MANY_VALUES = 10  # more different whole numbers than this are measurements, not codes

_NUMBER = re.compile(
    r"[+-]?(\d+|\d{1,3}(?:,\d{3})+)(\.\d*)?(e[+-]?\d+)?|[+-]?\.\d+(e[+-]?\d+)?", re.ASCII | re.IGNORECASE
)
_SIGNED = re.compile(r"([+-]?)(\d*|\d{1,3}(?:[.,]\d{3})+)([.,])(\d*)(?:e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
_CURRENCY = r"[$€£¥₹]|(?:CHF|EUR|USD|GBP|JPY|SEK|NOK|DKK|PLN|CZK|AUD|CAD|US\$|Fr\.)(?![a-z])"
_WRITTEN = re.compile(
    rf"(?P<open>\(?) ?(?P<sign>[+-]?) ?(?P<money>{_CURRENCY})? ?(?P<sign2>[+-]?)"
    rf"(?P<digits>\d[\d.,' ]*|[.,]\d+)(?P<power>e[+-]?\d+)?(?P<minus>-?)(?P<blank> ?)"
    rf"(?P<unit>{_CURRENCY}|[^\W\d_][^\d()<>=]*|[%‰°µ][^\d()<>=]*|[ckmd]?m[23])? ?(?P<close>\)?)",
    re.ASCII | re.IGNORECASE,
)
_UNITS = word_set(
    "% | ‰ | ° | °c | °f | kg | g | mg | t | km | m | cm | mm | nm | µm | h | min | s | ms | l | ml | cl | v | mv | a | ma | w"
    " | kw | mw | kwh | hz | khz | mhz | ghz | k | j | kj | n | pa | hpa | kpa | bar | db | m2 | m3 | m² | m³ | km² | ha | lb"
    " | lbs | oz | ft | in | mi | mph | km/h | m/s | kcal | cal | ppm | mb | gb | kb | tb | px | pt | yr | yrs"
)
_MONEY = re.compile(_CURRENCY, re.IGNORECASE)
_GROUPED_BY_BLANKS = re.compile(r"\d{1,3}(?:([ '])\d{3})(?:\1\d{3})*(?:[.,]\d*)?", re.ASCII)
_CODE = re.compile(r"[A-Za-z]{1,3}[-/ ]?\d{4,}[A-Za-z]?|\d{4,}[-/ ]?[A-Za-z]{1,2}")
_SWAPPED = str.maketrans(",.", ".,")
_TYPESET = str.maketrans({"\u2212": "-", "\u2019": "'", "\u00b4": "'", "`": "'"})


def bare(cell: str) -> str:
    """A cell without surrounding spaces; typeset minus signs, apostrophes and spaces become plain ones."""
    if not cell.isprintable():
        cell = "".join(c if c.isprintable() else " " for c in cell)
    cell = cell.strip()
    return cell if cell.isascii() and "`" not in cell else cell.translate(_TYPESET)


def is_gap(cell: str, words=GAPS) -> bool:
    """Whether a cell stands for a missing value."""
    return bare(cell).lower() in words


@dataclass(frozen=True)
class Written:
    """A number as written: its value, its currency, unit or %, and how a loss is marked: "(" or "-"."""

    value: float
    mark: str = ""
    loss: str = ""


def number(cell: str, comma: bool) -> float | None:
    """The value, perhaps infinite, of a cell that holds only a number, or None. comma: 1,5 means one and a half."""
    cell = bare(cell)
    cell = cell.translate(_SWAPPED) if comma else cell
    return float(cell.replace(",", "")) if _NUMBER.fullmatch(cell) else None


def written(cell: str, comma: bool) -> Written | None:
    """The number in a cell, with a currency, %, a unit, grouped thousands or parentheses, or None."""
    value = number(cell, comma)
    if value is not None:
        return Written(value)
    parts = _parts(cell)
    if parts is None:
        return None
    value = number(parts["digits"] + (parts["power"] or ""), comma)
    if value is None:
        return None
    money, unit = parts["money"] or "", (parts["unit"] or "").strip()
    is_money = bool(_MONEY.fullmatch(unit))
    if (money and unit) or (unit and not parts["blank"] and not is_money and unit.lower() not in _UNITS):
        return None
    signs = parts["sign"] + parts["sign2"] + parts["minus"] + parts["open"]
    if len(signs) > 1 or bool(parts["open"]) != bool(parts["close"]):
        return None
    loss = parts["open"] or parts["minus"]
    mark = (money or unit).upper() if is_money else money or unit
    return Written(-value if signs and signs != "+" else value, mark, loss)


def _parts(cell):
    """The parts of a written number; its digits come without the spaces and apostrophes that group thousands."""
    cell = bare(cell)
    if len(cell) > MAX_WRITTEN:
        return None
    match = _WRITTEN.fullmatch(re.sub(r"^([$€£¥]) ?\(", r"(\1", cell))
    if not match:
        return None
    parts = match.groupdict()
    digits = parts["digits"].rstrip(" ")
    parts["blank"] = parts["blank"] or digits != parts["digits"]
    if " " in digits or "'" in digits:
        if not _GROUPED_BY_BLANKS.fullmatch(digits):
            return None
        digits = digits.replace(" ", "").replace("'", "")
    parts["digits"] = digits
    return parts


# The decimal sign


def decimal_sign(columns, separator: str) -> tuple[bool, str]:
    """Whether 1,5 means one and a half in these columns of text, and a cell that can be read both ways, or "".

    A cell such as 1,25 or 0,125 decides; a decimal point takes precedence over any comma. Otherwise, a column of whole
    numbers of up to three digits and groups of exactly three (150, 1.250) holds thousands: with three fixed decimals it
    would contain 150.000. If nothing decides, a comma is the decimal sign unless it separates the values.
    """
    sure, likely, doubtful = False, {}, {}
    for column in columns:
        joined = "".join(column)
        if "," not in joined and "." not in joined:
            continue
        shapes = Counter()
        for cell in dict.fromkeys(column):
            if sure and "." not in cell:
                continue  # the comma is certain unless a decimal point follows
            for key, example in _evidence(cell):
                if key == ".":
                    return False, ""
                shapes[key] += 1
                if key in ("group.", "group,"):
                    doubtful.setdefault(key[-1], example)
                elif key == ",":
                    sure = True
        for sign in ".,":
            other = {"whole", f"group{sign}"}
            if shapes["whole"] and shapes[f"group{sign}"] and set(shapes) <= other:
                likely.setdefault(sign, next(c for c in column if f"group{sign}" in dict(_evidence(c))))
    if sure:
        return True, ""
    if len(likely) == 1:
        (sign, example), *_ = likely.items()
        return sign == ".", example.strip()
    if "," in doubtful:
        return separator != ",", doubtful[","].strip()
    return False, doubtful.get(".", "").strip()


def _evidence(cell):
    """[(what, cell)]: "." or "," for a certain decimal sign, "group." for 1.250, "group," for 1,250, "whole" for 150"""
    text = bare(cell)
    if "," not in text and "." not in text:
        if text.isdigit() and text.isascii():
            return [("whole" if len(text) <= 3 else "long", cell)]
        parts = _parts(text) if text and (text[0].isdigit() or text[0] in "(+-$€£¥") else None
        return [("whole", cell)] if parts and parts["digits"].isdigit() and len(parts["digits"]) <= 3 else []
    match = _SIGNED.fullmatch(text)
    if not match:
        parts = _parts(text)
        spaced = parts and ("'" in text or " " in text.strip()) and re.search(r"\d[ ']\d", text)
        match = _SIGNED.fullmatch(parts["digits"] + (parts["power"] or "")) if parts else None
        if not match:
            several = parts and re.fullmatch(r"[1-9]\d{0,2}(?:([.,])\d{3})(?:\1\d{3})+", parts["digits"])
            return [("," if several[1] == "." else ".", cell)] if several else []
        if spaced:  # spaces or apostrophes group the thousands already
            return [(match[3], cell)]
    whole, sign, decimals = match[2], match[3], match[4]
    if not (whole or decimals):
        return []
    inner = {c for c in whole if c in ".,"}
    if sign in inner:  # 1.234.567: a repeated sign groups thousands
        return [("," if sign == "." else ".", cell)]
    three = not inner and len(decimals) == 3 and len(whole) <= 3
    group = three and whole[:1] not in ("", "0") and "e" not in text.lower()
    return [(f"group{sign}" if group else sign, cell)]


# A column of numbers


@dataclass(frozen=True)
class Numbers:
    """A column as numbers: the value of each different cell, their common mark, and the cells that are mistakes."""

    values: dict[str, float]
    mark: str = ""
    bad: tuple[str, ...] = ()


def numbers_of(counts: Counter, comma: bool) -> Numbers | str:
    """A column's different cells (with their counts, without gaps) as numbers; otherwise the reason, "" for plain text.

    A column holds numbers if all its cells are numbers, or all but a tenth, or all but one of at least five. The others
    are mistakes (`bad`) if the numbers are measurements (they have fractions, or more than MANY_VALUES values) or if
    each of the others contains a digit (1O, ca. 5). Codes such as C536379 among invoice numbers, and words among a few
    whole numbers (1, 2, 3, K), make the column categories.
    """
    numbers = {cell: n for cell in counts if (n := written(cell, comma)) is not None}
    marks = Counter()
    for cell, n in numbers.items():
        marks[n.mark] += counts[cell]
    if not marks:
        return ""
    mark = marks.most_common(1)[0][0]
    money = next((m for m, _ in marks.most_common() if _MONEY.fullmatch(m)), "")
    mark = money if money and not mark else mark
    fit = {c: n for c, n in numbers.items() if n.mark == mark or (not n.mark and (mark == money or not n.value))}
    bad = [cell for cell in counts if cell not in fit]
    positive = [n for n in fit.values() if not n.loss]
    if any(n.loss == "(" for n in fit.values()) and not any(n.value for n in positive):
        return ""  # (1), (2), (3) are labels
    if any(n.loss == "-" for n in fit.values()) and all(n.value in range(-9, 10) for n in fit.values()):
        return ""  # 1, 2, 2- are school grades
    if bad and not _mistakes(counts, fit, bad):
        different = sorted(m or "none" for m in marks)
        return f"numbers with different units ({', '.join(different[:4])})" if len(counts) == len(numbers) else ""
    return Numbers({cell: n.value for cell, n in fit.items()}, mark, tuple(bad))


def _mistakes(counts, fit, bad):
    n_good, n_bad = sum(counts[cell] for cell in fit), sum(counts[cell] for cell in bad)
    if n_good < 4 or n_bad > max(1, (n_good + n_bad) // 10):
        return False
    values = {n.value for n in fit.values()}
    whole = all(value.is_integer() for value in values)
    if whole and all(_CODE.fullmatch(bare(cell)) for cell in bad):
        return False
    measured = not whole or len(values) > MANY_VALUES
    return measured or all(any(c.isdigit() for c in cell) for cell in bad)


# Text that a spreadsheet would run or read as a number or a gap

_LIVE = tuple("=+-@#|%＝＋－＠")
_FORMULA = re.compile(r"=.|[@+-][^\d.,\s].*[(|]", re.DOTALL)


def is_formula(cell: str) -> bool:
    """Whether a spreadsheet would run this cell, with or without leading spaces."""
    cell = cell.strip()
    return len(cell) > 1 and cell[0] in "=@+-" and _FORMULA.match(cell) is not None


def _special(text):
    return bool(text) and (not text[0].isalpha() or text.lower() in NUMBER_GAPS)


def guarded(text: str) -> str:
    """A name, with a leading apostrophe (which marks text in spreadsheets) if it could be mistaken for something else."""
    rest = text.lstrip("'")
    risky = rest.startswith(_LIVE) or rest.lower() in NUMBER_GAPS or written(rest, False) or written(rest, True)
    return f"'{text}" if _special(rest) and (rest != text or risky) else text


def unguarded(cell: str) -> str:
    """A cell without the apostrophe that `guarded` adds."""
    cell = cell.strip()
    return cell[1:] if cell[:1] == "'" and _special(cell.lstrip("'")) else cell


def is_year(cell):
    return re.fullmatch(r"(1[89]|20|21)\d\d(\.0)?", cell.strip()) is not None
