"""The quantities of lessons, computed a second time: in plain Python, or straight from what a run has recorded.

It shares no code with the package's core. Layers, units and inputs count from 1, as in the formulas.
"""

import math
from itertools import pairwise

import numpy as np

G = {
    "identity": (lambda z: z, lambda z, a: 1.0),
    "sigmoid": (lambda z: 1 / (1 + math.exp(-z)), lambda z, a: a * (1 - a)),
    "tanh": (math.tanh, lambda z, a: 1 - a * a),
    "relu": (lambda z: max(0.0, z), lambda z, a: float(z > 0)),
}


class ByHand:
    """Forward and backward of one sample: z, a, slope, delta, dW by layer, unit and source, and the loss."""

    def __init__(self, sizes, activations, theta, x, y):
        self.W, self.b, at = [], [], 0
        for n_in, n_out in pairwise(sizes):
            block = np.asarray(theta[at : at + n_out * (n_in + 1)]).reshape(n_out, n_in + 1)
            self.W.append(block[:, :-1].tolist())
            self.b.append(block[:, -1].tolist())
            at += n_out * (n_in + 1)
        self.x, self.y = [float(v) for v in x], y
        self.z, self.a = [None], [self.x]
        for W, b, key in zip(self.W, self.b, activations, strict=True):
            z = [sum(w * v for w, v in zip(row, self.a[-1], strict=True)) + c for row, c in zip(W, b, strict=True)]
            self.z.append(z)
            self.a.append(_softmax(z) if key == "softmax" else [G[key][0](v) for v in z])
        out = self.a[-1]
        if len(out) > 1:
            target = [float(k == y) for k in range(len(out))]
            self.loss = -math.log(out[int(y)])
        else:
            target = [float(y)]
            p = out[0] if y else 1 - out[0]
            self.loss = (-math.log(p) if p > 0 else math.inf) if activations[-1] == "sigmoid" else math.nan
        self.delta = [[a - t for a, t in zip(out, target, strict=True)]]
        for l in range(len(self.W) - 1, 0, -1):
            after, W, g = self.delta[0], self.W[l], G[activations[l - 1]][1]
            arriving = [sum(W[k][j] * after[k] for k in range(len(after))) for j in range(len(self.a[l]))]
            here = [d * g(z, a) for d, z, a in zip(arriving, self.z[l], self.a[l], strict=True)]
            self.delta.insert(0, here)
        self.delta.insert(0, None)
        self.activations = activations

    def slope(self, l, u):
        key = self.activations[l - 1]
        return G[key][1](self.z[l][u - 1], self.a[l][u - 1])

    def dW(self, l, u, s):
        return self.delta[l][u - 1] * self.a[l - 1][s - 1]


def _softmax(z):
    powers = [math.exp(v - max(z)) for v in z]
    return [v / sum(powers) for v in powers]
