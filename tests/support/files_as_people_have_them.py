# ruff: noqa: E501 (a file a line)
"""Files from practice: text or bytes, and what a teacher would expect of each.

columns: by name, a list of numbers (None for a gap), or a tuple of the categories; only those that matter are named.
target: the one that is guessed. said: fragments of the sentences that the page shows. fault: a fragment of the message where the
file is refused; then nothing else is expected.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class File:
    content: str | bytes
    columns: dict = field(default_factory=dict)
    target: str | None = None
    said: tuple[str, ...] = ()
    fault: str | None = None
    n_rows: int | None = None
    left_aside: tuple[str, ...] = ()

    @property
    def data(self) -> bytes:
        return self.content if isinstance(self.content, bytes) else self.content.encode()


def grid(header, *rows, sep=","):
    """Text with a header and rows; a row is a list of values."""
    return "\n".join([header, *(sep.join(map(str, row)) for row in rows)]) + "\n"


def one(cells, sep=";", header="a;y"):
    """A column a with these cells, and a target p, q, p, ..."""
    return header + "\n" + "".join(f"{cell}{sep}{'pq'[i % 2]}\n" for i, cell in enumerate(cells))


def forty(bad, row=11, column="a", quote=False):
    """Forty rows of decimals, except for one."""
    cells = [f"{i * 0.37:.2f}" for i in range(1, 41)]
    cells[row - 2] = f'"{bad}"' if quote else bad
    return f"{column},b,y\n" + "".join(f"{cell},{i % 7 + i % 3},{'pq'[i % 2]}\n" for i, cell in enumerate(cells))


def bad_cell(bad, **options):
    return File(forty(bad, **options), fault=f"Row 11, column a: '{bad}' is not a number")


def gap_word(word):
    values = [round(i * 0.37, 2) for i in range(1, 41)]
    values[9] = None
    return File(forty(word), {"a": values}, target="y")


def thousands(cells, values, sep=";", said=()):
    return File(one(cells, sep, f"a{sep}y"), {"a": values}, "y", said)


SUNS = "".join(f"{i / 4},{i % 5 * 1.5},{'uv'[i % 2]}\n" for i in range(12))
WINE = "".join(
    f"{k + 1},{13 + i * 0.21 + k / 10:.2f},{1.5 + i * 0.13:.2f},{2 + i % 3 * 0.31:.2f},{700 + 37 * i + 211 * k}\n"
    for k in range(3)
    for i in range(8)
)
IRIS_ROWS = [f"{5 + i * 0.1:.1f},{3 + i % 4 * 0.2:.1f},{1.4 + k * 2:.1f},{0.2 + k:.1f},{name}"
             for k, name in enumerate(("setosa", "versicolor", "virginica")) for i in range(5)]  # fmt: skip
IRIS = "sepal_length,sepal_width,petal_length,petal_width,species\n" + "\n".join(IRIS_ROWS) + "\n"

FILES: dict[str, File] = {
    # thousands and decimals
    "german population": File(
        "kreis;einwohner;y\nk1;150;a\nk1;1.250;b\nk2;300;a\nk2;2.250;b\n",
        {"einwohner": [150, 1250, 300, 2250]}, "y", ("1.250 was read as 1250. If it means 1.25,",),
    ),
    "american thousands between semicolons": thousands(["1,234", "987", "2,500", "12"], [1234, 987, 2500, 12], said=("1,234 was read as 1234",)),
    "fixed width decimals": File("a,b,y\n1.250,2,p\n2.250,3,q\n1.125,4,p\n", {"a": [1.25, 2.25, 1.125]}, said=("1.250 was read as 1.25. If it means 1250",)),
    "fixed width decimals with a zero": thousands(["0.125", "1.250", "2.250"], [0.125, 1.25, 2.25]),
    "decimals of different width": thousands(["1.25", "1.250", "150"], [1.25, 1.25, 150]),
    "a fixed width comma": thousands(["1,500", "2,250"], [1.5, 2.25], said=("1,500 was read as 1.5. If it means 1500",)),
    "quoted american thousands": File('a,y\n"1,500",p\n"2,250",q\n', {"a": [1500, 2250]}, said=("1,500 was read as 1500",)),
    "millions with points": thousands(["1.234.567", "12.000", "999"], [1234567, 12000, 999]),
    "millions with commas": thousands(["1,234,567", "12,000", "999"], [1234567, 12000, 999]),
    "german Excel": thousands(["1.234,56", "12,5", "0,25"], [1234.56, 12.5, 0.25]),
    "long whole numbers beside decimals": thousands(["5000", "1.250", "2.125"], [5000, 1.25, 2.125]),
    "thousands beside decimals elsewhere": File("n;x;y\n150;3,75;p\n1.250;0,5;q\n300;2,25;p\n", {"n": [150, 1250, 300], "x": [3.75, 0.5, 2.25]}),
    "three decimals beside decimals elsewhere": File("n,x,y\n150,3.75,p\n1.250,0.5,q\n300,2.25,p\n", {"n": [150, 1.25, 300]}),
    "negative thousands": thousands(["-150", "-1.250", "300"], [-150, -1250, 300]),
    "swiss apostrophes": thousands(["1'234.50", "987.25", "12'500.00"], [1234.5, 987.25, 12500]),
    "typographic apostrophes": thousands(["1’234", "987", "12’500"], [1234, 987, 12500]),
    "french spaces": thousands(["1 234,5", "987,25", "12 500,0"], [1234.5, 987.25, 12500]),
    "no-break spaces": thousands(["1\u00a0234,5", "987,25", "3\u00a0000,0"], [1234.5, 987.25, 3000]),
    "narrow no-break spaces": thousands(["1\u202f234,5", "987,25", "3\u202f000,0"], [1234.5, 987.25, 3000]),
    "whole numbers with spaces": thousands(["1 234", "987", "12 500"], [1234, 987, 12500], ","),
    "typeset minus": thousands(["−1,5", "2,5", "−3,25"], [-1.5, 2.5, -3.25]),
    "a decimal comma in one column of a point file": File('a,b,y\n"1,5",2.5,p\n"2,25",3.5,q\n"0,5",1.25,p\n', {"a": [1.5, 2.25, 0.5], "b": [2.5, 3.5, 1.25]}, said=("Column 'a' was read with a decimal comma",)),
    # percent, currency, units, losses
    "percent": thousands(["45%", "12%", "7.5%"], [45, 12, 7.5], said=("read without the sign %: 45% is 45",)),
    "percent that repeats": thousands(["10%", "20%", "30%"] * 4, [10, 20, 30] * 4),
    "percent with a space": thousands(["45 %", "12 %", "7,5 %"], [45, 12, 7.5]),
    "percent and zero": thousands(["45%", "0", "7.5%"], [45, 0, 7.5]),
    "dollars": File('a,y\n$12.50,p\n"$1,234.00",q\n$0.99,p\n', {"a": [12.5, 1234, 0.99]}, said=("without the sign $",)),
    "dollars and plain numbers": thousands(["$12.50", "7.25", "$3.00", "1.10"], [12.5, 7.25, 3, 1.1]),
    "negative dollars": thousands(["-$12.50", "$-7.25", "$3.00"], [-12.5, -7.25, 3]),
    "euros behind": thousands(["12,50 €", "1.234,00 €", "0,99 €"], [12.5, 1234, 0.99]),
    "pounds": thousands(["£12.50", "£7", "£3.25"], [12.5, 7, 3.25]),
    "yen": thousands(["¥1200", "¥700", "¥35"], [1200, 700, 35]),
    "francs": thousands(["CHF 1'200.50", "CHF 700.00", "CHF 35.05"], [1200.5, 700, 35.05]),
    "euros by code": thousands(["1.200,50 EUR", "700,00 EUR", "35,05 EUR"], [1200.5, 700, 35.05]),
    "dollars by code": thousands(["USD 12.50", "USD 7", "USD 3.25"], [12.5, 7, 3.25]),
    "accounting": thousands(["(5.00)", "12.50", "(1.25)", "3.00"], [-5, 12.5, -1.25, 3]),
    "accounting with dollars": File('a,y\n"$(1,250.00)",p\n$12.50,q\n"($3.00)",p\n', {"a": [-1250, 12.5, -3]}) ,
    "minus behind": thousands(["5.50-", "12.50", "1.25-"], [-5.5, 12.5, -1.25]),
    "kilograms": thousands(["12.5 kg", "7 kg", "3.25 kg"], [12.5, 7, 3.25], said=("without the sign kg: 12.5 kg is 12.5",)),
    "centimetres without a space": thousands(["180cm", "175cm", "169cm"], [180, 175, 169]),
    "degrees": thousands(["12,5 °C", "7,0 °C", "-3,2 °C"], [12.5, 7, -3.2]),
    "rooms": thousands(["3 Zimmer", "4 Zimmer", "2 Zimmer"], [3, 4, 2]),
    "square metres": thousands(["80 m²", "65 m²", "120 m²"], [80, 65, 120]),
    "labels in parentheses": File(one(["(1)", "(2)", "(3)"] * 3), {"a": ("(1)", "(2)", "(3)")}),
    "marks with a minus": File(one(["1", "2", "2-", "3"] * 3), {"a": ("1", "2", "2-", "3")}),
    "different units": File(one(["2 kg", "500 g", "3 kg", "250 g"] * 2), {"a": ("2 kg", "500 g", "3 kg", "250 g")}, said=("numbers with different units (g, kg)",)),
    "seats": File(one(["12A", "12B", "3C", "4A"] * 2), {"a": ("12A", "12B", "3C", "4A")}),
    "scientific": thousands(["1e-3", "2.5E+04", "3e2"], [0.001, 25000, 300]),
    # one bad cell
    "letter O": bad_cell("1O.5"),
    "one decimal comma": bad_cell("3,7", quote=True),
    "less than": bad_cell("<0.1"),
    "circa": bad_cell("ca. 5"),
    "one unit": bad_cell("12.5 kg"),
    "one percent": bad_cell("45%"),
    "two points": bad_cell("1.2.3"),
    "a word": bad_cell("much"),
    "a range": bad_cell("1-2"),
    "a remark behind": bad_cell("3.5*"),
    "twice a point": bad_cell("3..5"),
    "one among repeated values": File(one([*(f"{i % 10 * 1.73:.2f}" for i in range(60)), "ca. 5"], ",", "a,y"), fault="Row 62, column a: 'ca. 5' is not a number, but the other 60 cells are. Correct it or leave it empty."),
    "two bad cells": File(forty("1O.5").replace("7.40", "7.4O"), fault="'1O.5' is not a number, but the other 38 cells are. Row 21 has '7.4O'."),
    "a second header in the middle": File("a,b,y\n" + SUNS + "x,z,w\n" + SUNS, fault="Row 14 holds text in 2 columns of numbers"),
    "one typo in whole codes": File(one([*([1, 2, 3] * 8), "l2"]), fault="Row 26, column a: 'l2' is not a number"),
    "a category among codes": File(one([*([1, 2, 3] * 8), "K"]), {"a": ("1", "2", "3", "K")}),
    "sizes": File(one(["36", "38", "40", "S", "M", "L"] * 3), {"a": ("36", "38", "40", "S", "M", "L")}),
    "invoices": File(one([*range(536365, 536395), "C536400"]), {"a": (*map(str, range(536365, 536395)), "C536400")}),
    "cylinders": File(one(["4", "6", "8", "rotary"] * 3), {"a": ("4", "6", "8", "rotary")}),
    "one dollar": File(forty("$12.50"), {"b": [i % 7 + i % 3 for i in range(40)]}, "y"),
    # gaps
    **{f"gap {word}": gap_word(word) for word in ("missing", ".", "None", "--", "#DIV/0!", "#WERT!", "#N/A", "#REF!", "inf", "-inf", "..", "n.a.", "k.A.", "#NV", "NULL", "<NA>", ":", "—")},
    "Namibia": File(grid("land,x,y", *[(c, i * 0.3, i * 0.7) for i, c in enumerate(("DE", "NA", "FR", "US", "NA", "DE"))]), {"land": ("DE", "NA", "FR", "US")}),
    "a grade of minus": File(one(["+", "-", "+", "-", "++"]), {"a": ("+", "-", "++")}),
    "n/a in categories is said": File(one(["red", "n/a", "blue", "red"] * 2), {"a": ("red", "blue")}, said=("In column 'a', 2 cells with 'n/a' count as missing",)),
    "none as a category": File(one(["none", "mild", "strong"] * 3), {"a": ("none", "mild", "strong")}),
    "missing as a category": File(one(["missing", "found"] * 4), {"a": ("missing", "found")}),
    "an error in categories": File(one(["red", "#N/A", "blue", "#WERT!"] * 2), {"a": ("red", "blue")}),
    # the header and what is around it
    "years": File("country,2019,2020,grp\nA,1.5,2.5,a\nB,2.5,3.5,b\nC,1.25,2.25,a\nD,3.5,4.5,b\nE,2.5,1.5,a\n", {"2019": [1.5, 2.5, 1.25, 3.5, 2.5], "grp": ("a", "b")}, "grp", n_rows=5),
    "years and a number as target": File("country,2019,2020,2021\nA,15,25,40\nB,25,35,60\nC,12,22,34\nD,35,45,80\n", {"2021": [40, 60, 34, 80]}, "2021", n_rows=4),
    "one year": File("city,2020,y\nA,5.5,p\nB,6.5,q\nC,7.5,p\n", {"2020": [5.5, 6.5, 7.5]}, "y", n_rows=3),
    "data of years": File("Austria,1990,2000,a\nBelgium,1991,2001,b\nChile,1992,2002,a\n", {"column 2": [1990, 1991, 1992]}, n_rows=3),
    "pandas without names": File(",0,1,2,3\n0,5.1,3.5,1.4,x\n1,4.9,3.0,1.5,y\n2,4.7,3.2,1.3,x\n3,5.0,3.4,1.6,y\n".replace(",3\n", ",kind\n"), {"0": [5.1, 4.9, 4.7, 5.0], "kind": ("x", "y")}, "kind", n_rows=4, left_aside=("column 1",)),
    "comment above": File("# made by lab\na,b,y\n1,2,p\n3,4,q\n5,7,p\n", {"a": [1, 3, 5]}, "y", ("Line 1 was left out: comment",)),
    "comments above": File("# made by lab, room 5\n# on \"Monday\n\na,b,y\n1,2,p\n3,4,q\n5,7,p\n", {"a": [1, 3, 5]}, "y", ("Lines 1, 2 were left out",)),
    "a comment with commas above a header": File("# a, b, c\na,b,y\n1,2,p\n3,4,q\n5,7,p\n", {"a": [1, 3, 5]}, "y", ("Line 1 was left out",)),
    "numpy's header": File("# a,b,y\n1,2,0\n3,4,1\n5,7,0\n6,7,1\n", {"a": [1, 3, 5, 6]}, "y", n_rows=4),
    "a comment in the middle": File("a,b,y\n1,2,p\n# break\n3,4,q\n5,7,p\n", {"a": [1, 3, 5]}, "y", ("Row 3 was left out: comment",)),
    "hash as a name": File("#,name,y\n1,u,p\n2,v,q\n3,u,p\n", {"#": [1, 2, 3]}, "y", left_aside=("#",)),
    "padded title": File("Messung,,\na,b,y\n1,2,p\n3,4,q\n5,7,p\n", {"a": [1, 3, 5]}, "y", ("Row 1 was left out: a title above the header",)),
    "title": File("Messung vom Montag\na,b,y\n1,2,p\n3,4,q\n5,7,p\n", {"a": [1, 3, 5]}, "y", ("Row 1 was left out: a title",)),
    "two titles": File("Messung;;\nLabor 3;;\na;b;y\n1,5;2;p\n3,5;4;q\n5,5;7;p\n", {"a": [1.5, 3.5, 5.5]}, "y", ("Rows 1, 2 were left out",)),
    "units below": File("a,b,y\n(cm),(kg),\n1,2,p\n3,4,q\n5,7,p\n", {"a": [1, 3, 5], "y": ("p", "q")}, "y", ("Row 2 was left out: units",), n_rows=3),
    "plain units below": File("length;mass;y\ncm;kg;\n1,5;2;p\n3,5;4;q\n5;7;p\n", {"length": [1.5, 3.5, 5]}, "y", ("Row 2 was left out: units",)),
    "words below the header": File("a,b,y\nheight,weight,kind\n" + SUNS, fault="Row 2 holds text in 2 columns of numbers ('height' in column a). Delete the row"),
    "total": File("a,b,y\n1,2,p\n3,4,q\n5,7,p\n2,5,q\nTotal,18,\n", {"a": [1, 3, 5, 2]}, "y", ("Row 6 was left out: a total",)),
    "Summe": File("name;x;y\nu;2;1\nv;4;3\nw;7;5\nz;5;2\nSumme;18;11\n", {"x": [2, 4, 7, 5]}, None, ("Row 6 was left out: a total",)),
    "mean": File("name,x,y\nu,2,1.5\nv,4,3.5\nw,7,5.5\nz,5,2.5\nMean,4.5,3.25\n", {"x": [2, 4, 7, 5]}, None, ("Row 6 was left out",)),
    "a total that is none": File("name,x,y\nu,2,1.5\nv,4,3.5\nw,7,5.5\nz,5,2.5\nTotal,44,33.5\n", {"x": [2, 4, 7, 5, 44]}, None, ("Row 6 is named 'Total'; delete it if it is a total",)),
    "total as a category": File(one(["total", "part"] * 4), {"a": ("total", "part")}, n_rows=8),
    "header repeated": File("a,b,y\n" + SUNS + "a,b,y\n" + SUNS, {"y": ("u", "v")}, "y", ("Row 14 was left out: the header repeated",), n_rows=24),
    "markdown": File("| a | b | y |\n|---|:-:|--:|\n| 1 | 2 | p |\n| 3 | 4 | q |\n| 5 | 7 | p |\n", {"a": [1, 3, 5]}, "y", ("Row 2 was left out: a rule",)),
    "remark below": File("a,b,y\n1,2,p\n3,4,q\n5,7,p\nSource: the lab\n", {"a": [1, 3, 5]}, "y", ("Row 5 was left out: a remark",)),
    "padded remark below": File("a;b;y\n1;2;p\n3;4;q\n5;7;p\nQuelle: Amt für Statistik;;\n", {"a": [1, 3, 5]}, "y", ("Row 5 was left out: a remark",)),
    "a title that may be a row": File("7\n1,2\n3,4\n5,9\n", fault="Row 1 has 1 value, all others have 2; delete it if it is a title"),
    # spelling
    "yes": File(one(["Yes", "yes", "YES", "no", "No"] * 2), {"a": ("Yes", "no")}, said=("'yes' and 'Yes' differ only in capitals and count as one",)),
    "yes as the target": File("a,y\n" + "".join(f"{i},{w}\n" for i, w in enumerate(["Yes", "yes", "no", "No", "YES"] * 2)), {"y": ("Yes", "no")}, "y"),
    "genes": File(one(["AA", "Aa", "aa"] * 3), {"a": ("AA", "Aa", "aa")}),
    "spaces around": File(one([" red", "red ", "blue"] * 2), {"a": ("red", "blue")}),
    # other formats and encodings
    "json": File('[{"a": 1, "b": 2}, {"a": 3, "b": 4}]', fault="The file is JSON and not a table of values; open it in a spreadsheet and save it as CSV"),
    "json lines": File('{"a": 1, "b": 2}\n{"a": 3, "b": 4}\n', fault="The file is JSON"),
    "json of lists": File("[[1, 2],\n [3, 4]]", fault="The file is JSON"),
    "html": File("<!DOCTYPE html>\n<html><table><tr><td>1,2</td></tr></table></html>", fault="The file is HTML, a web page,"),
    "a table of a page": File("<table><tr><td>1</td></tr></table>", fault="The file is HTML"),
    "xml": File('<?xml version="1.0"?>\n<a>1</a>', fault="The file is XML"),
    "arff": File("% iris\n@RELATION iris\n@ATTRIBUTE a NUMERIC\n@DATA\n1,2\n", fault="The file is ARFF"),
    "spaces": File("a b y\n1 2 0\n3 4 1\n5 7 0\n6 7 1\n", {"a": [1, 3, 5, 6]}, "y"),
    "columns of spaces": File("  1.5   2  10.25\n 12.5  13   9.75\n  3.5  14  11.00\n", {"column 1": [1.5, 12.5, 3.5], "column 3": [10.25, 9.75, 11]}),
    "spaces and decimal commas": File("a b\n1,5 2,5\n3,5 4,5\n0,5 1,5\n", {"a": [1.5, 3.5, 0.5], "b": [2.5, 4.5, 1.5]}),
    "auto mpg": File("".join(f"{18 - i}.0   8   {307 + i}.0      130.0      3504.      12.{i}   70  1\t\"ford {i}\"\n" for i in range(6)), {"column 1": [18, 17, 16, 15, 14, 13]}),
    "uneven spaces": File("1 2 3\n4 5\n6 7 8\n", fault="The file's values are separated by spaces, but line 2 has 2 values and line 1 has 3"),
    "cyrillic": File("возраст,y\n1,да\n2,нет\n3,да\n".encode("cp1251"), said=("The file's encoding is not UTF-8.", "if names look wrong, save the file as CSV (UTF-8)")),
    "gbk": File("年龄,y\n1,是\n2,否\n3,是\n".encode("gbk"), said=("save the file as CSV (UTF-8)",)),
    "shift-jis": File("年齢,y\n1,男\n2,女\n3,男\n".encode("shift-jis"), said=("save the file as CSV (UTF-8)",)),
    "mac roman": File("größe,y\n1,süß\n2,herb\n3,süß\n".encode("mac-roman"), said=("save the file as CSV (UTF-8)",)),
    "windows": File("größe,y\n1,süß\n2,herb\n3,süß\n".encode("cp1252"), {"größe": [1, 2, 3], "y": ("süß", "herb")}, said=("not UTF-8",)),
    "excel unicode text": File("größe\ty\r\n1,5\tsüß\r\n2,5\therb\r\n3,5\tsüß\r\n".encode("utf-16"), {"größe": [1.5, 2.5, 3.5]}, "y"),
    "libreoffice": File("\ufeffgröße;y\r\n1,5;süß\r\n2,5;herb\r\n3,5;süß\r\n", {"größe": [1.5, 2.5, 3.5]}, "y"),
    "excel with sep": File("sep=;\r\na;b;y\r\n1,5;2;p\r\n2,5;3;q\r\n3,5;3;p\r\n", {"a": [1.5, 2.5, 3.5]}, "y"),
    # formulas
    **{f"formula {f.strip()}": File(f'a,b,y\n1,2,p\n3,"{f}",q\n5,7,p\n', fault=f"Row 3, column 2 holds a formula ({f.strip()})") for f in ("=1+1", " =HYPERLINK(1)", "\t=1", "@SUM(A1)", " +SUM(1)", "-cmd(1)", "\u00a0=1")},
    "dde": File("a,b,y\n1,2,p\n3,+cmd|'/C calc'!A0,q\n5,7,p\n", fault="Row 3, column 2 holds a formula (+cmd|'/C calc'!A0)"),
    "signs that are no formula": File(one(["-", "+", "@home", "-x"] * 2), {"a": ("-", "+", "@home", "-x")}),
    # of offices, agencies and programs
    "world bank": File('"Data Source","World Development Indicators",\n\n"Last Updated Date","2024-01-01",\n\n"Country Name","Country Code","Indicator","1960","1961","1962",\n"Aruba","ABW","Population","54211","55438","56225",\n"Chad","TCD","Population","3002","3061","3122",\n"Peru","PER","Population","10155","10457","",\n"Cuba","CUB","Population","7141","7290","7454",\n', {"1960": [54211, 3002, 10155, 7141], "1962": [56225, 3122, None, 7454]}, said=("Rows 1, 3 were left out: a title above the header",), n_rows=4),
    "world bank's gaps": File("Country,2019 [YR2019],2020 [YR2020]\nA,1.5,..\nB,2.5,3.5\nC,..,4.5\nD,3.25,5\n", {"2019 [YR2019]": [1.5, 2.5, None, 3.25], "2020 [YR2020]": [None, 3.5, 4.5, 5]}, n_rows=4),
    "eurostat": File("freq,unit,geo\\TIME_PERIOD\t2019 \t2020 \t2021 \nA,PC,AT\t4.8 \t5.5 \t6.2 \nA,PC,BE\t5.4 \t: \t6.3 \nA,PC,BG\t4.3 \t5.2 \t5.3 \nA,PC,CY\t7.1 \t7.6 \t7.5 \n", {"2019": [4.8, 5.4, 4.3, 7.1], "2020": [5.5, None, 5.2, 7.6]}, "2021", n_rows=4),
    "eurostat's flags": File("geo,2019,2020\nAT,4.8,5.5 b\nBE,5.4,6.1\nBG,4.3,5.2\nCY,7.1,7.6\nCZ,2.1,2.6\nDE,3.1,3.6\n", fault="Row 2, column 2020: '5.5 b' is not a number like the others, but the other 5 cells are"),
    "destatis": File("Bevölkerung: Kreise;;\nStichtag 31.12.2022;;\nKreis;Einwohner;Fläche\nFlensburg;92.667;56,73\nKiel;247.717;118,65\nLübeck;218.095;214,19\nNeumünster;79.809;71,66\n© Statistisches Bundesamt;;\n", {"Einwohner": [92667, 247717, 218095, 79809], "Fläche": [56.73, 118.65, 214.19, 71.66]}, said=("Rows 1, 2 were left out: a title", "Row 8 was left out: a remark"), n_rows=4),
    "titanic": File("PassengerId,Survived,Pclass,Name,Sex,Age,Ticket,Fare,Cabin\n" + "".join(f'{i},{i % 2},{i % 3 + 1},"Braund, Mr. {i}",{["male", "female"][i % 2]},{22 + i if i % 4 else ""},{f"A/5 {i}" if i % 3 else 113803 + i},{7.25 + i},{"" if i % 2 else f"C{i}"}\n' for i in range(1, 31)), {"Survived": [i % 2 for i in range(1, 31)], "Sex": ("female", "male")}, "Fare", left_aside=("PassengerId",)),
    "penguins": File("species,island,bill_length_mm,body_mass_g,sex\n" + "".join(f"{['Adelie', 'Gentoo'][i % 2]},{['Biscoe', 'Dream', 'Torgersen'][i % 3]},{'NA' if i == 3 else 39.1 + i},{3750 + 25 * i},{['male', 'female', 'NA'][i % 3]}\n" for i in range(12)), {"species": ("Adelie", "Gentoo"), "sex": ("male", "female"), "bill_length_mm": [39.1, 40.1, 41.1, None, *(39.1 + i for i in range(4, 12))]}, "species", said=("4 cells with 'NA' count as missing",)),
    "breast cancer": File("id,diagnosis,radius\n" + "".join(f"{842302 + 37 * i},{'MB'[i % 2]},{10 + i * 0.7:.1f}\n" for i in range(12)), target="diagnosis"),
    "heart": File("age,sex,chol,target\n" + "".join(f"{40 + i},{i % 2},{200 + 7 * i % 31},{i % 3 % 2}\n" for i in range(12)), target="target", left_aside=("age",)),
    "tips": File('"total_bill","tip","sex","smoker"\n16.99,1.01,"Female","No"\n10.34,1.66,"Male","No"\n21.01,3.5,"Male","Yes"\n23.68,3.31,"Female","Yes"\n', {"smoker": ("No", "Yes")}, "smoker"),
    "R's row names": File('"","x","y"\n"1",1.5,"a"\n"2",2.5,"b"\n"3",0.5,"a"\n"4",4.5,"b"\n', {"x": [1.5, 2.5, 0.5, 4.5]}, "y", left_aside=("column 1",)),
    "pandas with an index": File(",x,kind\n0,1.5,a\n1,2.5,b\n2,0.5,a\n3,4.5,b\n", {"x": [1.5, 2.5, 0.5, 4.5]}, "kind", left_aside=("column 1",)),
    "survey": File('Zeitstempel,"Wie viele Stunden schläfst du (in der Woche, ungefähr)?","Fährst du mit dem Rad?"\n2024/01/05 8:03:11,7,Ja\n2024/01/05 8:04:40,6.5,nein\n2024/01/05 8:05:02,8,ja\n2024/01/05 8:09:31,7.5,Nein\n', {"Wie viele Stunden schläfst du (in der Woche, ungefähr)?": [7, 6.5, 8, 7.5], "Fährst du mit dem Rad?": ("Ja", "nein")}, "Fährst du mit dem Rad?"),
    "survey with words beside numbers": File("Alter;Größe (cm);Fach\n15;172;Mathe\n16;ca. 170;Kunst\n15;165;Mathe\n16;181;Kunst\n15;159;Sport\n", fault="Row 3, column Größe (cm): 'ca. 170' is not a number, but the other 4 cells are. Correct it or leave it empty."),
    "grades of a class": File("Name;Klausur;Note\nAnna;12,5;2+\nBen;9,0;3-\nCem;15,0;1\nDana;12,0;2+\nElif;8,5;3-\nFinn;14,5;1\n", {"Klausur": [12.5, 9, 15, 12, 8.5, 14.5], "Note": ("2+", "3-", "1")}, "Note"),
    "sensor": File("timestamp,temp [°C],hum [%],ok\n" + "".join(f"2024-01-01T00:{i:02d}:00Z,{20 + i * 0.1:.1f},{50 - i},{i % 2 == 0}\n" for i in range(12)), {"ok": ("True", "False")}, "ok"),
    "logger with units": File("t;U;I;state\ns;V;mA;\n0,0;1,5;20;on\n0,5;1,7;21;off\n1,0;1,9;25;on\n1,5;2,2;24;off\n", {"U": [1.5, 1.7, 1.9, 2.2]}, "state", ("Row 2 was left out: units",)),
    "oscilloscope": File("# Model DSO-X\n# Record 4\n#\nTime,Volt\n0.0,1.5\n0.1,2.5\n0.2,1.25\n0.3,0.5\n", {"Volt": [1.5, 2.5, 1.25, 0.5]}, "Volt", n_rows=4),
    "share prices": File("Date,Open,Close,Volume,Move\n" + "".join(f'2024-01-{i + 1:02d},"1,{200 + i}.50",{1190 + i * 3}.25,"{i + 1},234,000",{["up", "down"][i % 2]}\n' for i in range(6)), {"Open": [1200.5 + i for i in range(6)], "Volume": [1234000 + 1000000 * i for i in range(6)]}, "Move"),
    "bank statement": File("Buchung;Betrag;Art\n01.02.2024;-12,50 €;Karte\n02.02.2024;1.234,00 €;Gehalt\n03.02.2024;-7,99 €;Karte\n04.02.2024;-100,00 €;Karte\n05.02.2024;1.250,00 €;Gehalt\n", {"Betrag": [-12.5, 1234, -7.99, -100, 1250]}, "Art", ("without the sign €",)),
    "cars": File("model;power;price;kind\nA;75 kW;12.990 €;small\nB;110 kW;25.490 €;big\nC;66 kW;990 €;small\nD;140 kW;39.900 €;big\n", {"power": [75, 110, 66, 140], "price": [12990, 25490, 990, 39900]}, "kind") ,
    "kaggle's houses": File("Id,LotFrontage,Alley,SalePrice\n" + "".join(f"{i},{'NA' if i == 3 else 60 + i % 7},{'NA' if i % 2 else ['Grvl', 'Pave'][i // 2 % 2]},{208500 + 1000 * i}\n" for i in range(1, 13)), {"Alley": ("Pave", "Grvl")}, "SalePrice", ("6 cells with 'NA' count as missing",), left_aside=("Id",)),
    "mnist": File("label," + ",".join(f"pixel{i}" for i in range(4)) + "\n" + "".join(f"{i % 10},0,{i * 13 % 256},{i * 7 % 256},0\n" for i in range(30)), target="label", left_aside=("pixel0", "pixel3")),
    "mnist without header": File("".join(f"{i % 10},0,{i * 13 % 256},{i * 7 % 256},{i * 11 % 255}\n" for i in range(30)), target="column 1", left_aside=("column 2",)),
    "adult": File("".join(f"{39 - i}, {['Private', 'State-gov', '?'][i % 3]}, {77516 + i * 31}, {['<=50K', '>50K'][i % 2]}\n" for i in range(12)), {"column 2": ("Private", "State-gov"), "column 4": ("‹=50K", "›50K")}, "column 4", ("4 cells with '?' count as missing",)),
    # the target and the inputs
    "class before target": File("class,target,b\n0,1.5,2\n1,2.5,3\n0,3.5,5\n1,1.5,4\n", target="class"),
    "species first": File("species,a,b\n" + "".join(f"{'uv'[i % 2]},{i * 0.3},{i * 0.7 % 2}\n" for i in range(12)), target="species"),
    "quality first": File("quality,a,b\n" + "".join(f"{['good', 'bad'][i % 2]},{i * 0.3},{i * 0.7 % 2}\n" for i in range(12)), target="quality"),
    "uci wine": File(WINE, target="column 1", n_rows=24),
    "iris": File(IRIS, {"species": ("setosa", "versicolor", "virginica")}, "species", n_rows=15),
    "iris without header": File("\n".join(IRIS_ROWS) + "\n", target="column 5", n_rows=15),
    "wine quality": File("fixed acidity;pH;quality\n" + "".join(f"{7 + i % 5 / 10};{3 + i % 3 / 10};{5 + i % 3}\n" for i in range(18)), {"pH": [3, 3.1, 3.2] * 6}, "quality"),
    "ids from 1001": File("nr,x,y\n" + "".join(f"{1001 + i},{i % 5 * 1.5},{'uv'[i % 2]}\n" for i in range(12)), target="y", left_aside=("nr",)),
    "ids from 1": File("nr,x,y\n" + "".join(f"{1 + i},{i % 5 * 1.5},{'uv'[i % 2]}\n" for i in range(12)), target="y", left_aside=("nr",)),
    "time as an input": File("time,x,y\n" + "".join(f"{1 + i},{i % 5 * 1.5},{i * i / 3:.2f}\n" for i in range(12)), target="y"),
    "time as the only input": File("time,y\n" + "".join(f"{1 + i},{i * i / 3:.2f}\n" for i in range(12)), target="y"),
    "numbers of years": File("year,x,y\n" + "".join(f"{1990 + i},{i % 5 * 1.5},{i * i / 3:.2f}\n" for i in range(12)), target="y"),
    "long names": File(f"{'q' * 90}1,{'q' * 90}2,y\n1,2,p\n3,4,q\n5,7,p\n", {"q" * 79 + "…": [1, 3, 5], "q" * 75 + "… (2)": [2, 4, 7]}, "y"),
    "long answers": File(one([f"{'w ' * 50}{k}" for k in "abab"], ",", "a,y"), n_rows=4),
    "same long names": File(f"{'q' * 90},{'q' * 90},y\n1,2,p\n3,4,q\n", fault="Columns 1 and 2 have the same name"),
    "kaggle's iris": File("Id," + IRIS.replace("\n", "\n{},").rstrip("{},").format(*range(1, 16)) + "\n", target="species", n_rows=15, left_aside=("Id",)),
}  # fmt: skip
