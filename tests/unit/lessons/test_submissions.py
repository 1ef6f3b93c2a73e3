"""What a class hands in: every line and file with a fault gets one message, and the rest works."""

import json
import random

import pytest

import ffbp
from ffbp.data.read_table import read_table
from ffbp.data.table_source import source_of
from ffbp.experiment.challenge import Challenge, data_mark
from ffbp.experiment.config import Config
from ffbp.experiment.experiment import Experiment
from ffbp.lessons.marks import Mark, judgements, mark_of, marking, to_csv
from ffbp.lessons.submissions import MAX_FILE, MAX_RUNS, File, read_all, read_lines
from ffbp.record.write import checksum, dump_record
from ffbp.training.recording import drain

HOST = "https://ffbp.example/"
SMALL = {"n_samples": 20, "epochs": 2, "hidden": (2,)}


@pytest.mark.parametrize(
    ("line", "name"),
    [
        (f"{HOST}?hidden=3", ""),
        (f"Anna: {HOST}?hidden=3", "Anna"),
        (f"Anna:{HOST}?hidden=3", "Anna"),
        (f"Anna Łuczak, 2b\t{HOST}?hidden=3", "Anna Łuczak, 2b"),
        (f"{HOST}?hidden=3\tAnna", "Anna"),
        (f"  Anna  B.   {HOST}?hidden=3&utm_source=mail  ", "Anna B."),
        ("?hidden=3", ""),
        ("anna: hidden=3", "anna"),
        (f"7 {HOST}forward_pass?hidden=3&frame=2", "7"),
    ],
)
def test_a_line_is_a_link_with_or_without_a_name(line, name):
    found = read_lines(line)
    (entry,) = found.entries
    assert (entry.name, entry.config, found.messages) == (name, Config(hidden=(3,)), [])
    assert entry.params.keys() == {"hidden"} | ({"frame"} if "frame" in line else set())


NONSENSE = {
    "hello": "there is no link in it",
    "Anna: my link is broken": "there is no link in it",
    HOST: "no parameters",
    f"{HOST}?": "no parameters",
    f"{HOST}?hidden=3 {HOST}?hidden=4": "something follows the link",
    f"{HOST}?hidden=3 please": "something follows the link",
    f"{HOST}?wibble=3": "unknown parameter 'wibble'",
    f"{HOST}?file=class.csv&hidden=3": "needs the file class.csv",
    "http://[x?a=b": "there is no link in it",
    f"{HOST}?hidden={'3' * 30_000}": "longer than 20,000 characters",
    "a=b=c": "unknown parameter 'a'",
}


@pytest.mark.parametrize("line", NONSENSE)
def test_nonsense_is_one_message_that_names_its_line(line):
    found = read_lines(f"\n{line}\n{HOST}?hidden=3\n")
    (message,) = found.messages
    assert message.place == "line 2"
    assert NONSENSE[line] in message.text
    assert len(message.text) < 400
    assert [entry.place for entry in found.entries] == ["line 3"]


@pytest.mark.parametrize(
    "query", ["hidden=3&lr=fast", "hidden=3&wibble=2", "hidden=3&lr=0.1&activation=", "hidden=3&challenge=x"]
)
def test_half_a_link_counts_with_one_message_on_what_was_replaced(query):
    found = read_lines(HOST + "?" + query)
    assert found.entries[0].config.hidden == (3,)
    (message,) = found.messages
    assert message.text


def test_three_hundred_lines_of_which_twenty_are_nonsense():
    rng = random.Random(1)
    lines = [f"{HOST}?hidden={rng.randint(1, 9)}&seed={i}" for i in range(300)]
    bad = sorted(rng.sample(range(300), 20))
    for i in bad:
        lines[i] = rng.choice(list(NONSENSE))
    found = read_lines("\n".join(lines))
    assert [message.place for message in found.messages] == [f"line {i + 1}" for i in bad]
    assert len(found.entries) == 280


def test_more_runs_than_a_board_takes_are_one_message():
    found = read_all("\n".join(f"?seed={i}" for i in range(MAX_RUNS + 7)))
    assert len(found.entries) == MAX_RUNS
    assert [message.text for message in found.messages] == [
        f"the board takes {MAX_RUNS} runs at once; 7 more were left out: put them on a second board"
    ]


