"""Any single change of a record with a new checksum is detected: in a number, a text, or the structure.

A change is refused as the record is read, or its verdict is "false" or "within rounding", or the verdict says that it
cannot be checked. Where it is none of these, nothing may be false: the changed record has to be, in every number, what
training its changed configuration writes. ``--full`` tries three thousand changes of each record instead of sixty.
"""

import base64
import json
import random
import zlib

import numpy as np
import pytest
from test_verification import CSV, PRICES, keys, of_a_file, words

import ffbp
from ffbp import Config
from ffbp.record import read, write
from ffbp.record.verify import TOLERANCE, verify

WEIGHTS = {"history": 6, "data": 6, "config": 3, "network": 3}  # the others are one value each
POINTS = ((1, 2, 1), (2, 1, 0), (0, 0.5, 1), (0.3, 1.25, 0), (1.1, 0, 1))
RUNS = {
    "two classes": Config(n_samples=16, hidden=(3,), epochs=4, optimizer="adam", batch_size=5),
    "several classes": Config(dataset="blobs", n_samples=20, hidden=(2,), activation="tanh", epochs=4, l2=0.01),
    "regression": Config(dataset="noisy_sine", n_samples=16, hidden=(2,), epochs=4, optimizer="momentum"),
    "drawn points": Config(dataset="xor", points=POINTS, hidden=(2,), epochs=3),
    "diverged": Config(dataset="bumps", n_samples=16, hidden=(4,), learning_rate=200.0, epochs=40),
    "branch": Config(n_samples=16, hidden=(3,), epochs=6, optimizer="adam", batch_size=5, patience=5),
    "file": CSV,
    "file with numbers": PRICES,
}
BRANCHED = {"frame": 3, "learning_rate": 0.01}
REGISTRIES = (ffbp.DATASETS, ffbp.OPTIMIZERS, ffbp.SCHEDULES, ffbp.INITIALIZERS, ffbp.LOSSES, ffbp.ACTIVATIONS)
WORDS = [key for registry in REGISTRIES for key in registry] + [
    "median",
    "regression",
    "",
    "A",
    "int64",
    "NaN",
    "Infinity",
]
# Only the file can settle these; without it, the verdict states that.
OF_THE_FILE = [["data", name] for name in (
    "raw_train", "raw_test", "rows_train", "rows_test", "y_train", "y_test", "feature_names", "class_names", "target_name",
    "target_mean", "target_std",
)]  # fmt: skip


def unpacked(value):
    """The numbers of a packed array; None if it is not one."""
    try:
        dtype = {"int64": "<i8", "float64": "<f8"}[value["dtype"]]
        return np.frombuffer(zlib.decompress(base64.b64decode(value["base64"], validate=True)), dtype).copy()
    except (TypeError, KeyError, ValueError, zlib.error):
        return None


def meaning(value):
    """A record's content as JSON, packed arrays as numbers: packing the same numbers differently is no change."""

    def plain(value):
        numbers = unpacked(value)
        if numbers is not None:
            return {**value, "base64": numbers.tolist()}
        return {key: plain(item) for key, item in value.items()} if isinstance(value, dict) else value

    return json.dumps(plain(value), sort_keys=True)


def changed_leaf(rng, value):
    if isinstance(value, bool) or value is None:
        return rng.choice([not value, int(value or 0), None, 1, 0.5, "x", [], {}])
    if isinstance(value, int):
        near = [value + rng.choice([-3, -2, -1, 1, 2, 3]) for _ in range(8)]
        return rng.choice([*near, -value, value * 10, 0, float(value), value + 0.5, str(value), None, True, [value]])
    if isinstance(value, float):
        far = [value * 2, value / 2, value + 1, -value, 0.0, 1e308, int(value), str(value), None, True, [value]]
        return rng.choice([*far, *[nudged(rng, value)] * len(far)])
    at = rng.randrange(len(value) + 1)
    typed = [value[:at] + rng.choice("abcXYZ019+/=-. ") + value[at + rest :] for rest in (0, 1)]
    return rng.choice([*typed * 4, value[1:], value.upper(), value[::-1], *rng.sample(WORDS, 5), None, 1])


def nudged(rng, value):
    """A number changed by between its last digit and a thousandth."""
    moved = value * (1 + rng.choice([-1, 1]) * 10.0 ** rng.uniform(-15.5, -3))
    return moved if moved != value else float(np.nextafter(value, 1.0)) if value else 10.0 ** rng.uniform(-300, -3)


def change_inside(rng, packed):
    """A packed array with one of its numbers changed."""
    numbers = unpacked(packed)
    i = rng.randrange(len(numbers))
    value = numbers[i].item()
    if packed["dtype"] == "int64":
        numbers[i] = value + rng.choice([-2, -1, 1, 2])
    else:
        numbers[i] = rng.choice([nudged(rng, value), value * 2 + 1])
    return {**packed, "base64": write._pack(numbers)["base64"]}


