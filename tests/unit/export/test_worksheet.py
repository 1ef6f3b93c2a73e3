"""Worksheets: every key recomputed in plain NumPy, from the sheet as a person reads it; blanks hide what they should."""

import html
import re

import numpy as np
import pytest
from pass_by_hand import all_numbers

import ffbp
from ffbp.core.network import Network
from ffbp.export.worksheet import PAPERS, worksheet
from ffbp.lessons.presets import PRESETS
from ffbp.lessons.sheet import KINDS, UPDATE, TooLarge, check, sheet_of

NETWORKS = {
    "sigmoid": ((2, 2, 1), ("sigmoid", "sigmoid"), "bce"),
    "softmax": ((3, 4, 2), ("relu", "softmax"), "cce"),
    "squared error": ((2, 2, 1), ("tanh", "sigmoid"), "mse"),
    "regression": ((1, 3, 1), ("tanh", "identity"), "mse"),
    "three layers": ((2, 2, 2, 1), ("relu", "tanh", "sigmoid"), "bce"),
    "iris": ((4, 4, 3), ("tanh", "softmax"), "cce"),
    "no hidden layer": ((2, 1), ("sigmoid",), "bce"),
}


def network_of(name, **penalty):
    sizes, activations, loss = NETWORKS[name]
    network = Network(sizes, activations, loss=loss, **penalty)
    network.theta[...] = np.random.RandomState(3).randint(1, 10, network.n_params) / 10 - 0.45
    return network


def sheet(name, variant=0, kinds=KINDS, **penalty):
    network = network_of(name, **penalty)
    X = np.linspace(-0.5, 1.0, network.sizes[0])[None]
    y = np.array([0.3]) if network.task == "regression" else np.array([1])
    return sheet_of(network, X, y, rate=0.5, kinds=kinds, variant=variant)


def by_hand(each):
    p, network = each.p, each.p.network
    keys = [layer.activation.key for layer in network.layers]
    about = network.sizes, keys, network.loss_function.key, network.theta, p.trace.A[0][:, 0], p.Y[:, 0], each.rate
    return all_numbers(*about, network.l1, network.l2)


def named(row):
    return f"new {row.item.name}" if row.part == UPDATE else row.item.name


@pytest.mark.parametrize("variant", [0, 1, 7])
@pytest.mark.parametrize("name", NETWORKS)
def test_every_key_is_what_plain_numpy_gives(name, variant):
    each = sheet(name, variant)
    expected, found = by_hand(each), {named(row): row.item.value for row in each.rows}
    assert found == pytest.approx({key: expected[key] for key in found})
    last = len(each.p.network.layers)
    assert {key for key in expected if not key.startswith("new ") or f"[{last}][1" in key} == set(found)


def test_a_penalty_is_in_the_gradients_and_on_the_sheet():
    each = sheet("sigmoid", l1=0.1, l2=0.2)
    expected = by_hand(each)
    assert {named(row): row.item.value for row in each.rows} == pytest.approx(
        {named(r): expected[named(r)] for r in each.rows}
    )
    text = worksheet([each])
    assert "L1 penalty: 0.1" in text
    assert "of the penalty" in text


def lines_of(text, kind):
    """The lists of one part of the page as "name = value" in the notation of the code."""
    part = re.search(rf'<section class="{kind}">(.*?)</section>', text, re.DOTALL)[1]
    part = re.sub(r"<sub>([\d,]+)</sub>", r"[\1]", re.sub(r"<sup>(.*?)</sup>", r"\1", part)).replace("δ", "delta")
    lines = re.findall(r"<li[^>]*>(.*?)</li>", part)
    return [html.unescape(re.sub(r"<[^>]*>", "", line)) for line in lines]