def test_files_are_records_tables_and_lists_and_a_bad_one_is_one_message():
    table = "Name;Abgabe\nAnna;https://x/?hidden=3\nBen;nothing\n\nCleo;?hidden=4\n"
    files = [
        File("anna.json", b"{}"),
        File("class.csv", table.encode("utf-8-sig")),
        File("links.txt", b"?hidden=5\n"),
        File("photo.csv", b"\xff\xd8\xff\x00"),
        File("large.json", bytes(50_000_000)),
        File("empty.csv", b""),
        File("column.csv", b"link\n?hidden=6\n"),
    ]
    found = read_all("?hidden=2", files)
    assert [(entry.place, entry.name) for entry in found.entries] == [
        ("line 1", ""),
        ("file 1", "anna"),
        ("line 2 of file 2", "Anna"),
        ("line 5 of file 2", "Cleo"),
        ("line 1 of file 3", ""),
        ("line 2 of file 7", ""),
    ]
    assert [(message.place, message.text.split()[0]) for message in found.messages] == [
        ("line 3 of file 2", "there"),
        ("file 4", "the"),
        ("file 5", "the"),
    ]
    assert found.messages[-1].text == "the file has 50 MB, and the limit is 12 MB"


def test_files_that_are_too_large_together_are_left_out_one_by_one():
    found = read_all("", [File(f"{i}.json", bytes(MAX_FILE)) for i in range(6)])
    assert len(found.entries) == 4
    assert [message.place for message in found.messages] == ["file 5", "file 6"]


# Marks


@pytest.fixture(scope="module")
def run():
    return ffbp.train(Config(**SMALL))


def changed(run, **history):
    content = json.loads(dump_record(run))
    content["history"] |= history
    content["checksum"] = checksum(content)
    return json.dumps(content).encode()


def test_the_marks_numbers_are_those_that_are_trained_here(run):
    true = drain(marking(dump_record(run).encode()))
    false = drain(marking(changed(run, test_loss=[0.0] * len(run.history))))
    assert (true.verdict, false.verdict) == ("verified", "disagrees")
    assert false.facts.numbers["test_loss"] == run.history.test_loss[-1]
    assert "test loss 0" in false.words


@pytest.mark.parametrize("content", [b"", b"\xff", b"[]", b"{}", b'{"format": "ffbp record"}', b"[" * 10**5])
def test_what_is_no_record_is_a_mark_with_a_sentence(content):
    mark = drain(marking(content))
    assert (mark.verdict, mark.facts, mark.passed) == ("unreadable", None, False)
    assert mark.words


def test_a_record_that_does_not_verify_has_no_rank(run):
    challenge = Challenge.read("epochs at least 1, fewest weights")
    true = drain(marking(dump_record(run).encode()))
    false = drain(marking(changed(run, test_loss=[0.0] * len(run.history))))
    assert judgements([false, true, mark_of(run), Mark("left_out")], challenge) == [
        (False, None),
        (True, 1),
        (True, 1),
        (False, None),
    ]


def test_a_table_has_a_row_for_each_and_no_cell_that_a_spreadsheet_would_run(run):
    text = to_csv("file", ["=cmd|x", "b"], [mark_of(run), Mark("unreadable", "-1 is bad")])
    head, first, second = text.splitlines()
    assert head.startswith("file,verdict,train_loss,test_loss,train_accuracy_percent,")
    assert first.startswith(f"'=cmd|x,link,{float(run.history.train_loss[-1])!r},")
    assert second == "b,not a record,,,,,,,,,'-1 is bad"


def test_a_record_of_a_file_verifies_in_full_only_with_its_file():
    content = b"a,b,y\n" + b"".join(b"%d,%d,%s\n" % (i, i * i % 7, (b"cat", b"dog")[i % 2]) for i in range(20))
    table = read_table(content, "pets.csv")
    config = Config(file_name="pets.csv", file_fingerprint=table.fingerprint, epochs=2, hidden=(2,))
    own = dump_record(ffbp.train(config, Experiment(config, source_of(table)).dataset)).encode()
    without, full = drain(marking(own)), drain(marking(own, lambda config: table))
    assert (without.verdict, full.verdict) == ("without_file", "verified")
    assert "It was not checked whether pets.csv has these rows" in without.words
    assert not without.has_link
    challenge = Challenge.read(f"fewest weights~data_{data_mark(config)}")
    assert judgements([without, full], challenge) == [(False, None), (True, 1)]
    assert judgements([without, full], Challenge.read("fewest weights")) == [(True, 1), (True, 1)]


def test_a_link_of_which_nothing_is_used_is_no_run():
    text = "?hidden=abc\nx=y=z\n?unheard=1&hidden=abc&never=2\n?hidden=abc&lr=0.3\n?unheard=1&lr=0.3"
    entries, messages = read_lines(text)
    assert [entry.place for entry in entries] == ["line 4", "line 5"], (
        "of the others, the default experiment would be left"
    )
    assert [message.place for message in messages] == [f"line {n}" for n in range(1, 6)]
