"""Files: what is recognised, what is refused and in which words, and no other outcome."""

import csv
import io
import random
import re
import time
import tracemalloc

import numpy as np
import pytest

from ffbp import DATASETS, Config, make_dataset, train
from ffbp.data.read_table import MAX_CATEGORIES, read_table
from ffbp.data.rows import MAX_BYTES, MAX_ROWS, TableError
from ffbp.data.source import CLASSIFICATION, REGRESSION, class_names_of
from ffbp.data.table import fingerprint
from ffbp.data.table_source import MAX_CLASSES, Account, account, guess_target, guess_task, source_of
from ffbp.data.write_table import table_csv, to_csv
from ffbp.experiment.build import dataset_for
from ffbp.words.english import sentence

N_FUZZ, N_FUZZ_FULL = 3000, 10_000
PLAIN = "height,width,kind\n1.5,2,cat\n2.5,3,dog\n3.5,4,cat\n4.5,6,dog\n"


def table(text, encoding="utf-8"):
    return read_table(text.encode(encoding), "mine.csv")


def samples(source):
    return source.make(source.n_rows, 0.0, None, 0)


def same_columns(a, b):
    return len(a.columns) == len(b.columns) and all(
        x.name == y.name and x.categories == y.categories and x.values.tobytes() == y.values.tobytes()
        for x, y in zip(a.columns, b.columns, strict=True)
    )


# Round trips


@pytest.mark.parametrize("key", DATASETS)
def test_every_dataset_loads_back_from_its_csv_bit_for_bit(key):
    entry, (X, y) = DATASETS[key], make_dataset(key)
    names = class_names_of(entry, None)
    text = to_csv(X, y, feature_names=entry.feature_names, target_name=entry.target_name, class_names=names)
    source = source_of(table(text))
    X2, y2 = samples(source)
    assert X2.tobytes() == X.tobytes()
    assert (y2.tobytes(), y2.dtype) == (y.tobytes(), y.dtype)
    assert (source.feature_names, source.target_name) == (entry.feature_names, entry.target_name)
    assert (source.task, source.class_names) == (entry.task, names)


@pytest.mark.parametrize("key", [key for key, entry in DATASETS.items() if entry.classes])
def test_every_number_of_classes_loads_back(key):
    low, high = DATASETS[key].classes
    for classes in range(low, high + 1):
        X, y = make_dataset(key, n_samples=100, classes=classes)
        names = class_names_of(DATASETS[key], classes)
        source = source_of(table(to_csv(X, y, feature_names=("x1", "x2"), target_name="class", class_names=names)))
        assert samples(source)[1].tolist() == y.tolist()


def test_a_file_trains_as_the_same_samples_do():
    X, y = make_dataset("moons", n_samples=80)
    source = source_of(table(to_csv(X, y, feature_names=("x1", "x2"), target_name="class", class_names=("0", "1"))))
    config = Config(file_name="mine.csv", standardize=False, test_size=0, epochs=30)
    run = train(config, dataset_for(config, source))
    same = train(Config(n_samples=80, test_size=0, epochs=30))
    assert (run.history.theta == same.history.theta).all()


def test_a_table_written_in_one_form_reads_back_to_the_same_columns():
    mixed = table('a;b;c;t\n1,5;"x;y";?;0\n-0,25;z;3;1\n1e-3;"q ""r""";4;0\n2;z;5;1\n')
    assert mixed.decimal_comma
    back = table(table_csv(mixed))
    assert same_columns(back, mixed)
    assert not back.decimal_comma


def test_numbers_keep_every_bit():
    values = [0.1, -0.0, 5e-324, 1.7976931348623157e308, 1 / 3, 123456789012345678.0, 2.0**-1074 * 3]
    X, y = np.array([[v, i] for i, v in enumerate(values)]), np.arange(7.0) + 0.5
    source = source_of(table(to_csv(X, y, feature_names=("a", "b"), target_name="y")))
    assert samples(source)[0].tobytes() == X.tobytes()


