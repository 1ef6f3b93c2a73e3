"""Forward, backward and one step of a single sample in plain NumPy, for any number of layers; nothing from the package."""

from itertools import pairwise

import numpy as np

FUNCTIONS = {
    "sigmoid": (lambda z: 1 / (1 + np.exp(-z)), lambda z, a: a * (1 - a)),
    "tanh": (np.tanh, lambda z, a: 1 - a**2),
    "relu": (lambda z: np.maximum(z, 0), lambda z, a: (z > 0) * 1.0),
    "identity": (lambda z: z, lambda z, a: np.ones_like(z)),
    "softmax": (lambda z: np.exp(z) / np.exp(z).sum(), None),
}


def all_numbers(sizes, activations, loss, theta, x, y, rate, l1=0.0, l2=0.0):
    """Every number of the pass and the step by its name: "z[1][2]", "dW[1][2,1]", "new W[2][1,1]". y: the targets (n_outputs,)."""
    blocks, start, found, a = [], 0, {}, [np.asarray(x, float)]
    for n_in, n_out in pairwise(sizes):
        blocks.append(np.reshape(theta[start : start + n_out * (n_in + 1)], (n_out, n_in + 1)))
        start += n_out * (n_in + 1)
    zs = [None]
    for block, key in zip(blocks, activations, strict=True):
        zs.append(block[:, :-1] @ a[-1] + block[:, -1])
        a.append(FUNCTIONS[key][0](zs[-1]))
    out, y = a[-1], np.asarray(y, float)
    if (loss, activations[-1]) in (("bce", "sigmoid"), ("cce", "softmax")):
        delta = out - y
    else:
        delta = 2 / len(out) * (out - y) * FUNCTIONS[activations[-1]][1](zs[-1], out)
    for l in range(len(blocks), 0, -1):
        block = blocks[l - 1]
        for i in range(len(block)):
            found |= {f"z[{l}][{i + 1}]": zs[l][i], f"a[{l}][{i + 1}]": a[l][i], f"delta[{l}][{i + 1}]": delta[i]}
            for j, w in enumerate(block[i]):
                is_bias = j == block.shape[1] - 1
                name = f"b[{l}][{i + 1}]" if is_bias else f"W[{l}][{i + 1},{j + 1}]"
                gradient = delta[i] if is_bias else delta[i] * a[l - 1][j] + l1 * np.sign(w) + l2 * w
                found |= {f"d{name}": gradient, f"new {name}": w - rate * gradient}
        if l > 1:
            delta = (block[:, :-1].T @ delta) * FUNCTIONS[activations[l - 2]][1](zs[l - 1], a[l - 1])
    return found
