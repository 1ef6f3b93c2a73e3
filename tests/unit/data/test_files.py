# ruff: noqa: SIM905 (cells, one beside the other)
"""Files from practice are read as a teacher would expect, and downloads load back."""

import csv
import io
import random

import numpy as np
import pytest
from files_as_people_have_them import FILES

from ffbp.data.read_table import read_again, read_table
from ffbp.data.rows import TableError
from ffbp.data.table_source import source_of
from ffbp.data.write_table import table_csv


def values_of(column):
    if not column.is_number:
        return column.categories
    return [None if np.isnan(value) else value for value in column.values.tolist()]


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_read_as_a_teacher_would_expect(name):
    file = FILES[name]
    if file.fault:
        with pytest.raises(TableError) as caught:
            source_of(read_table(file.data))
        assert file.fault in str(caught.value)
        assert str(caught.value).endswith(".")
        return
    table = read_table(file.data)
    columns = {column.name: values_of(column) for column in table.columns}
    for column, values in file.columns.items():
        assert columns[column] == values
    if file.n_rows is not None:
        assert table.n_rows == file.n_rows
    if file.target is not None:
        source = source_of(table)
        assert source.target_name == file.target
        assert tuple(name for name, _ in source.set_aside) == file.left_aside
    notes = " ".join(table.notes)
    for fragment in file.said:
        assert fragment in notes
    assert all(note.endswith(".") and "\n" not in note for note in table.notes)


def test_a_decimal_sign_that_was_chosen_holds_for_all_columns_and_what_does_not_fit_is_said():
    data = b"a;b;y\n1.250;2.5;p\n150;3.5;q\n2.125;4.5;p\n"
    assert [values_of(c) for c in read_table(data).columns[:2]] == [[1.25, 150, 2.125], [2.5, 3.5, 4.5]]
    comma = read_table(data, decimal="comma")
    assert [values_of(c) for c in comma.columns[:2]] == [[1250, 150, 2125], ("2.5", "3.5", "4.5")]
    assert comma.notes == ("Column 'b' holds numbers with a decimal point, not the chosen sign.",)
    assert read_table(data, decimal="point").notes == ()


def test_a_header_that_was_chosen_is_one():
    data = b"1,2,p\n3,4,q\n5,7,p\n"
    assert [read_table(data, header=header).n_rows for header in (None, True, False)] == [3, 2, 3]
    assert [c.name for c in read_table(data, header=True).columns] == ["1", "2", "p"]
    words = b"colour,kind\nred,u\nblue,v\nred,v\n"
    assert [read_table(words, header=header).n_rows for header in (None, True, False)] == [3, 3, 4]
    again = read_again(read_table(data), header=True, decimal="comma")
    assert (again.has_header, again.decimal_comma, again.name) == (True, True, "table.csv")


def same(a, b):
    return len(a.columns) == len(b.columns) and all(
        (x.name, x.categories, x.values.tobytes()) == (y.name, y.categories, y.values.tobytes())
        for x, y in zip(a.columns, b.columns, strict=True)
    )


@pytest.mark.parametrize("name", [name for name, file in FILES.items() if not file.fault])
def test_what_is_downloaded_loads_back(name):
    table = read_table(FILES[name].data)
    assert same(read_table(table_csv(table).encode()), table)


CELLS = [
    *"0 1 -1 2.5 -0.25 1.125 1.250 150 1e3 .5 5. 1,5 1.234,56 1,234 12,345.5 1'234 45% 7% $5 5€ 12kg 3 3kg (5) 5- 1O".split(
        " "
    ),
    *"ca.5 <0.1 NA n/a - -- ? . none None missing inf #DIV/0! yes Yes YES no x y X a|b -x +x @x '-x ''x 'x '5 ''".split(
        " "
    ),
    *"#c # Total Summe a b c 'NA + ++ A- B+ 2019 2020 =x '=x --- :-: (cm) kg sep=; 1:2 01.02 2024-01-31 ² ½ ١٢".split(
        " "
    ),
    *'x,y x;y x|y "q" é \u200b1 1\u00a0000 −5 ＝1 AA aA Namibia [a] {b} <b> 5/6'.split(" "),
    *("", " ", " x ", "1 234", "12 kg", "5 €", "two\nlines", "w " * 60 + "1", "w " * 60 + "2", " -x", "\t-y", "'"),
]


def hostile(rng):
    """Bytes of a file of ambiguous cells, mostly of one kind per column, so that all kinds occur."""
    width, n = rng.randint(2, 5), rng.choice((2, 3, 5, 12, 30))
    kinds = [rng.sample(CELLS, rng.choice((1, 2, 3, 8))) for _ in range(width)]
    header = [[*rng.sample(CELLS, width)]] if rng.random() < 0.5 else [[f"n{c}" for c in range(width)]]
    rows = header + [[rng.choice(kind) for kind in kinds] for _ in range(n)]
    out = io.StringIO()
    csv.writer(out, delimiter=rng.choice(",;\t|")).writerows(rows)
    return out.getvalue().encode()


def test_hostile_cells_load_back_from_what_is_downloaded_and_none_is_a_formula():
    rng, n_tables = random.Random(5), 0
    for _ in range(4000):
        data = hostile(rng)
        choices = {
            "header": rng.choice((None, None, True, False)),
            "decimal": rng.choice((None, None, "point", "comma")),
        }
        try:
            table = read_table(data, **choices)
        except TableError:
            continue
        n_tables += 1
        text = table_csv(table)
        assert same(read_table(text.encode()), table), (data, choices, text)
        for row in csv.reader(io.StringIO(text)):
            assert not [cell for cell in row if cell.strip()[:1] in tuple("=@＝＋－＠") or cell[:2] in ("+x", "-x")]
    assert n_tables > 1000