# What is recognised


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "latin-1"])
def test_separator_and_encoding_are_recognised(separator, encoding):
    rows = ["größe,weite,art", "1.5,2,süß", "2.5,3,herb", "3.5,4,süß"] * 1
    got = table("\r\n".join(rows).replace(",", separator), encoding)
    assert [column.name for column in got.columns] == ["größe", "weite", "art"]
    assert got.columns[0].values.tolist() == [1.5, 2.5, 3.5]
    assert got.columns[2].categories == ("süß", "herb")


def test_excels_line_that_names_the_separator_is_followed():
    got = table("sep=;\r\na;b\r\n1,5;2\r\n2,5;3\r\n")
    assert [column.name for column in got.columns] == ["a", "b"]
    assert got.columns[0].values.tolist() == [1.5, 2.5]
    with pytest.raises(TableError, match="Row 4 has 1 value and row 2 has 2"):
        table("sep=;\na;b\n1;2\n3\n")


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_line_endings_blank_lines_and_trailing_separators_do_not_matter(ending):
    got = table(ending.join(["a,b,", "1,2,", "", "3,4,", "", ""]))
    assert [column.name for column in got.columns] == ["a", "b"]
    assert got.columns[1].values.tolist() == [2, 4]


@pytest.mark.parametrize(
    ("text", "comma", "values"),
    [
        ("a;b\n1,5;2\n2,25;3", True, [1.5, 2.25]),
        ("a;b\n1.5;2\n2.25;3", False, [1.5, 2.25]),
        ("a;b\n1.234,5;2\n2,25;3", True, [1234.5, 2.25]),
        ('a,b\n"1,234.5",2\n7.25,3', False, [1234.5, 7.25]),
        ('a,b\n"1,5",2\n"2,25",3', True, [1.5, 2.25]),
        ('a,b\n"1,500",2\n"2,250",3', False, [1500, 2250]),
        ("a;b\n1,500;2\n2,250;3", True, [1.5, 2.25]),
        ("a;b\n1,5e-3;2\n-,25;3", True, [0.0015, -0.25]),
        ("a\tb\n−1,5\t2\n+2\t3", True, [-1.5, 2]),
        ("a,b\n .5 ,2\n1.,3", False, [0.5, 1]),
    ],
)  # fmt: skip
def test_the_decimal_sign_is_recognised(text, comma, values):
    got = table(text)
    assert got.decimal_comma == comma
    assert got.columns[0].values.tolist() == values


@pytest.mark.parametrize(
    ("text", "names", "n_rows"),
    [
        ("a,b\n1,2\n3,4", ["a", "b"], 2),
        ("1,2\n3,4", ["column 1", "column 2"], 2),
        (",b\n1,2\n3,4", ["column 1", "b"], 2),
        ("x,y,kind\n1,2,u\n3,4,v", ["x", "y", "kind"], 2),
        ("1,2,u\n3,4,v", ["column 1", "column 2", "column 3"], 2),
        ("colour,shape\nred,round\nblue,flat", ["colour", "shape"], 2),
        ("red,yes\nblue,no\nred,no\nblue,yes", ["column 1", "column 2"], 4),
        ('"a\nb","c  d"\n1,2\n3,4', ["a b", "c d"], 2),
        ("<b>x</b>,y\n1,2\n3,4", ["‹b›x‹/b›", "y"], 2),
    ],
)
def test_a_header_is_recognised(text, names, n_rows):
    got = table(text)
    assert [column.name for column in got.columns] == names
    assert got.n_rows == n_rows


def test_a_quoted_newline_is_part_of_its_value():
    got = table('a,b\n1,"two\nlines"\n2,"one ""line"""\n3,"two\nlines"\n')
    assert got.n_rows == 3
    assert got.columns[1].categories == ("two lines", 'one "line"')


@pytest.mark.parametrize("gap", ["", " ", "NA", "na", "N/A", "nan", "NaN", "?", "-", "null", "#N/A"])
def test_missing_values_are_recognised(gap):
    got = table(f"a,b,t\n1,u,0\n{gap},v,1\n3,{gap},0\n4,u,1")
    assert got.columns[0].missing.tolist() == [False, True, False, False]
    assert got.columns[1].missing.tolist() == [False, False, True, False]
    assert got.columns[0].is_number
    assert (got.columns[1].text(2), got.columns[1].text(0), got.columns[0].text(0)) == ("", "u", "1")


