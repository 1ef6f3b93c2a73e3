import numpy as np
import pytest

from ffbp import ACTIVATIONS

Z = np.random.RandomState(0).uniform(-4, 4, (5, 40))
ELEMENTWISE = [key for key, entry in ACTIVATIONS.items() if not entry.coupled]


def forward(key, Z):
    return ACTIVATIONS[key].forward(Z, np.empty_like(Z))


def derivative(key, Z):
    return ACTIVATIONS[key].derivative(Z, forward(key, Z), np.empty_like(Z))


def test_the_keys_are_those_of_the_address_bar():
    assert list(ACTIVATIONS) == (
        ["identity", "sigmoid", "tanh", "relu", "leaky_relu", "elu", "gelu", "silu", "softplus", "sine", "softmax"]
    )  # fmt: skip
    assert all(entry.key == key and entry.label and entry.formula for key, entry in ACTIVATIONS.items())


@pytest.mark.parametrize("key", ELEMENTWISE)
def test_derivative_is_the_central_difference(key):
    h = 1e-6
    assert np.abs(Z).min() > 10 * h  # away from the kinks
    numeric = (forward(key, Z + h) - forward(key, Z - h)) / (2 * h)
    np.testing.assert_allclose(derivative(key, Z), numeric, rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize(
    ("key", "z", "a", "slope"),
    [  # torch.nn.functional's values at these points, computed by hand from the definitions
        ("identity", -1.5, -1.5, 1.0),
        ("sigmoid", 1.0, 0.7310585786300049, 0.19661193324148185),
        ("tanh", 0.5, 0.46211715726000975, 0.7864477329659274),
        ("relu", -2.0, 0.0, 0.0),
        ("relu", 2.0, 2.0, 1.0),
        ("leaky_relu", -2.0, -0.02, 0.01),
        ("elu", -1.0, -0.6321205588285577, 0.36787944117144233),
        ("gelu", 1.0, 0.8411919906082768, 1.0829640838457826),
        ("silu", 1.0, 0.7310585786300049, 0.9276705118714869),
        ("softplus", 1.0, 1.3132616875182228, 0.7310585786300049),
        ("sine", 1.0, 0.8414709848078965, 0.5403023058681398),
    ],
)
def test_known_values(key, z, a, slope):
    point = np.array([[z]])
    assert forward(key, point)[0, 0] == pytest.approx(a, rel=1e-14)
    assert derivative(key, point)[0, 0] == pytest.approx(slope, rel=1e-14)


@pytest.mark.parametrize("key", ACTIVATIONS)
def test_forward_and_derivative_write_into_out_and_keep_their_inputs(key):
    z = Z.copy()
    out, slope = np.full_like(z, np.nan), np.full_like(z, np.nan)
    assert ACTIVATIONS[key].forward(z, out) is out
    a = out.copy()
    ACTIVATIONS[key].derivative(z, out, slope)
    assert np.isfinite(out).all()
    assert np.isfinite(slope).all()
    assert (z == Z).all()
    assert (out == a).all()


@pytest.mark.parametrize("key", ACTIVATIONS)
def test_bounds_and_largest_slope_are_as_declared(key):
    entry = ACTIVATIONS[key]
    z = np.linspace(-30, 30, 60_001).reshape(1, -1)
    if entry.coupled:
        z = np.vstack([z, np.zeros_like(z)])
    a, slope = forward(key, z), np.abs(derivative(key, z))
    assert a.min() >= entry.low
    assert a.max() <= entry.high
    assert 0.99 * entry.max_slope < slope.max() <= entry.max_slope


@pytest.mark.parametrize("key", ELEMENTWISE)
def test_slope_jumps_exactly_at_the_declared_kinks(key):
    at = np.array([[-1e-9, 1e-9]])
    jumps = np.ptp(derivative(key, at)) > 1e-3
    assert ACTIVATIONS[key].kinks == ((0.0,) if jumps else ())


@pytest.mark.parametrize("key", ELEMENTWISE)
def test_huge_pre_activations_stay_finite(key):
    z = np.array([[-800.0, -40.0, 0.0, 40.0, 800.0]])
    with np.errstate(over="ignore"):  # exp(800) may become infinite: its reciprocal is the right limit
        assert np.isfinite(forward(key, z)).all()
        assert np.isfinite(derivative(key, z)).all()


@pytest.mark.parametrize("key", ACTIVATIONS)
def test_a_stack_of_arrays_is_computed_like_its_parts(key):
    stack = np.stack([Z, Z - 1])
    np.testing.assert_array_equal(forward(key, stack)[1], forward(key, Z - 1))
    np.testing.assert_array_equal(derivative(key, stack)[0], derivative(key, Z))


def test_relu_slope_at_zero_is_zero():
    assert derivative("relu", np.zeros((1, 1)))[0, 0] == 0


def test_leaky_relu_has_slope_one_hundredth_on_the_left():
    assert forward("leaky_relu", np.array([[-3.0]]))[0, 0] == pytest.approx(-0.03, rel=1e-15)


def test_softmax_of_huge_logits_is_finite_and_sums_to_one():
    a = forward("softmax", np.array([[800.0, -800.0, 1e307], [799.0, 800.0, -1e307], [-800.0, 0.0, 0.0]]))
    np.testing.assert_allclose(a.sum(axis=0), 1, rtol=1e-15)
    assert a[0, 0] == pytest.approx(1 / (1 + np.exp(-1)), rel=1e-14)
    assert a[0, 2] == 1


def test_softmax_ignores_a_common_shift():
    z = np.round(Z * 8) / 8  # so that adding 64 is exact
    np.testing.assert_array_equal(forward("softmax", z + 64), forward("softmax", z))


def test_softmax_jacobian_is_the_central_difference_of_a_weighted_sum():
    weights, h = np.random.RandomState(1).randn(*Z.shape), 1e-6
    delta = weights.copy()
    ACTIVATIONS["softmax"].backward(Z, forward("softmax", Z), delta, np.empty_like(Z))
    for k in range(len(Z)):
        step = np.zeros_like(Z)
        step[k] = h
        up, down = forward("softmax", Z + step), forward("softmax", Z - step)
        np.testing.assert_allclose(delta[k], (weights * (up - down)).sum(axis=0) / (2 * h), rtol=1e-6, atol=1e-9)


def test_softmax_derivative_is_the_diagonal_of_the_jacobian():
    a = forward("softmax", Z)
    for k in range(len(Z)):
        delta = np.zeros_like(Z)
        delta[k] = 1
        ACTIVATIONS["softmax"].backward(Z, a, delta, np.empty_like(Z))
        np.testing.assert_allclose(derivative("softmax", Z)[k], delta[k], rtol=1e-12)


@pytest.mark.parametrize("key", ELEMENTWISE)
def test_backward_multiplies_by_the_slope_in_place(key):
    delta = np.full_like(Z, 2.0)
    ACTIVATIONS[key].backward(Z, forward(key, Z), delta, np.empty_like(Z))
    np.testing.assert_allclose(delta, 2 * derivative(key, Z), rtol=1e-15)
