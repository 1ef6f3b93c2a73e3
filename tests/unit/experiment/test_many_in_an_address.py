"""Many runs in an address: what is read is what was written, and whatever is wrong is named."""

import pytest

import ffbp
from ffbp.experiment.fields import FIELDS
from ffbp.experiment.many import GOALS, VARY, Many, is_of_many, swept_fields, usual_values
from ffbp.experiment.problems import ConfigError
from ffbp.training import sweep as core

ONE_THAT_FITS = "output_activation"  # with two classes, only the sigmoid


def read(**params):
    return Many.from_params({f"m.{key}": value for key, value in params.items()})


def test_the_usual_choice_needs_no_parameter():
    assert Many().to_params() == {}
    assert Many.from_params({"lr": "1", "b.lr": "2"}) == (Many(), [])


@pytest.mark.parametrize("vary", VARY)
@pytest.mark.parametrize("goal", [("accuracy", 0.9), ("loss", 0.03), None])
def test_what_is_written_is_read(vary, goal):
    many = Many(
        seeds=50,
        vary=vary,
        goal=goal,
        field="hidden",
        values=((2,), (4, 4), ()),
        optimizers=("adam", "sgd"),
        rates="best",
    )
    params = many.to_params()
    assert all(map(is_of_many, params))
    assert Many.from_params(params) == (many, [])


def test_a_picture_with_its_box_is_written_and_read():
    many = Many(up="momentum", box=(0.001, 30.0, 0.0, 0.95), side=48, epochs=100, samples=200)
    assert many.to_params() == {
        "m.up": "momentum", "m.box": "0.001~30~0~0.95", "m.side": "48", "m.epochs": "100", "m.samples": "200",
    }  # fmt: skip
    assert Many.from_params(many.to_params()) == (many, [])
    assert many.sweeping("momentum").up is None
    assert many.sweeping("activation").up is None
    assert many.pictured("l2").box is None


@pytest.mark.parametrize("field", swept_fields())
def test_every_swept_field_has_values_that_are_written_and_read(field):
    config = ffbp.Config(momentum=0.5)
    values = usual_values(field, config) or core.plan_sweep(config, field=field, seeds=[0]).values[0]
    assert len(values) > 1 or field == ONE_THAT_FITS
    many = Many().sweeping(field, tuple(values))
    assert Many.from_params(many.to_params()) == (many, [])


def test_every_number_and_every_choice_can_be_swept():
    left_out = {name for name, each in FIELDS.items() if each.group != "Data"} - {*swept_fields()}
    assert left_out == {"initial_theta", "seed", "data_seed", "weight_seed"}


@pytest.mark.parametrize("field", swept_fields())
def test_the_usual_values_make_a_sweep(field):
    try:
        sweep = core.plan_sweep(ffbp.Config(), field=field, values=usual_values(field, ffbp.Config()), seeds=[0])
    except ConfigError:
        pytest.fail(f"the usual values of {field} do not fit the reference experiment")
    assert len(sweep.configs) > 1 or field == ONE_THAT_FITS


@pytest.mark.parametrize(
    ("params", "named"),
    [
        ({"seeds": "1000000"}, "m.seeds must be from 1 to 200"),
        ({"seeds": "x"}, "m.seeds must be a whole number"),
        ({"vary": "all"}, "m.vary"),
        ({"beside": "abc"}, "m.beside must be true or false"),
        ({"beside": "2"}, "m.beside must be true or false"),
        ({"goal": "speed_1"}, "m.goal"),
        ({"goal": "accuracy_2"}, "m.goal must be from 0 to 1"),
        ({"goal": "loss_nan"}, "m.goal must be a finite number"),
        ({"field": "colour"}, "m.field"),
        ({"field": "lr", "values": "0.1~fast"}, "m.values must be a finite number"),
        ({"field": "lr", "values": "~".join(map(str, range(1, 100)))}, "m.values"),
        ({"optimizers": "sgd~adamm"}, "m.optimizers"),
        ({"rates": "all"}, "m.rates"),
        ({"colour": "red"}, "unknown parameter"),
        ({"up": "lr"}, "m.up"),
        ({"up": "activation"}, "m.up"),
        ({"field": "activation", "up": "lr"}, "m.up"),
        ({"box": "0~1~0~1"}, "m.box must be the first and last value"),
        ({"up": "momentum", "box": "1~0.1~0~0.9"}, "m.box must be above 1"),
        ({"up": "momentum", "box": "0.1~1~0"}, "m.box"),
        ({"up": "momentum", "box": "0.1~1~0~x"}, "m.box must be a finite number"),
        ({"side": "1000"}, "m.side must be from 2 to 48"),
        ({"epochs": "0"}, "m.epochs must be from 1"),
    ],
)
def test_what_is_wrong_is_named_and_left_out(params, named):
    many, problems = read(**params)
    assert len(problems) == 1
    assert named in str(problems[0])
    wrong = [*params][-1]
    assert getattr(many, wrong, None) == getattr(Many(), wrong, None)


def test_the_choices_are_those_of_the_core():
    assert {*VARY} == {*core.VARY}
    for what in GOALS:
        assert ffbp.Target(**{what: 0.5}).column == f"train_{what}"