def test_the_fingerprint_is_of_the_bytes():
    assert table(PLAIN).fingerprint == fingerprint(PLAIN.encode()) == fingerprint(PLAIN.encode())
    assert len(fingerprint(b"")) == 16
    assert fingerprint(b"a") != fingerprint(b"b")


# Target, task, inputs


@pytest.mark.parametrize(
    ("values", "task"),
    [
        (["cat", "dog"] * 5, CLASSIFICATION),
        ([0, 1] * 5, CLASSIFICATION),
        ([3, 5, 7] * 4, CLASSIFICATION),
        ([1, 2, 3, 4], REGRESSION),
        ([0.5, 1.5] * 5, REGRESSION),
        (list(range(11)) * 5, REGRESSION),
        (list(range(10)) * 5, CLASSIFICATION),
    ],
)
def test_the_task_is_guessed_from_the_target(values, task):
    rows = "\n".join(f"{i / 7},{value}" for i, value in enumerate(values))
    assert guess_task(table(f"a,t\n{rows}").columns[1]) == task


@pytest.mark.parametrize("name", ["class", "Target", "label"])
def test_numbered_classes_are_classes_even_with_a_sample_each(name):
    rows = "\n".join(f"{i / 7},{i}" for i in (2, 0, 3, 1))
    assert guess_task(table(f"a,{name}\n{rows}").columns[1]) == CLASSIFICATION
    assert guess_task(table(f"a,{name}\n{rows.replace(',3', ',4')}").columns[1]) == REGRESSION
    assert guess_task(table(f"a,y\n{rows}").columns[1]) == REGRESSION


@pytest.mark.parametrize("n_samples", [10, 11])
def test_few_samples_of_many_classes_load_back_as_classes(n_samples):
    source = DATASETS["blobs"]
    X, y = source.make(n_samples, 0.2, 6, 0)
    text = to_csv(
        X, y, feature_names=source.feature_names, target_name=source.target_name, class_names=class_names_of(source, 6)
    )
    loaded = source_of(read_table(text.encode()))
    assert loaded.task == CLASSIFICATION
    assert len(loaded.class_names) == 6
    assert (loaded.make(0, 0, 0, 0)[1] == y).all()


@pytest.mark.parametrize(
    ("header", "target"), [("a,b,c", 2), ("a,Class,c", 1), ("label,b,c", 0), ("y,b,target", 2), ("a,b,gone", 1)]
)
def test_the_target_is_guessed_by_its_name_or_place(header, target):
    rows = "1,2,\n3,4,\n" if "gone" in header else "1,2,3\n3,4,5\n"
    rows += "7,9,\n" if "gone" in header else "7,9,8\n"
    assert guess_target(table(f"{header}\n{rows}")) == target


def test_a_last_column_that_cannot_be_the_target_is_passed_over():
    rows = "".join(f"{i % 2},name {i},{i % 7 * 1.5},cabin {i % 20}\n" for i in range(80))
    source = source_of(table("survived,name,age,cabin\n" + rows))
    assert (source.target_name, source.task) == ("age", REGRESSION)
    assert source_of(table("survived,name,age,cabin\n" + rows), target=0).class_names == ("0", "1")
    with pytest.raises(TableError, match="'cabin' holds 20 classes"):
        source_of(table("survived,name,age,cabin\n" + rows), target=3)


def test_categories_become_inputs_in_alphabetical_order():
    text = "size,colour,smoker,t\n1,red,no,0\n2,blue,yes,1\n3,green,no,0\n4,?,?,1\n"
    source = source_of(table(text))
    X, y = samples(source)
    assert source.feature_names == ("size", "colour = blue", "colour = green", "colour = red", "smoker = yes")
    assert source.column_of == (0, 1, 1, 1, 2)
    assert source.groups == ((1, 2, 3), (4,))
    nan = np.nan
    expected = [[1, 0, 0, 1, 0], [2, 1, 0, 0, 1], [3, 0, 1, 0, 0], [4, nan, nan, nan, nan]]
    np.testing.assert_array_equal(X, expected)
    assert y.tolist() == [0, 1, 0, 1]
    d = dataset_for(Config(file_name="x", missing="median", test_size=0, standardize=False), source)
    assert d.raw_train[3].tolist() == [4, 1, 0, 0, 0], "the first of the most frequent, and no"


