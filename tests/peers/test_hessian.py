"""Products with the Hessian against PyTorch's automatic differentiation, for every activation, loss and output."""

import numpy as np
import pytest
from experiments import HIDDEN_ACTIVATIONS, pairs

import ffbp
from ffbp.core.activations import LEAKY_SLOPE

torch = pytest.importorskip("torch")
F = torch.nn.functional
FUNCTIONS = {
    "identity": lambda z: z,
    "leaky_relu": lambda z: F.leaky_relu(z, LEAKY_SLOPE),
    "gelu": lambda z: F.gelu(z, approximate="tanh"),
    "sine": torch.sin,
    "softmax": lambda z: torch.softmax(z, dim=-1),
} | {key: getattr(F, key) for key in ("sigmoid", "tanh", "relu", "elu", "silu", "softplus")}
LOSSES = {
    "mse": lambda a, y: ((a - y) ** 2).mean(),
    "bce": lambda a, y: -(y * torch.log(a) + (1 - y) * torch.log(1 - a)).sum() / len(y),
    "cce": lambda a, y: -(y * torch.log(a)).sum() / len(y),
}
KINDS = sorted({(*pair, 1) for pair in pairs("regression", 0) + pairs("classification", 2) if "softmax" not in pair})
KINDS += sorted({(*pair, 3) for pair in pairs("classification", 3)})


def total(net, activations, X, Y):
    """The total loss as PyTorch computes it, a function of all parameters."""
    mask = torch.from_numpy(net.weight_mask)

    def loss(theta):
        A, start = torch.from_numpy(X), 0
        for key, block in zip(activations, net.blocks(net.theta), strict=True):
            W_b = theta[start : start + block.size].reshape(block.shape)
            start += block.size
            A = FUNCTIONS[key](A @ W_b[:, :-1].T + W_b[:, -1])
        return LOSSES[net.loss_function.key](A, torch.from_numpy(Y.T)) + net.l2 / 2 * (mask * theta**2).sum()

    return loss


@pytest.mark.parametrize("hidden", HIDDEN_ACTIVATIONS)
def test_the_product_and_the_hessian_are_pytorchs(hidden):
    rng = np.random.RandomState(4)
    X = rng.randn(12, 3)
    for loss, output, n_outputs in KINDS:
        activations = (hidden, hidden, output)
        net = ffbp.Network((3, 4, 3, n_outputs), activations, loss=loss, l2=0.1)
        net.theta[...] = rng.randn(net.n_params) * 0.7
        y = np.arange(12) % max(n_outputs, 2) if loss != "mse" or n_outputs > 1 else rng.randn(12)
        function = total(net, activations, X, net.targets(y))
        v, theta = rng.randn(net.n_params), torch.from_numpy(net.theta)
        _, expected = torch.autograd.functional.hvp(function, theta, torch.from_numpy(v))
        found = ffbp.hessian_product(net, X, y, v)
        assert np.abs(found - expected.numpy()).max() < 1e-7 * np.abs(found).max(), (loss, output)
        H = torch.autograd.functional.hessian(function, theta).numpy()
        value = np.linalg.eigvalsh(H)[-1]
        assert ffbp.sharpness(net, X, y) == pytest.approx(value, rel=1e-7), (loss, output)