def test_the_printed_key_holds_each_blank_and_the_sheet_hides_it():
    each = sheet("sigmoid", kinds=("sum", "hidden_delta"))
    text, expected = worksheet([each]), by_hand(each)
    key = {line.split(" = ")[0]: float(line.split(" = ")[-1]) for line in lines_of(text, "key")}
    assert set(key) == {"z[1][1]", "z[1][2]", "z[2][1]", "delta[1][1]", "delta[1][2]"}
    assert key == pytest.approx({name: expected[name] for name in key}, abs=6e-5)
    shown = dict(line.split(" = ") for line in lines_of(text, "sheet"))
    assert {name for name, value in shown.items() if not value.strip()} == set(key)
    for name, value in shown.items():
        if value.strip() and name in expected:
            assert float(value) == pytest.approx(expected[name], abs=6e-5)
    weights = {f"W[1][{i},{j}]" for i in (1, 2) for j in (1, 2)}
    assert weights | {"x[1]", "y", "η"} <= set(shown)


@pytest.mark.parametrize(
    ("only", "blank"),
    [
        (["1.2"], ["z[1][2]", "a[1][2]", "delta[1][2]", "dW[1][2,1]", "dW[1][2,2]", "db[1][2]"]),
        (["z[2][1]", "new W[2][1,2]"], ["z[2][1]", "new W[2][1,2]"]),
        (["2", "a[1][1]"], ["a[1][1]", "z[2][1]", "a[2][1]", "delta[2][1]", "dW[2][1,1]", "dW[2][1,2]", "db[2][1]"]),
    ],
)
def test_layers_units_and_single_numbers_can_be_blank_alone(only, blank):
    network = network_of("sigmoid")
    found = sheet_of(network, np.ones((1, 2)), np.array([1]), rate=0.5, only=only)
    names = [row.name for row in found.blanks]
    assert names == blank + [f"new {name}" for name in ("W[2][1,1]", "W[2][1,2]", "b[2][1]") if "2" in only]


def test_a_number_that_there_is_not_is_named():
    with pytest.raises(
        ValueError, match=r"unknown number '3'; write a layer as 1, a unit as 1.2, or a number as new b"
    ):
        sheet_of(network_of("sigmoid"), np.ones((1, 2)), np.array([1]), rate=0.5, only=["3"])


def test_variants_differ_and_the_same_one_is_the_same():
    assert worksheet([sheet("sigmoid", 4)]) == worksheet([sheet("sigmoid", 4)])
    assert worksheet([sheet("sigmoid", 4)]) != worksheet([sheet("sigmoid", 5)])
    for variant in range(1, 20):
        theta = sheet("softmax", variant).p.network.theta
        assert np.allclose(theta * 10, np.round(theta * 10)), "on a grid of tenths"
        assert np.all(theta != 0)


def test_paper_names_and_links_are_on_the_page_and_escaped():
    text = worksheet([sheet("sigmoid"), sheet("sigmoid", 2)], paper="Letter", name="<b>", link="https://x.y/?a=1&b=<")
    assert "size: letter" in text
    assert "&lt;b&gt;" in text
    assert text.count("?a=1&amp;b=&lt;") == 1, "only the experiment's own numbers are behind the link"
    assert "<script" not in text
    assert text.count('<section class="sheet">') == text.count('<section class="key">') == 2
    assert text.index('class="key"') > text.rindex('class="sheet"'), "all keys stand at the end"
    assert set(PAPERS) == {"A4", "Letter"}
    with pytest.raises(ValueError, match="paper must be one of A4, Letter"):
        worksheet([sheet("sigmoid")], paper="A3")


def test_what_does_not_fit_on_paper_is_named():
    with pytest.raises(TooLarge, match="2-10-1 and 41 parameters"):
        check(ffbp.train(ffbp.Config(epochs=1)).network(0))
    with pytest.raises(TooLarge, match="this network has Sine"):
        check(Network((2, 2, 1), ("sine", "sigmoid")))


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e7])
def test_a_diverged_network_is_named(value):
    network = network_of("sigmoid")
    network.theta[0] = value
    with np.errstate(all="ignore"), pytest.raises(TooLarge, match="too large for paper"):
        sheet_of(network, np.ones((1, 2)), np.array([1]), rate=0.1, kinds=KINDS)


def test_the_worked_examples_fit():
    for key in ("two_two_one", "worked_example", "xor_by_hand"):
        config = PRESETS[key].config
        check(
            Network(
                ffbp.train(config).resolved.sizes, ffbp.train(config).resolved.activations, loss=config.loss or "bce"
            )
        )