def test_any_column_can_be_the_target_and_any_task_that_fits():
    got = table("a,b,c\n1,u,0.5\n2,v,1.5\n1,u,2.5\n2,v,3.5\n")
    assert source_of(got).task == REGRESSION
    as_text = source_of(got, target=1)
    assert (as_text.task, as_text.class_names, as_text.feature_names) == (CLASSIFICATION, ("u", "v"), ("a", "c"))
    whole = source_of(got, target=0)
    assert (whole.task, whole.class_names) == (CLASSIFICATION, ("1", "2"))
    number = source_of(got, target=0, task=REGRESSION)
    assert samples(number)[1].tolist() == [1, 2, 1, 2]
    forced = source_of(got, target=2, task=CLASSIFICATION)
    assert forced.class_names == ("0.5", "1.5", "2.5", "3.5")


def test_what_teaches_nothing_is_no_input_and_why_is_said():
    rows = "".join(f"{i},7,{i % 3},same,{i % 2},word{i},,{i / 3}\n" for i in range(60))
    source = source_of(table("id,flat,a,flattext,kind,words,gone,t\n" + rows), target=4)
    assert source.feature_names == ("id", "flat", "a", "t")
    assert [source.feature_names[c] for c in source.default_columns] == ["a", "t"]
    assert {name: sentence(fault) for name, fault in source.set_aside} == {
        "id": "it only numbers the rows",
        "flat": "every value is 7",
    }
    assert {name: sentence(fault) for name, fault in source.left_out} == {
        "flattext": "every value is same",
        "words": "nearly every row has a different text (60)",
        "gone": "every value is missing",
    }


def test_numbers_of_rows_are_inputs_where_there_is_nothing_else():
    source = source_of(table("x,t\n" + "".join(f"{i},{i * i / 2}\n" for i in range(9))))
    assert source.default_columns == (0,)
    assert source.set_aside == ()


def test_the_account_says_what_became_of_the_gaps():
    source = source_of(table("a,b,t\n1,2,0\n,2,1\n3,,0\n4,5,\n,,\n6,7,1\n8,9,0\n1,1,1\n"))
    assert account(source, (0, 1), missing="drop") == Account(8, 2, 2, 4, 0)
    assert account(source, (0,), missing="drop") == Account(8, 2, 1, 5, 0)
    assert account(source, (0, 1), missing="median") == Account(8, 2, 0, 6, 2)
    for missing in ("drop", "median"):
        d = dataset_for(Config(file_name="x", missing=missing, test_size=0), source)
        assert len(d.X_train) == account(source, (0, 1), missing=missing).used
        assert np.isfinite(d.X_train).all()


def test_dropping_filling_target_and_task_change_the_run():
    rows = "".join(f"{i % 7},{'' if i % 5 == 0 else i % 11},{i % 3}\n" for i in range(60))
    got = table("a,b,c\n" + rows)

    def theta(missing="drop", **options):
        config = Config(file_name="x", missing=missing, epochs=5, **options)
        source = source_of(got, target=config.target, task=config.task)
        return train(config, dataset_for(config, source)).history.theta

    runs = [theta(), theta("median"), theta(target=0), theta(task=REGRESSION)]
    assert len({run.tobytes() for run in runs}) == 4


# Bad files: one sentence each, with the fault, its place and the remedy

