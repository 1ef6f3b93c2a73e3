"""scikit-learn's `train_test_split`, written with NumPy alone, for programs that import nothing else.

The dashboard itself uses scikit-learn. A program gets the functions below, or the two lines of a plain split, only if
they give exactly the rows on which the run was trained.
"""

import numpy as np


def stratified_split(y, n_train, n_test, random_state):
    """Rows to train and to test with, each class in the same share: scikit-learn's train_test_split, draw by draw."""
    classes, counts = np.unique(y, return_counts=True)
    to_train = class_shares(counts, n_train, random_state)
    to_test = class_shares(counts - to_train, n_test, random_state)
    rows = [random_state.permutation(np.flatnonzero(y == k)) for k in classes]
    train = np.concatenate([r[:n] for r, n in zip(rows, to_train, strict=True)])
    test = np.concatenate([r[n:][:m] for r, n, m in zip(rows, to_train, to_test, strict=True)])
    return random_state.permutation(train), random_state.permutation(test)


def class_shares(counts, n_chosen, random_state):
    """How many samples of each class, of n_chosen in all: in proportion, the largest remainders rounded up, ties by lot."""
    exact = counts / counts.sum() * n_chosen
    shares = np.floor(exact)
    remainders, missing = exact - shares, round(n_chosen - shares.sum())
    for value in np.unique(remainders)[::-1]:
        if missing == 0:
            break
        tied = np.flatnonzero(remainders == value)
        lot = random_state.choice(tied, size=min(len(tied), missing), replace=False)
        shares[lot] += 1
        missing -= len(lot)
    return shares.astype(int)
