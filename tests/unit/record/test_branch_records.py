"""The record of a branch: it holds the parent, the frame and the differences, reads back bit for bit, and verifies."""

import json
from dataclasses import fields, replace

import numpy as np
import pytest
from test_verification import keys, of_a_file

import ffbp
from ffbp import Config, History
from ffbp.record import read, write
from ffbp.record.verify import verify

SMALL = Config(n_samples=40, hidden=(4,), epochs=20, batch_size=9, optimizer="adam", learning_rate=0.05)


def back(run):
    return read.read_record(ffbp.dump_record(run))


@pytest.mark.parametrize("changes", [
    {}, {"learning_rate": 0.5}, {"optimizer": "sgd"}, {"noise": 0.5}, {"batch_size": None}, {"epochs": 30},
    {"learning_rate": 900.0, "optimizer": "sgd"}, {"patience": 3},
], ids=str)  # fmt: skip
def test_it_reads_back_bit_for_bit_and_verifies(changes):
    run = ffbp.branch(ffbp.train(SMALL), frame=7, **changes)
    record = back(run)
    assert record.run.branch == run.branch
    assert record.run.config == run.config
    for item in fields(History):
        np.testing.assert_array_equal(getattr(record.run.history, item.name), getattr(run.history, item.name))
    found = verify(record)
    assert found.equal, found.notices()
    assert keys(found)[0] == "verified"
    assert record.unsaid == ()


def test_it_holds_the_parent_the_frame_and_the_differences():
    content = json.loads(ffbp.dump_record(ffbp.branch(ffbp.train(SMALL), frame=7, learning_rate=0.5)))
    branch = content["branch"]
    assert Config.from_dict(branch["parent"]) == SMALL
    assert (branch["frame"], branch["epoch"], branch["keeps_state"]) == (7, 7, True)
    assert branch["differences"] == {"learning_rate": [0.05, 0.5]}
    assert branch["of"] is None
    assert list(content)[4:6] == ["config", "branch"]
    assert "branch" not in json.loads(ffbp.dump_record(ffbp.train(SMALL)))


def test_a_branch_of_a_branch_with_early_stopping_verifies():
    run = ffbp.train(replace(SMALL, patience=6, epochs=60))
    inner = ffbp.branch(ffbp.branch(run, frame=5, learning_rate=0.01), frame=4, l2=0.1)
    assert inner.branch.of.best is not None
    record = back(inner)
    assert record.run.branch == inner.branch
    assert verify(record).equal


def test_a_files_branch_verifies_with_and_without_the_file():
    table, run = of_a_file()
    record = back(ffbp.branch(run, frame=2, learning_rate=0.01))
    assert verify(record).equal
    assert verify(record, table).equal


def test_a_branch_that_tells_another_frame_or_parent_is_found_out():
    text = ffbp.dump_record(ffbp.branch(ffbp.train(SMALL), frame=7, learning_rate=0.5))

    def changed(change):
        content = json.loads(text)
        change(content["branch"])
        content["checksum"] = write.checksum(content)
        return json.dumps(content)

    assert not verify(read.read_record(changed(lambda branch: branch.update(frame=6)))).passed
    for change in (
        lambda branch: branch.update(epoch=6),
        lambda branch: branch["parent"].update(learning_rate=0.2),
        lambda branch: branch.update(differences={}),
        lambda branch: branch.update(keeps_state=False),
        lambda branch: branch.update(best=[0.5, 3, 1]),
        lambda branch: branch.pop("of"),
    ):
        with pytest.raises(ValueError, match=r"branch|history"):
            read.read_record(changed(change))


def test_branches_end_somewhere():
    run = ffbp.train(SMALL)
    for _ in range(16):
        run = ffbp.branch(run, frame=0)
    assert back(run).run.branch == run.branch
    with pytest.raises(ValueError, match="run must be a branch of a branch at most 16 times"):
        ffbp.branch(run, frame=0)