WIDE = ",".join(f"c{i}" for i in range(1001)) + "\n" + ",".join("1" for _ in range(1001))
MANY = "".join(f"{i % 7},{i / 3},{i % 2}\n" for i in range(MAX_ROWS + 1))
BAD = {
    "empty": (b"", "The file is empty; choose"),
    "blank": (b" \r\n\n  ", "The file is empty; choose"),
    "blank utf-16": ("  \n".encode("utf-16"), "The file is empty; choose"),
    "zip": (b"PK\x03\x04" + bytes(100), "is a ZIP archive or an Excel workbook, not text; open it and save it as CSV"),
    "zip named csv": (b"PK\x03\x04a,b\n1,2", "is a ZIP archive or an Excel workbook"),
    "gzip": (b"\x1f\x8b\x08" + bytes(50), "is a gzip archive, not text"),
    "picture": (b"\x89PNG\r\n\x1a\n" + bytes(50), "is a picture, not text"),
    "binary": (bytes(range(256)) * 9, "not a text table: line 1 holds the control character 0x00; save it as CSV"),
    "zero byte": (b"a,b\n1,2\n3,\x004\n", "line 3 holds the control character 0x00"),
    "broken utf-16": (b"\xff\xfea\x00,\x00b", "is marked as UTF-16, but byte"),
    "too large": (b"1,2\n" * (MAX_BYTES // 4 + 1), "has 5.0 MB; at most 5 MB can be read: keep fewer rows or columns"),
    "too many rows": (MANY.encode(), "has more than 20,000 rows; at most 20,000 can be read: keep a sample"),
    "a million columns": (b"," * 999_999, "Row 1 has more than 1,000 columns; at most 1,000 can be read: keep"),
    "too many columns": (WIDE.encode(), "Row 1 has more than 1,000 columns; at most"),
    "one column": (b"a\n1\n2\n", "has only one column; a table needs inputs and a target, separated by comma"),
    "prose": (b"Dear Sir\nplease find\n", "has only one column"),
    "header only": (b"a,b\n", "has a header but no data; add one row per sample"),
    "ragged": (b"a,b\n1,2\n3\n5,6\n7,8\n", "Row 3 has 1 value and row 1 has 2; give every row the same number"),
    "ragged wide": (b"a,b\n1,2\n3,4,5\n6,7\n", "Row 3 has 3 values and row 1 has 2"),
    "open quote": (b'a,b\n1,2\n3,"4\n5,6\n', "Row 3 opens a quotation mark that is never closed; close or remove it"),
    "text after quote": (b'a,b\n1,"2"3\n4,5\n', "Row 2 has text after a closing quotation mark; write"),
    "endless value": (b'a,b\n1,"' + b"x" * 200_000, "Row 2 holds a value of more than 131,072 characters"),
    "formula": (b"a,b\n1,2\n3,=cmd()\n", "Row 3, column 2 holds a formula (=cmd()); save the file with values"),
    "formula with a sign": (b"a,b\n1,2\n+SUM(A1),4\n", "Row 3, column 1 holds a formula (+SUM(A1))"),
    "formula in the header": (b"=HYPERLINK(1),b\n1,2\n", "Row 1, column 1 holds a formula"),
    "same names": (b"a,b,a\n1,2,3\n4,5,6\n", "Columns 1 and 3 have the same name 'a'; give each column its own name"),
    "all missing": (b"a,b\n?,NA\n,-\n", "Every value in the file is missing; fill in some"),
    "infinite": (b"a,b\n1,2\n1e999,3\n", "Row 3, column 'a' holds a number too large to compute with (1e999)"),
    "one class": (b"a,b\n1,x\n2,x\n3,x\n", "The target column 'b' holds only one class (x); choose another target"),
    "constant target": (b"a,b\n1,.5\n2,.5\n3,.5\n", "The target column 'b' holds only one number (0.5); choose another"),
    "constant column": (b"a,b\n1,0\n1,1\n1,0\n1,1\n", "'b' can serve as an input: 'a' (every value is 1); add a column of"),
    "missing column": (b"a,b\n,0\n,1\n,0\n,1\n", "'b' can serve as an input: 'a' (every value is missing)"),
    "no input": (b"a,b\nx,0\nx,1\nx,0\nx,1\n", "'b' can serve as an input: 'a' (every value is x)"),
    "names as input": (
        ("name,b\n" + "".join(f"n{i},{i % 2}\n" for i in range(60))).encode(),
        "'name' (nearly every row has a different text (60))",
    ),
    "too many categories": (
        ("name,b\n" + "".join(f"n{i % 60},{i % 2}\n" for i in range(240))).encode(),
        f"'name' (it holds 60 different texts; at most {MAX_CATEGORIES} fit)",
    ),
    "too many classes": (
        ("a,b\n" + "".join(f"1,k{i % 11}\n" for i in range(60))).encode(),
        f"'b' holds 11 classes; at most {MAX_CLASSES} can be told apart by colour: choose another target",
    ),
    "too many inputs": (
        (",".join(f"c{i}" for i in range(41)) + "\n" + "".join(
            ",".join(f"v{(i * 7 + c) % 40}" for c in range(40)) + f",{i % 2}\n" for i in range(80))).encode(),
        "would make 1,040 inputs of 80 rows; at most 1,000 inputs and 2,500,000 values fit into memory: keep fewer",
    ),
}  # fmt: skip


def what_goes_wrong(data):
    with pytest.raises(TableError) as caught:
        source_of(read_table(data, "bad.csv"))
    return str(caught.value)


@pytest.mark.parametrize("case", BAD)
def test_a_bad_file_gets_one_sentence_with_the_fault_and_the_remedy(case):
    data, expected = BAD[case]
    message = what_goes_wrong(data)
    assert expected in message
    assert "\n" not in message
    assert len(message) < 330
    assert message.endswith(".")
    assert not re.search(r"[.!?] [A-Z]", message), "one sentence"


def test_two_inputs_of_one_name_are_refused():
    with pytest.raises(TableError, match="the same name 'k = b'; rename column 'k = b'"):
        source_of(table('k,"k = b",t\na,1,0\nb,2,1\nc,3,0\nc,4,1\n'), target=2)


def test_a_target_of_text_is_no_number():
    with pytest.raises(TableError, match=r"'kind' holds text \('cat'\), so its values are classes; choose classes"):
        source_of(table(PLAIN), task=REGRESSION)
    with pytest.raises(TableError, match="The target must be a column from 0 to 2, got 7; choose one of this file"):
        source_of(table(PLAIN), target=7)
    numbers = table("a,b\n" + "".join(f"{i},{i / 2}\n" for i in range(30)))
    with pytest.raises(TableError, match=r"holds 30 classes.*predict it as a number, or choose another target"):
        source_of(numbers, task=CLASSIFICATION)


# Random files


def _seeds():
    files = [data for data, _ in BAD.values() if len(data) < 20_000]
    for key in ("iris", "moons", "xor_gate", "noisy_sine"):
        entry, (X, y) = DATASETS[key], make_dataset(key, n_samples=40)
        names = class_names_of(entry, None)
        files.append(
            to_csv(X[::3], y[::3], feature_names=entry.feature_names, target_name="t", class_names=names).encode()
        )
    for text in (
        PLAIN,
        "a;b;t\n1,5;x;0\n2,5;y;1\n",
        "größe\tart\n1\tsüß\n2\therb\n",
        'a,b\n1,"x\ny"\n2,z\n',
        "a|b\n?|1\n2|0\n",
    ):
        files += [text.encode(encoding) for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le")]
    good = files[-26:]
    return files + 3 * good


def _mutated(rng, data):
    bits = (b",", b";", b"\t", b"|", b'"', b"\n", b"\r", b"\r\n", b"=", b"NA", b"nan", b"inf", b"1e999", b"-", b"\x00", b"\xff",
            b"\xc3\xa4", "١٢".encode(), "\u2028".encode(), b"1_0", b"0x1", b"1,5", b"1.5", b"=cmd()", b"''", b"\\", b"\x1a",
            b"9" * 400, b"PK\x03\x04", b"\xef\xbb\xbf", b"\xff\xfe", b" " * 50, "𝟙".encode(), "e\u0301".encode())  # fmt: skip
    data = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 3, 8))):
        i, j = (rng.randint(0, len(data)) for _ in range(2))
        kind = rng.randrange(6)
        if kind == 0:
            data[i:i] = rng.choice(bits)
        elif kind == 1:
            del data[min(i, j) : min(i, j) + rng.randint(1, 9)]
        elif kind == 2 and data:
            data[min(i, len(data) - 1)] = rng.randrange(256)
        elif kind == 3:
            data[i:i] = data[min(i, j) : max(i, j)][:2000] * rng.randint(1, 3)
        elif kind == 4:
            data = data.replace(rng.choice((b",", b"\n", b"1", b".")), rng.choice(bits))
        else:
            data = data[: max(i, 1)]
    return bytes(data[:60_000])


