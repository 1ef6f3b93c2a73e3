"""Broken links as raw query strings: mutated valid links, and nonsense."""

import random
import string
from urllib.parse import quote_plus

from ffbp.experiment.fields import KEYS as FIELD_KEYS
from ffbp.experiment.link import INPUTS, PANEL, VIEW

HOMOGLYPHS = str.maketrans("aceopxyAB-_.0123456789", "асеорхуАВ−＿．０１２３４５６７８９")
NASTY = (
    "", " ", "nan", "NaN", "-nan", "inf", "-inf", "Infinity", "-1", "-0", "+1", "0", "00", "1e999", "-1e999", "1e-999", "1e400",
    "9" * 400, "0x10", "1_000", "1,5", "1.2.3", "1e", "--1", "1-2-3-4-5-6-7-8-9-10", "-", "_", "~", "~~", "_~_", "none", "None",
    "null", "true", "True", "TRUE", "all", "[]", "{}", "[[[[[[[[1]]]]]]]]", "{" * 2000, "(" * 5000 + ")" * 5000,
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "$\\input{/etc/passwd}$", "[x](javascript:alert(1))",
    "../../etc/passwd", "'; DROP TABLE runs; --", "__import__('os').system('true')", "lambda: 1", "\\", "\\u0000", "\x00",
    "\u202e", "\ufeff", "💥", "١٢", "１２", "Ⅻ", "½", "a\nb", "\r\n", "é" * 300, "\ud7ff", "1" * 50_000, "1-" * 20_000,
    "1_2~" * 10_000, "relu-" * 3000, "4294967295", "4294967296", "1e308", "5e-324", "0.1" * 20,
)  # fmt: skip
KEYS = (*FIELD_KEYS, *VIEW, INPUTS, PANEL)


def random_links(n: int, configs, seed: int = 6):
    """n raw query strings. configs: valid configurations whose parameters are mutated."""
    rng = random.Random(seed)
    return [_link(rng, configs) for _ in range(n)]


def _link(rng, configs):
    pairs = list(rng.choice(configs).to_params().items()) if rng.random() < 0.7 else []
    for _ in range(rng.randint(0, 3)):
        pairs.append((rng.choice(KEYS), rng.choice(NASTY)))
    for _ in range(rng.randint(0, 3)):
        kind = rng.randrange(9)
        if kind < 6 and pairs:
            i = rng.randrange(len(pairs))
            pairs[i] = _mutated(rng, kind, *pairs[i], pairs)
        elif kind == 6:
            pairs.append((_text(rng), _text(rng)))
        elif kind == 7 and pairs:
            pairs.extend([rng.choice(pairs)] * rng.randint(1, 3))  # duplicates
        else:
            rng.shuffle(pairs)
    text = "&".join(f"{quote_plus(key)}={quote_plus(value)}" for key, value in pairs)
    if rng.random() < 0.1:  # not even a query string
        i = rng.randint(0, len(text))
        text = text[:i] + rng.choice(["%", "%ff", "%00", "&&", "==", "?", "#", ";", "%C0%AF", "&=&"]) + text[i:]
    return text


def _mutated(rng, kind, key, value, pairs):
    if kind == 0:
        return key, value.translate(HOMOGLYPHS)
    if kind == 1:
        return key.translate(HOMOGLYPHS), value
    if kind == 2:
        return key, rng.choice(pairs)[1]  # another field's value
    if kind == 3:
        i = rng.randint(0, len(value))
        return key, value[:i] + rng.choice(["-", "_", "~", ".", "e", "9", "x", " ", "\t", "\u200b"]) + value[i:]
    if kind == 4:
        return key, value * rng.choice([2, 3, 50])
    return key, rng.choice(["-", "+", ""]) + str(rng.choice([rng.random(), rng.getrandbits(70), rng.gauss(0, 1e9)]))


def _text(rng):
    letters = string.printable + "éßжあ💥\u202e\u0660"
    return "".join(rng.choice(letters) for _ in range(rng.randint(0, 12)))
