"""Curvature: how fast the gradient changes along a direction, and so how long a step may be.

The Hessian H holds the second derivatives of the loss. Its product with a direction V is the change of the gradient
along V. One more pass forward and back computes it (Pearlmutter 1994), exactly: no difference quotient is involved, and
where an activation has a kink, nothing jumps. The largest eigenvalue of H, the sharpness, bounds the learning rate.

R{x} is the change of x along V. Every line of `Bend` is R of a line of `Network.propagate` or `Network.backpropagate`,
by the product rule.
"""

from typing import NamedTuple

import numpy as np

from ffbp.core.network import Network, Trace, with_ones
from ffbp.core.stacks import CHUNK_BYTES, stacks

DENSE_PARAMS = 20  # beyond, Lanczos's method needs fewer products with H than there are columns
MOST_STEPS, CHECK_EVERY = 300, 5  # of Lanczos: products with H; how often its eigenvalue is looked at
NEGLIGIBLE = 1e-7  # residual, relative to the largest modulus; the eigenvalue's error is about its square


class Eigenpair(NamedTuple):
    """An eigenvalue, its eigenvector of length 1, and the residual ‖H vector − value vector‖.

    One network: two numbers and (n_params,); a stack: (n,), (n, n_params) and (n,). NaN where H is not finite.
    """

    value: float | np.ndarray
    vector: np.ndarray
    residual: float | np.ndarray


def hessian_product(network: Network, X: np.ndarray, y: np.ndarray, v: np.ndarray) -> np.ndarray:
    """H v: the change of the gradient of the total loss along v, exactly; for about the price of two gradients.

    X (n_samples, n_inputs), y as `Network.backward` takes it. v (n_params,), or k directions (k, n_params); for a stack
    of networks with its leading axes before. The result has v's shape. Straight pieces of an activation carry no
    curvature; neither do its kinks, nor that of an L1 penalty at zero. Raises ValueError for other shapes.
    """
    v = np.asarray(v, dtype=float)
    lead = network.theta.shape[:-1]
    if v.ndim - len(lead) not in (1, 2) or v.shape[: len(lead)] != lead or v.shape[-1] != network.n_params:
        raise ValueError(f"v must have the shape {(*lead, network.n_params)}, or k of them, got {v.shape}")
    single = v.ndim == len(lead) + 1
    V = v[..., None, :] if single else v
    with np.errstate(all="ignore"):  # a diverged network's numbers may overflow
        bend = _bend_of(network, X, y)
        found = bend.times(V) + _penalty_bend(network)[..., None, :] * V
    return found[..., 0, :] if single else found


def hessian(network: Network, X: np.ndarray, y: np.ndarray) -> np.ndarray:
    """All second derivatives of the total loss, (n_params, n_params), or (..., n_params, n_params) for a stack.

    For small networks: memory and time grow with the square of their size.
    """
    with np.errstate(all="ignore"):
        return _dense(_bend_of(network, X, y), _penalty_bend(network))


def sharpness(network: Network, X: np.ndarray, y: np.ndarray, preconditioner: np.ndarray | None = None):
    """The largest eigenvalue of H (not the largest modulus: early in training that one is often negative).

    preconditioner: (n_params,), or (n, n_params) for a stack of n: with a diagonal matrix P of these positive numbers,
    the largest eigenvalue of P^-1/2 H P^-1/2. A number, or (n,) for a stack; NaN where H is not finite.
    Of very small networks it comes from the whole Hessian, of others by Lanczos's method; see `top_eigenpair`.
    """
    return _top(network, X, y, preconditioner, vectors=False).value


def top_eigenpair(
    network: Network, X: np.ndarray, y: np.ndarray, preconditioner: np.ndarray | None = None
) -> Eigenpair:
    """`sharpness` with its eigenvector and the residual, which bounds the error of the value."""
    return _top(network, X, y, preconditioner, vectors=True)


# The product


