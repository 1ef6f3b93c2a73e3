"""The loss over a plane of parameters: the surface that training walks on, cut by a plane that one can look at.

A network with 41 parameters has a loss over 41 directions, and a picture has two. So nearly all frames of a path lie beside
the plane, and what is drawn is their shadow. Hence three kinds of plane, and two numbers with every frame: its own loss and
its distance from the plane. Only a plane through three points contains these three exactly.
"""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ffbp.analysis.scores import chance_level
from ffbp.core.activations import ACTIVATIONS
from ffbp.core.network import Network, with_ones
from ffbp.core.stacks import losses_at, stacks
from ffbp.experiment.kinds import is_whole
from ffbp.experiment.link import PLANES
from ffbp.experiment.problems import ConfigError
from ffbp.training.recording import drain
from ffbp.training.run import Run
from ffbp.words.notice import Notice
from ffbp.words.problems import Problem
from ffbp.words.text import inside, listed

SIZE = 51
MARGIN = 0.15  # of the width that the paths take
NARROWEST = 0.25  # one side of the plane, as a share of the other
FLAT = 1e-9  # a point so near to the line through two others gives no plane
N_WALKS, MANY_PARAMS = 20, 200
LINE = (-0.5, 1.5, 201)  # Goodfellow et al. 2015


class Corner(NamedTuple):
    """A point that lies in the plane: the run ("a" or "b") and its frame, the place, and the loss on the surface there."""

    run: str
    frame: int
    x: float
    y: float
    loss: float