def _generated(rng):
    kind = rng.randrange(3)
    if kind == 0:
        return rng.randbytes(rng.randint(0, 400))
    if kind == 1:
        return "".join(rng.choice('01a,;\t|"\n\r=-.e?NA é') for _ in range(rng.randint(0, 300))).encode()
    cells = [
        "1",
        "-2.5",
        "1e5",
        "",
        "NA",
        "?",
        "a",
        "b",
        "x y",
        "1,5",
        '"',
        "0",
        "nan",
        "∞",
        "9" * 30,
        "01.02.2024",
        "true",
    ]
    width, text = rng.randint(1, 8), io.StringIO()
    writer = csv.writer(text, delimiter=rng.choice(",;\t|"))
    for _ in range(rng.randint(0, 30)):
        writer.writerow([rng.choice(cells) for _ in range(width)])
    return text.getvalue().encode(rng.choice(("utf-8", "utf-16", "utf-8-sig")))


def test_thousands_of_inputs_give_a_table_or_one_sentence_quickly_and_in_bounded_memory(full):
    rng, seeds, n_inputs = random.Random(11), _seeds(), N_FUZZ_FULL if full else N_FUZZ
    slowest, faults, outcomes = 0.0, [], {"table": 0, "source": 0, "fault": 0}
    tracemalloc.start()
    for n in range(n_inputs):
        data = _generated(rng) if n % 3 == 0 else _mutated(rng, rng.choice(seeds))
        if n % 100 == 0:
            tracemalloc.reset_peak()
        before = time.process_time()
        try:
            got = read_table(data, "fuzz.csv")
            outcomes["table"] += 1
            task, target = rng.choice((None, None, CLASSIFICATION, REGRESSION)), rng.choice((None, None, 0, 1))
            source = source_of(got, target=target, task=task)
            outcomes["source"] += 1
        except TableError as error:
            outcomes["fault"] += 1
            faults.append(str(error))
        else:
            X, y = samples(source)
            assert X.shape == (got.n_rows, len(source.feature_names))
            assert not np.isinf(X).any()
            assert (y.max() < max(len(source.class_names), 1)) or task == REGRESSION or not source.class_names
            if outcomes["source"] % 50 == 0:
                assert same_columns(table(table_csv(got)), got) or got.n_rows < 3
        slowest = max(slowest, time.process_time() - before)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert all(fault.endswith(".") and "\n" not in fault and len(fault) < 400 for fault in faults)
    assert len({fault.split(" ")[-1] for fault in faults}) > 10, "the faults differ"
    assert slowest < 1
    assert peak < 50e6
    assert min(outcomes.values()) > n_inputs / 10, outcomes


def test_a_files_inputs_and_target_are_standardised_on_the_training_part_unless_chosen_otherwise():
    rows = "".join(f"{i * 3 % 17},{i * 5 % 11 + 100},{i * 7 % 13 / 4}\n" for i in range(80))
    source = source_of(table("a,b,price\n" + rows))
    d = dataset_for(Config(file_name="x"), source)
    assert (d.task, len(d.X_test)) == (REGRESSION, 16)
    for values in (*d.X_train.T, d.y_train):
        assert values.mean() == pytest.approx(0, abs=1e-12)
        assert values.std() == pytest.approx(1)
    X, y = samples(source)
    assert d.target_mean == pytest.approx(y[d.rows_train].mean())
    plain = dataset_for(Config(file_name="x", standardize=False), source)
    assert (plain.X_train == X[plain.rows_train]).all()