class Bend:
    """The Hessian of the data's loss, as a function of directions. The networks' own passes are made once, before.

    Arrays of a pass are (..., units, k, n) for k directions and n samples: then each line is one matrix product.
    """

    def __init__(self, network: Network, trace: Trace, Y: np.ndarray):
        self.network, self.trace = network, trace
        output, Z, A = network.layers[-1], trace.Z[-1], trace.A[-1]
        output.activation.derivative(Z, A, trace.slope[-1])
        self.dA = [None, *(layer.W_T @ delta for layer, delta in zip(network.layers[1:], trace.delta[2:], strict=True))]
        if not network.canonical:
            self.dA.append(network.loss_function.gradient(A, Y, np.empty_like(A)))
            self.loss_second = network.loss_function.second(A, Y, np.empty_like(A))
        # dLoss/dA g''(Z): what the slope's own change adds. None: straight pieces, or a canonical output.
        self.slope_change = [None] * (len(network.layers) + 1)
        for l, dA in enumerate(self.dA[1:], start=1):
            if (second := network.activations[l - 1].second) is not None:
                self.slope_change[l] = dA * second(trace.Z[l], trace.A[l], np.empty_like(dA))

    def times(self, V: np.ndarray) -> np.ndarray:
        """H V for directions V (..., k, n_params): the same shape."""
        V = np.ascontiguousarray(V)
        blocks, found = self.network.blocks(V), np.empty_like(V)
        RZ, RA = self._forward(blocks)
        self._backward(blocks, RZ, RA, self.network.blocks(found))
        return found

    def _forward(self, V):
        """R of `Network.propagate`, as lists over the layers; the inputs do not change."""
        trace, all_RZ, all_RA = self.trace, [None], [None]
        for l, layer in enumerate(self.network.layers, start=1):
            RZ = _columns(V[l - 1], trace.A_ones[l - 1])  # Z = [W b] [A; 1]
            if l > 1:
                RZ += _through(layer.W, all_RA[-1])
            all_RZ.append(RZ)
            all_RA.append(self._through_activation(l, RZ))  # A = g(Z)
        return all_RZ, all_RA

    def _backward(self, V, RZ, RA, found):
        """R of `Network.backpropagate`; writes the layers' blocks (..., k, n_out, n_in + 1) of the result."""
        trace, layers, Rdelta = self.trace, self.network.layers, self._output_delta(RZ[-1], RA[-1])
        for l in range(len(layers), 0, -1):
            A_ones, delta, block = trace.A_ones[l - 1], trace.delta[l], found[l - 1]
            block[...] = _through_samples(Rdelta, A_ones).swapaxes(-3, -2)  # [dW db] = delta [A; 1].T
            if l > 1:
                block[..., :-1] += np.moveaxis(_through_samples(RA[l - 1], delta), -3, -1)
                RdA = _through(layers[l - 1].W_T, Rdelta)  # dA = W.T delta
                RdA += _columns(V[l - 1][..., :-1].mT, delta)
                Rdelta = self._through_activation(l - 1, RdA)  # delta = dA g'(Z)
                if self.slope_change[l - 1] is not None:
                    Rdelta += self.slope_change[l - 1][..., None, :] * RZ[l - 1]

    def _output_delta(self, RZ, RA):
        """R of `Network.output_delta`."""
        network, trace = self.network, self.trace
        if network.canonical:
            return RA * (network.delta_scale / trace.n)  # delta = scale (a - y) / n
        L = len(network.layers)
        Rdelta = self._through_activation(L, self.loss_second[..., None, :] * RA)
        if network.activations[-1].coupled:
            change = network.activations[-1].jacobian_change
            A, dA = trace.A[-1][..., None, :, :], self.dA[L][..., None, :, :]
            Rdelta += change(A, RA.swapaxes(-3, -2), dA).swapaxes(-3, -2)
        elif self.slope_change[L] is not None:
            Rdelta += self.slope_change[L][..., None, :] * RZ
        return Rdelta

    def _through_activation(self, l, change):
        """A layer's slope times a change; softmax's Jacobian is symmetric, so it serves both ways."""
        activation = self.network.activations[l - 1]
        if not activation.coupled:
            return self.trace.slope[l][..., None, :] * change
        found = change.swapaxes(-3, -2).copy()
        activation.jacobian(self.trace.A[l][..., None, :, :], found)
        return np.ascontiguousarray(found.swapaxes(-3, -2))


def _columns(V: np.ndarray, A: np.ndarray) -> np.ndarray:
    """Each of k matrices V (..., k, units, m) times the columns A (..., m, n): (..., units, k, n)."""
    *lead, k, units, m = V.shape
    return (V.swapaxes(-3, -2).reshape(*lead, units * k, m) @ A).reshape(*lead, units, k, -1)


def _through(W: np.ndarray, R: np.ndarray) -> np.ndarray:
    """One matrix W (..., units, m) times changes R (..., m, k, n): (..., units, k, n)."""
    *lead, m, k, n = R.shape
    return (W @ R.reshape(*lead, m, k * n)).reshape(*lead, -1, k, n)


def _through_samples(R: np.ndarray, A: np.ndarray) -> np.ndarray:
    """The sum over samples of changes R (..., units, k, n) times A (..., m, n): (..., units, k, m)."""
    *lead, units, k, n = R.shape
    return (R.reshape(*lead, units * k, n) @ A.mT).reshape(*lead, units, k, -1)


def _without_penalty(network: Network) -> Network:
    return Network(network.sizes, network.activations, loss=network.loss_function, theta=network.theta)


def _bend_of(network, X, y):
    network = _without_penalty(network)
    trace, Y = network.forward(X), network.targets(y)
    network.backpropagate(Y, trace)
    return Bend(network, trace, Y)


def _penalty_bend(network) -> np.ndarray:
    """(..., n_params): the second derivative of l2/2 w² for weights; that of l1 |w| is 0 on both sides of its kink."""
    return np.broadcast_to(np.asarray(network.l2) * network.weight_mask, network.theta.shape)


