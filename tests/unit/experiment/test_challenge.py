"""A challenge: rules in an address, read as they are written, and refused in one sentence."""

import pytest

from ffbp.experiment import link
from ffbp.experiment.challenge import MAX_CONDITIONS, Challenge, Condition, Goal, data_mark
from ffbp.experiment.config import Config
from ffbp.experiment.link import View
from ffbp.experiment.problems import ConfigError
from ffbp.words.of_a_challenge import LABELS

EXAMPLE = Challenge((Condition("test_loss", "at_most", 0.177),), Goal("least", "n_params"))


@pytest.mark.parametrize(
    "text",
    [
        "test_loss_at_most_0.177~least_n_params",
        "test loss at most 0.177, fewest weights",
        "Test loss ≤ 0,177; then the fewest weights and biases",
        "test_loss<=0.177\nlowest n_params",
        EXAMPLE.text,
        str(EXAMPLE),
    ],
)
def test_what_a_person_types_is_what_the_address_holds(text):
    assert Challenge.read(text) == EXAMPLE


@pytest.mark.parametrize("name", LABELS)
@pytest.mark.parametrize("number", [0.0, 1 / 3, 95.5, 1e-7, -2.0, 123456.0])
def test_every_rule_reads_back_from_its_text_and_from_its_address(name, number):
    challenge = Challenge((Condition(name, "at_least", number),), Goal("most", name), data_mark(Config()))
    assert Challenge.read(challenge.text) == challenge
    params = link.params_of(Config(), View(challenge=challenge))
    assert link.read(params) == (Config(), View(challenge=challenge), [])


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "must be rules such as"),
        ("test loss about 0.2", "must be rules such as"),
        ("test_loss_at_most_nan", "must be rules such as"),
        ("test_loss_at_most_1e99", "must be a finite number"),
        ("__import__('os')_at_most_1", "must be rules such as"),
        ("beauty at least 3", "unknown quantity 'beauty'; choose from train_loss"),
        ("least beauty", "unknown quantity"),
        ("least epoch~most epoch", "must be rules such as"),
        ("data_0123abcd", "must be rules such as"),
        ("~".join(f"epoch_at_most_{n}" for n in range(MAX_CONDITIONS + 1)), f"at most {MAX_CONDITIONS} conditions"),
        ("a" * 5000, "must be rules such as"),
    ],
)
def test_anything_else_is_left_out_of_the_address_with_one_sentence(text, fault):
    with pytest.raises(ConfigError, match=fault):
        Challenge.read(text)
    config, view, problems = link.read({"challenge": text, "hidden": "3"})
    assert (config.hidden, view.challenge) == ((3,), None)
    (problem,) = problems
    assert fault in str(problem)
    assert str(problem).endswith("it was left out")
    assert len(str(problem)) < 300


def test_the_mark_of_the_data_follows_samples_and_split_alone():
    own = data_mark(Config())
    assert data_mark(Config(hidden=(3,), learning_rate=0.1, derived=("x1_x2",), weight_seed=7)) == own
    assert data_mark(Config(seed=7, data_seed=42)) == own
    points = ((0.0, 1.0, 0), (1.0, 0.5, 1), (0.3, 0.2, 0), (0.4, 0.1, 1))
    others = [Config(seed=7), Config(noise=0.3), Config(n_samples=50), Config(test_size=0.5), Config(points=points)]
    assert len({own, *map(data_mark, others)}) == 6