@dataclass(frozen=True, eq=False)
class Surface:
    """The total loss of run A, on its training set, over the plane origin + x u + y v.

    plane: a key of PLANES. x, y: (size,), the places of columns and rows; loss: (size, size), a row per y. origin, u, v:
    (n_params,), u at right angles to v. path_a, path_b: (n_frames, 2), every frame's nearest point of the plane;
    distance_a, distance_b: (n_frames,), how far it is from there; loss_a, loss_b: (n_frames,), its own loss, A's. b's are
    empty without a run B. corners: points of the runs that lie in the plane. chance: the loss of the best constant
    prediction. own_loss_b: whether B was trained with this very loss on these samples.
    shares: for the principal plane, the share of the paths' variance along x and y; shares_of_a_walk: what random walks of
    as many frames and parameters show.
    """

    plane: str
    x: np.ndarray
    y: np.ndarray
    loss: np.ndarray
    origin: np.ndarray
    u: np.ndarray
    v: np.ndarray
    path_a: np.ndarray
    path_b: np.ndarray
    distance_a: np.ndarray
    distance_b: np.ndarray
    loss_a: np.ndarray
    loss_b: np.ndarray
    corners: tuple[Corner, ...]
    chance: float
    own_loss_b: bool
    shares: tuple[float, float] | None = None
    shares_of_a_walk: tuple[float, float] | None = None

    def project(self, thetas: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Any other parameters (n, n_params), such as a third run's frames: places in the plane (n, 2), distances (n,)."""
        return _project(thetas, self.origin, self.u, self.v)


def loss_surface(run_a: Run, run_b: Run | None = None, **choices) -> Surface:
    """The loss of run A over a plane, with the paths of both runs; see `measure_surface`."""
    return drain(measure_surface(run_a, run_b, **choices))


def measure_surface(
    run_a: Run,
    run_b: Run | None = None,
    *,
    plane: str = "three_points",
    frames: Sequence[int] | None = None,
    size: int = SIZE,
    seed: int = 0,
    others: Sequence[Run] = (),
) -> Generator[float, None, Surface]:
    """`loss_surface` as a generator of the share that is done, between slices of a few milliseconds.

    plane: "three_points", through a frame of A, another of A and one of B (frames, by default the start, A's end and B's
    end; without B three frames of A, the second halfway); "principal", through A's end along the two principal components
    of all frames (Li et al. 2018); or "random", through A's end along two random directions (seed), whose rows [W b] have
    the length of A's own (Li et al. 2018, but with biases, and the second at right angles to the first). others: more runs
    whose paths have room on the surface (`Surface.project`).
    Raises ConfigError for networks of different shapes, and for three points on one line.
    """
    if plane not in PLANES:
        raise ConfigError("plane", "unknown", plane, choices=", ".join(PLANES))
    if not (is_whole(size) and 2 <= size <= 201):
        raise ConfigError("size", "bounds", size, low=2, high=201)
    network = run_a.architecture
    for other in (run_b, *others):
        check_shapes(run_a, other)
    runs = [run for run in (run_a, run_b) if run is not None]
    points, (origin, u, v), more = _plane_through(plane, runs, frames, seed)
    thetas = [run.history.theta for run in runs]
    paths, distances = zip(*(_project(theta, origin, u, v) for theta in thetas), strict=True)
    more_paths = [_project(run.history.theta, origin, u, v)[0] for run in others]
    x, y = _grid(np.concatenate([*paths, *more_paths]), size, at_least=1.0 if plane == "random" else 0.0)
    inputs, Y = with_ones(run_a.dataset.X_train), network.targets(run_a.dataset.y_train)
    loss = yield from _losses_over(network, inputs, Y, origin, (x, u), (y, v))
    at = [_project(run.history.theta[frame][None], origin, u, v)[0][0] for _, run, frame in points]
    on_plane = losses_at(network, inputs, Y, np.array([origin + px * u + py * v for px, py in at]))
    corners = [(name, frame) for name, _, frame in points]
    empty = np.empty((0, 2)), np.empty(0), np.empty(0)
    of_b = empty if run_b is None else (paths[1], distances[1], losses_at(network, inputs, Y, thetas[1]))
    return Surface(
        plane=plane,
        x=x,
        y=y,
        loss=loss,
        origin=origin,
        u=u,
        v=v,
        path_a=paths[0],
        distance_a=distances[0],
        loss_a=run_a.history.total,
        path_b=of_b[0],
        distance_b=of_b[1],
        loss_b=of_b[2],
        corners=tuple(
            Corner(*which, float(px), float(py), float(value))
            for which, (px, py), value in zip(corners, at, on_plane, strict=True)
        ),
        chance=chance_level(run_a),
        own_loss_b=run_b is not None and same_loss(run_a, run_b),
        **more,
    )


def surface_notice(surface: Surface) -> Notice:
    """The sentence about what a surface shows and what it does not."""
    numbers = {
        "plane": surface.plane,
        "kept": None if surface.shares is None else sum(surface.shares),
        "walk": None if surface.shares is None else sum(surface.shares_of_a_walk),
        "distance": float(np.concatenate([surface.distance_a, surface.distance_b]).max()),
        "own_loss_b": surface.own_loss_b or not len(surface.path_b),
    }
    return Notice("surface", "info", numbers)


def no_plane_notice(problem: Problem, run_a: Run, run_b: Run) -> Notice:
    """The sentence about why two runs have no such plane, or no match, from the problem that was raised."""
    same = run_a.config == run_b.config and run_b.branch is None
    if problem.rule == "other_activations":
        labels = [
            listed([inside(ACTIVATIONS[key].label) for key in run.resolved.activations]) for run in (run_a, run_b)
        ]
        return Notice("no_match", "info", dict(zip("ab", labels, strict=True)))
    shapes = [shape_of(run) for run in (run_a, run_b)]
    return Notice(
        "no_plane",
        "info",
        {"rule": problem.rule, "same": same, "diverged": _names_of_diverged(run_a, run_b)}
        | dict(zip("ab", shapes, strict=True)),
    )


def _names_of_diverged(run_a, run_b):
    return [name for name, run in (("A", run_a), ("B", run_b)) if run.diverged_at is not None]


def random_planes_notice(surfaces: Sequence[Surface], way: float) -> Notice:
    """The sentence about several random planes; way: how far A's start is from its end."""
    shown = [max(0.0, 1 - (float(each.distance_a[0]) / way) ** 2) ** 0.5 if way else 0.0 for each in surfaces]
    numbers = {"n": len(surfaces), "way": way, "least": min(shown), "most": max(shown)}
    return Notice("random_planes", "info", numbers)


def check_shapes(run_a: Run, run_b: Run | None) -> None:
    """Raise ConfigError unless both networks have the same layers."""
    if run_b is not None and run_a.resolved.sizes != run_b.resolved.sizes:
        raise ConfigError("run_b", "other_shape", shape_of(run_b), sizes=shape_of(run_a))


def shape_of(run: Run) -> str:
    """Its layers: 2-10-1."""
    return "-".join(map(str, run.resolved.sizes))


def checked_frame(run: Run, frame: int) -> int:
    """A frame counted from 0; raises ConfigError for one that the run does not have."""
    if not is_whole(frame) or not -run.n_frames <= frame < run.n_frames:
        raise ConfigError("frame", "bounds", frame, low=-run.n_frames, high=run.n_frames - 1)
    return int(frame) % run.n_frames


def same_loss(run_a: Run, run_b: Run) -> bool:
    """Whether two runs minimise the same function: data, activations, loss and penalty are equal."""
    a, b = run_a.resolved, run_b.resolved
    same = (a.activations, a.loss, run_a.config.l1, run_a.config.l2) == (
        b.activations,
        b.loss,
        run_b.config.l1,
        run_b.config.l2,
    )
    return same and all(
        np.array_equal(getattr(run_a.dataset, name), getattr(run_b.dataset, name)) for name in ("X_train", "y_train")
    )


# Planes


def _plane_through(plane, runs, frames, seed):
    """The points that it holds, as (name, run, frame); origin, u and v; and what else is known of it."""
    a = runs[0]
    if plane == "three_points":
        points = _three_frames(a, runs[1] if len(runs) > 1 else None, frames)
        return points, _through(*(run.history.theta[frame] for _, run, frame in points)), {}
    end, more = a.history.theta[-1], {}
    if plane == "principal":
        u, v, more = _principal([run.history.theta for run in runs], [run.history.epoch for run in runs])
    else:
        u, v = _random(a.architecture, end, np.random.RandomState(seed))
    return (("a", a, a.n_frames - 1),), (end, u, v), more


def _three_frames(run_a, run_b, frames):
    """The three points as (name, run, frame)."""
    others = ("b", run_b) if run_b is not None else ("a", run_a)
    if frames is None:
        frames = (0, -1, -1) if run_b is not None else (0, run_a.n_frames // 2, -1)
    runs = [("a", run_a), ("a", run_a), others]
    if len(tuple(frames)) != 3:
        raise ConfigError("frames", "three_frames", tuple(frames))
    return [(name, run, checked_frame(run, frame)) for (name, run), frame in zip(runs, frames, strict=True)]


def _through(first, second, third):
    """The plane through three points: the first as origin, u towards the second, v at right angles towards the third."""
    u, v = second - first, third - first
    size = max(np.linalg.norm(u), np.linalg.norm(v))
    if np.linalg.norm(u) > FLAT * size:
        u = u / np.linalg.norm(u)
        v = v - (v @ u) * u
        v = v - (v @ u) * u  # once more: what rounding left along u
    if size == 0 or min(np.linalg.norm(u), np.linalg.norm(v)) <= FLAT * size:
        raise ConfigError("frames", "on_one_line", None)
    return first, u, v / np.linalg.norm(v)


def _principal(thetas, epochs):
    """The first two principal components of all frames, and the shares of the variance along them."""
    steps = np.concatenate(thetas)
    if len(steps) < 3:
        raise ConfigError("plane", "three_recorded", "principal")
    _, sizes, directions = np.linalg.svd(steps - steps.mean(axis=0), full_matrices=False)
    if sizes[0] == 0:
        raise ConfigError("frames", "on_one_line", None)
    return *directions[:2], {"shares": _shares(sizes), "shares_of_a_walk": shares_of_a_walk(epochs, steps.shape[1])}


def _shares(sizes) -> tuple[float, float]:
    variances = np.square(sizes)
    return tuple((variances[:2] / variances.sum()).tolist())


def shares_of_a_walk(epochs: Sequence[np.ndarray], n_params: int) -> tuple[float, float]:
    """The shares of the variance along the first two principal components that random walks show on average.

    epochs: of the frames of each path, which all begin at one point; between two frames each parameter moves by a normal
    number whose variance is the number of epochs between them. With many parameters the frames' products are the times
    min(t, t') that two of them have in common, and their eigenvalues the variances; for many even steps the shares are 6/π²
    and 6/4π², 60.8 % and 15.2 %, whatever was learnt (Antognini & Sohl-Dickstein 2018). With few parameters: the mean of
    N_WALKS walks.
    """
    n = sum(len(each) for each in epochs)
    centre = np.eye(n) - 1 / n
    if n_params >= MANY_PARAMS:
        products = np.zeros((n, n))
        for rows, times in zip(
            np.split(np.arange(n), np.cumsum([len(each) for each in epochs])[:-1]), epochs, strict=True
        ):
            products[np.ix_(rows, rows)] = np.minimum.outer(times - times[0], times - times[0])
        return _shares(_singular(centre @ products @ centre))
    random_state, found = np.random.RandomState(0), []
    for _ in range(N_WALKS):
        moves = [
            random_state.randn(len(each), n_params) * np.sqrt(np.diff(each, prepend=each[0]))[:, None]
            for each in epochs
        ]
        frames = np.concatenate([each.cumsum(axis=0) for each in moves])
        frames -= frames.mean(axis=0)
        found.append(_shares(_singular(frames.T @ frames)))
    return tuple(np.mean(found, axis=0).tolist())


def _singular(products):
    """Singular values, the largest first, from the products of rows with rows or of columns with columns."""
    return np.sqrt(np.maximum(np.linalg.eigvalsh(products)[::-1], 0.0))


def _random(network: Network, theta, random_state):
    """Two random directions; each row of [W b] is as long as the network's own, and the second is at right angles."""
    directions = []
    for _ in range(2):
        direction = random_state.randn(len(theta))
        for d, w in zip(network.blocks(direction), network.blocks(theta), strict=True):
            d *= np.linalg.norm(w, axis=1, keepdims=True) / np.linalg.norm(d, axis=1, keepdims=True)
        directions.append(direction)
    u, v = directions
    if not u.any():
        raise ConfigError("plane", "all_zero", "random")
    return u, v - (v @ u) / (u @ u) * u


def _project(thetas, origin, u, v):
    """The nearest points of the plane (n, 2), and the distances from them (n,)."""
    away = thetas - origin
    places = np.column_stack([away @ u / (u @ u), away @ v / (v @ v)])
    return places, np.linalg.norm(away - places[:, :1] * u - places[:, 1:] * v, axis=1)


def _grid(places, size, *, at_least):
    """The places of columns and rows that take in all these points and a margin."""
    low, high = np.minimum(places.min(axis=0), -at_least), np.maximum(places.max(axis=0), at_least)
    middle, half = (low + high) / 2, (high - low) / 2
    half = np.maximum(half, NARROWEST * half.max()) * (1 + 2 * MARGIN * (at_least == 0))
    return tuple(np.linspace(m - h, m + h, size) for m, h in zip(middle, half, strict=True))


def _losses_over(network, inputs, Y, origin, along_x, along_y) -> Generator[float, None, np.ndarray]:
    (x, u), (y, v) = along_x, along_y
    down, across = np.divmod(np.arange(len(y) * len(x)), len(x))
    losses = np.empty(len(down))

    def thetas(part):
        return origin + x[across[part], None] * u + y[down[part], None] * v

    for part, stack, trace in stacks(network, thetas, len(losses), inputs):
        with np.errstate(all="ignore"):
            losses[part] = stack.data_loss(Y, stack.propagate(trace)) + stack.penalty()
        yield part.stop / len(losses)
    return losses.reshape(len(y), len(x))


# The straight line


@dataclass(frozen=True, eq=False)
class Line:
    """The total loss of run A along the straight line (1 - α) θ_A + α θ_B; α, loss: (n,)."""

    alpha: np.ndarray
    loss: np.ndarray

    @property
    def barrier(self) -> float:
        """How far the loss rises between the ends above the straight line between their losses (Entezari et al. 2021)."""
        inside = (self.alpha >= -1e-12) & (self.alpha <= 1 + 1e-12)
        alpha, loss = self.alpha[inside], self.loss[inside]
        with np.errstate(invalid="ignore"):
            return float(np.max(loss - ((1 - alpha) * loss[0] + alpha * loss[-1])))


def loss_line(run_a: Run, run_b: Run, *, frame_a: int = -1, frame_b: int = -1) -> Line:
    """The loss of run A, on its training set, from a frame of A (α = 0) to one of B (α = 1) and half as far beyond.

    With one run in both places and frame_a=0 it is the line from its start to its end (Goodfellow et al. 2015).
    """
    check_shapes(run_a, run_b)
    thetas = [run.history.theta[checked_frame(run, frame)] for run, frame in ((run_a, frame_a), (run_b, frame_b))]
    return line_between(run_a, *thetas)


def line_between(run: Run, theta_a: np.ndarray, theta_b: np.ndarray) -> Line:
    """The loss of a run along the line between two parameter vectors (n_params,)."""
    network, alpha = run.architecture, np.linspace(*LINE)
    thetas = (1 - alpha)[:, None] * theta_a + alpha[:, None] * theta_b
    inputs, Y = with_ones(run.dataset.X_train), network.targets(run.dataset.y_train)
    return Line(alpha, losses_at(network, inputs, Y, thetas))
