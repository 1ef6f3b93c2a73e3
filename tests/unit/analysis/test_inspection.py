"""Rows and their sets, statistics and counts, against plain NumPy and pandas."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from ffbp import DATASETS, Config, make_dataset
from ffbp.analysis import inspection
from ffbp.data.read_table import read_table
from ffbp.data.table_source import source_of
from ffbp.experiment.build import dataset_for
from ffbp.experiment.experiment import Experiment
from ffbp.figures import palette
from ffbp.figures.data import balance_chart, histogram_chart

GAPS = "a,b,kind\n" + "".join(
    f"{'' if i % 4 == 0 else i},{i % 5},{'?' if i == 3 else 'uv'[i % 2]}\n" for i in range(40)
)


def rows_of(config, source=None):
    return inspection.rows_of(Experiment(config, source), dataset_for(config, source))


@pytest.mark.parametrize("key", DATASETS)
def test_rows_are_the_sources_with_the_part_in_which_each_is(key):
    config = Config(dataset=key, epochs=1)
    rows, d, (X, y) = rows_of(config), dataset_for(config), make_dataset(key)
    assert (rows.X == X).all()
    assert (rows.y == y).all()
    assert np.flatnonzero(rows.part == "train").tolist() == sorted(d.rows_train)
    assert np.flatnonzero(rows.part == "test").tolist() == sorted(d.rows_test)
    assert rows.where(None).all()


def test_rows_that_were_left_out_are_shown_as_such():
    source, config = source_of(read_table(GAPS.encode())), Config(file_name="gaps.csv", epochs=1)
    rows = rows_of(config, source)
    left_out = [i for i in range(40) if i % 4 == 0 or i == 3]
    assert np.flatnonzero(rows.part == "left out").tolist() == left_out
    counts = inspection.class_balance(rows)
    assert sum(map(sum, counts.values())) == 39, "the row without a class has none"
    assert sum(counts["train"]) + sum(counts["test"]) == 40 - len(left_out)


def test_statistics_are_pandas():
    values = np.random.RandomState(0).randn(50)
    values[[3, 9]] = np.nan
    got, oracle = inspection.statistics(values), pd.Series(values)
    assert (got.count, got.missing) == (48, 2)
    numbers = (got.mean, got.std, got.low, got.median, got.high)
    expected = (oracle.mean(), oracle.std(ddof=0), oracle.min(), oracle.median(), oracle.max())
    np.testing.assert_allclose(numbers, expected, rtol=1e-12)
    assert inspection.statistics(np.array([np.nan])).count == 0
    assert np.isnan(inspection.statistics(np.array([np.nan])).mean)


@pytest.mark.parametrize("key", ["moons", "iris", "digits", "noisy_sine", "xor_gate"])
def test_a_histogram_counts_every_used_row_once_and_splits_it_by_class(key):
    rows = rows_of(Config(dataset=key, epochs=1))
    for column in [*range(min(rows.X.shape[1], 5)), None]:
        edges, counts = inspection.histogram(rows, column)
        assert sum(int(c.sum()) for c in counts.values()) == len(rows.y)
        assert set(counts) == set(rows.class_names or [""])
        assert len(edges) - 1 <= inspection.MAX_BINS
        assert (np.diff(edges) > 0).all()


def test_few_whole_numbers_get_a_bin_each():
    assert inspection.bins(np.array([1.0, 3, 3, np.nan])).tolist() == [0.5, 1.5, 2.5, 3.5]
    assert inspection.bins(np.array([2.5, 2.5])).tolist() == [2.0, 3.0]


def test_the_charts_have_the_classes_colours_and_show_names_as_they_are():
    rows = rows_of(Config(dataset="iris", epochs=1))
    figure = go.Figure(balance_chart(("<b>a</b>", "b", "c"), inspection.class_balance(rows)))
    assert list(figure.data[0].marker.color) == list(palette.CLASSES[:3])
    assert figure.data[0].x[0] == "&lt;b&gt;a&lt;/b&gt;"
    assert [trace.name for trace in figure.data] == ["train", "test"]
    assert sum(figure.data[0].y) == 120
    figure = go.Figure(histogram_chart(*inspection.histogram(rows, 2), "petal", marked=4.0))
    assert [trace.marker.color for trace in figure.data] == list(palette.CLASSES[:3])
    assert figure.layout.shapes[0].x0 == 4.0