def change_structure(rng, value):
    """An object or a list with a part added, removed, renamed, moved or replaced."""
    value = value.copy()
    if not value or rng.random() < 0.2:
        return rng.choice([{}, [], None, 1, "A", [1, 2, 3], {"a": 1}])
    if isinstance(value, list):
        i, j = rng.randrange(len(value)), rng.randrange(len(value))
        return rng.choice(
            [value[:i] + value[i + 1 :], value[:i], [*value, value[i]], [value[i], *value], value[:i] + value[j:]]
        )
    key = rng.choice(list(value))
    kind = rng.choice(["add", "remove", "rename"])
    if kind != "add":
        value[f"{key}_" if kind == "rename" else key] = value.pop(key)
    if kind == "remove":
        del value[key]
    if kind == "add":
        value[rng.choice(["grade", "Seed", "", "x"])] = rng.choice(["A", 1, None, []])
    return value


def change_one(rng, content):
    """Change one number, one text or one part of the structure, in place; return its place."""
    where, key, path, here = None, None, [], content
    while isinstance(here, dict | list) and here and not (path and rng.random() < 0.08):
        if path and isinstance(here, dict) and "base64" in here and len(unpacked(here)) and rng.random() < 0.7:
            where[key] = change_inside(rng, here)
            return path
        keys_here = list(here) if isinstance(here, dict) else range(len(here))
        where, key = here, rng.choices(keys_here, [1 if path else WEIGHTS.get(key, 1) for key in keys_here])[0]
        path, here = [*path, key], where[key]
    where[key] = (change_structure if isinstance(here, dict | list) else changed_leaf)(rng, here)
    return path


def how_it_is_noticed(text, path, table):
    """The fate of a changed record; fails if a false statement in it passes."""
    try:
        changed, fault = read.read_record(text), ""
    except ValueError as error:
        changed, fault = None, str(error)
    if changed is None:
        assert fault
        assert "\n" not in fault
        assert len(fault) < 500
        return "refused"
    found = verify(changed, table)
    if not found.passed:
        return "false"
    if not found.equal:
        assert found.notice().key == "agrees"
        assert 0 <= found.difference <= TOLERANCE
        return "within rounding"
    if unknowable(changed, path, table):
        key = "unsaid" if changed.unsaid else "unchecked_versions" if path[0] == "made_with" else None
        assert (key or ("checked_file" if table else "unchecked_file")) in keys(found)
        assert path[-1] != "file_fingerprint" or "fingerprint" in " ".join(words(found))
        return "said"
    config, dataset, branch = changed.run.config, changed.run.dataset, changed.run.branch
    if branch is None:
        again = ffbp.train(config, dataset if config.file_name else None)
    else:
        changes = {name: b for name, _, b in ffbp.differences(branch.config, config)}
        again = ffbp.branch(ffbp.train(branch.config), frame=branch.frame, **changes)
    again = json.loads(ffbp.dump_record(again))
    # A record of version 1 is readable and means the same here; it is compared key by key.
    for key in again.keys() - {"checksum", "made_with", "version"}:
        assert meaning(again[key]) == meaning(json.loads(text)[key]), path
    return "true"


def unknowable(changed, path, table):
    """Whether this cannot be checked, or only with the file."""
    of_the_file = path in (["config", "file_name"], ["config", "file_fingerprint"])
    of_the_file = of_the_file or (table is None and path[:2] in OF_THE_FILE)
    return changed.unsaid or path[0] == "made_with" or (changed.run.config.file_name and of_the_file)


@pytest.mark.parametrize("name", RUNS)
def test_any_single_change_is_noticed(name, full):
    rng, table = random.Random(name), None
    if isinstance(RUNS[name], bytes):
        table, run = of_a_file(RUNS[name])
    else:
        run = ffbp.train(RUNS[name])
    if name == "branch":
        run = ffbp.branch(run, **BRANCHED)
        assert run.branch.best is not None
    text = ffbp.dump_record(run)
    before, seen = meaning(json.loads(text)), dict.fromkeys(("refused", "false", "within rounding", "said", "true"), 0)
    for i in range(3000 if full else 60):
        content = json.loads(text)
        path = change_one(rng, content)
        if meaning(content) == before:
            continue
        if path != ["checksum"] and "checksum" in content:
            content["checksum"] = write.checksum(content)
        seen[how_it_is_noticed(json.dumps(content), path, table if i % 2 else None)] += 1
    print(name, seen)
    assert min(seen["refused"], seen["false"] + seen["within rounding"]) > 3