def _dense(bend, penalty) -> np.ndarray:
    """H (..., n_params, n_params): its product with every unit vector, as many at once as fit the processor's cache."""
    network, n_params = bend.network, bend.network.n_params
    found = np.empty((*network.theta.shape, n_params))
    of_one = 8 * 4 * sum(network.sizes[1:]) * bend.trace.n * max(1, network.theta.size // n_params)
    size, everything = max(1, CHUNK_BYTES // of_one), np.eye(n_params)
    for start in range(0, n_params, size):
        V = everything[start : start + size]
        found[..., start : start + size, :] = bend.times(np.broadcast_to(V, (*network.theta.shape[:-1], *V.shape)))
    found[..., range(n_params), range(n_params)] += penalty
    return found


# The largest eigenvalue


def _top(network, X, y, preconditioner, *, vectors) -> Eigenpair:
    """The largest eigenvalue of each network of a stack, in chunks."""
    lead, n_params = network.theta.shape[:-1], network.n_params
    thetas = network.theta.reshape(-1, n_params)
    P = np.ones(n_params) if preconditioner is None else np.asarray(preconditioner, dtype=float)
    if P.shape not in ((n_params,), network.theta.shape) or (P <= 0).any():
        raise ValueError(
            f"preconditioner must hold {n_params} positive numbers, or as many for each network, got {P!r}"
        )
    penalty = _penalty_bend(network).reshape(thetas.shape)
    scale = np.broadcast_to(1 / np.sqrt(P), network.theta.shape).reshape(thetas.shape)
    value, residual = np.full(len(thetas), np.nan), np.full(len(thetas), np.nan)
    vector = np.full(thetas.shape, np.nan)
    Y, dense = network.targets(y), n_params <= DENSE_PARAMS
    plain = _without_penalty(network)
    with np.errstate(all="ignore"):
        for part, stack, trace in stacks(plain, thetas.__getitem__, len(thetas), with_ones(network.inputs(X))):
            stack.propagate(trace)
            stack.backpropagate(Y, trace)
            find = _by_all if dense else _by_lanczos
            value[part], vector[part], residual[part] = find(Bend(stack, trace, Y), penalty[part], scale[part], vectors)
    return Eigenpair(value.reshape(lead)[()], vector.reshape(network.theta.shape), residual.reshape(lead)[()])


def _by_all(bend, penalty, scale, vectors):
    """From the whole Hessian."""
    H = _dense(bend, penalty)
    H *= scale[..., :, None] * scale[..., None, :]
    finite = np.isfinite(H).all(axis=(-2, -1))
    H[~finite] = 0.0
    if not vectors:
        return np.where(finite, np.linalg.eigvalsh(H)[..., -1], np.nan), np.nan, np.nan
    values, columns = np.linalg.eigh(H)
    value, vector = np.where(finite, values[..., -1], np.nan), columns[..., -1]
    residual = np.linalg.norm((H @ vector[..., None])[..., 0] - value[..., None] * vector, axis=-1)
    return value, np.where(finite[..., None], vector, np.nan), residual


def _by_lanczos(bend, penalty, scale, vectors):
    """By Lanczos's method (1950), for all networks of the chunk at once: H is seen only through products.

    On a basis that grows by one product a step, H is a small tridiagonal matrix T, whose largest eigenvalue rises to
    that of H. The basis begins at random, so no eigenvector is missed. In floating point it would lose its right angles
    and find eigenvalues twice; each new vector is therefore made orthogonal to all before it, twice.
    """
    (n, n_params), steps = scale.shape, min(scale.shape[-1], MOST_STEPS)
    basis, T = np.zeros((n, steps + 1, n_params)), np.zeros((n, steps, steps))
    basis[:, 0] = _unit(np.random.RandomState(0).randn(n_params))
    value, vector, residual = np.full(n, np.nan), np.full((n, n_params), np.nan), np.full(n, np.nan)
    active = np.ones(n, dtype=bool)
    for j in range(steps):
        q = scale * basis[:, j]
        w = scale * (bend.times(q[:, None])[:, 0] + penalty * q)
        active &= np.isfinite(w).all(axis=-1)
        w[~active] = 0.0
        T[:, j, j] = np.vecdot(basis[:, j], w)
        for _ in range(2):
            before = basis[:, : j + 1]
            w -= (before.mT @ (before @ w[..., None]))[..., 0]
        length = np.linalg.norm(w, axis=-1)
        if j % CHECK_EVERY == CHECK_EVERY - 1 or j == steps - 1:
            values, columns = np.linalg.eigh(T[:, : j + 1, : j + 1])
            left = length * np.abs(columns[:, -1, -1])
            found = active & ((left <= NEGLIGIBLE * np.abs(values).max(axis=-1)) | (j == steps - 1))
            value[found], residual[found] = values[found, -1], left[found]
            vector[found] = (columns[found, None, :, -1] @ basis[found, : j + 1])[:, 0]
            active &= ~found
            if not active.any():
                break
        basis[:, j + 1] = _unit(w)
        if j < steps - 1:
            T[:, j + 1, j] = T[:, j, j + 1] = length
    return value, vector, residual


def _unit(v):
    length = np.linalg.norm(v, axis=-1, keepdims=True)
    return v / np.where(length > 0, length, 1.0)
