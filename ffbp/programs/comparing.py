"""The cell of an assignment that compares: what a function gives beside the numbers of a run.

The functions below are exported as they stand, so that a notebook needs NumPy alone. They never raise: a function that is
missing, stops or returns something else is a verdict, too.
"""

import contextlib
import io

import numpy as np

TOLERANCE = 1e-6  # of the largest entry of an array
HINT = 0.005  # of a mistake's value: as near as an answer typed with three digits


def compare_with_run(function, names, compute, theta, run):
    """Whether a function gives the numbers of the run, and a sentence.

    Each number is exact, close (it differs by at most a millionth of the largest entry) or wrong; then the sentence says
    by how much, and names a known mistake that gives the same. During the call, theta holds the weights of the run.
    """
    kept, silence = theta.copy(), io.StringIO()
    try:
        theta[:] = run["numbers"].get("theta", theta)
        with np.errstate(all="ignore"), contextlib.redirect_stdout(silence), contextlib.redirect_stderr(silence):
            found = compute()
    except NotImplementedError:
        return False, f"{function} is not written yet."
    except Exception as error:
        return False, f"{function} stops with {error!r}"
    finally:
        theta[:] = kept
    found = (found,) if len(names) == 1 else found
    if not isinstance(found, tuple | list) or len(found) != len(names):
        return False, f"{function} must return {', '.join(names)}, in this order."
    said = []
    for name, value in zip(names, found, strict=True):
        right, text = compare_number(name, value, run)
        if not right:
            return False, f"{function}: {text}"
        said.append(text)
    return True, f"{function} is right: {', '.join(said)}."


def compare_number(name, value, run):
    """Whether an array is the run's, and what to say of it."""
    expected = run["numbers"][name]
    if value is None:
        return False, f"{name} is missing: the function returns nothing."
    try:
        value = np.asarray(value, dtype=float)
    except (TypeError, ValueError):
        return False, f"{name} must be made of numbers."
    if expected.ndim == 0 and value.size == 1:
        value = value.reshape(())
    if value.shape != expected.shape:
        return False, f"{name} has the shape {value.shape}; it must have the shape {expected.shape}."
    if not np.isfinite(value).all():
        return False, f"{name} has entries that are not finite, or that were not filled."
    differences = np.abs(value - expected)
    largest = differences.max(initial=0.0)
    if largest == 0.0:
        return True, f"{name} exact"
    if largest <= TOLERANCE * np.abs(expected).max() + 1e-12:
        return True, f"{name} close (largest difference {largest:.1e})"
    hints = []
    for slip, places, mistaken in run["slips"].get(name, ()):
        entries, mistaken = value.ravel()[places], np.array(mistaken)
        if (np.abs(entries - mistaken) <= HINT * np.abs(mistaken) + 1e-12).all():
            hints.append(run["hints"][slip])
    hint = f" {hints[0]}" if len(hints) == 1 else ""
    place = ", ".join(str(int(axis)) for axis in np.unravel_index(differences.argmax(), expected.shape))
    place = f", at {name}[{place}]" if place else ""
    return False, f"{name} is wrong: the largest difference is {largest:.4g}{place}.{hint}"
