"""An independent textbook program for the reference experiment: the oracle of the tests, the benchmarks' baseline.

It shares no code with the package. Rows are samples, arrays are allocated as it goes, and only the loss is recorded.
"""

import numpy as np
from sklearn.datasets import make_moons
from sklearn.model_selection import train_test_split


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def data(seed=42):
    X, y = make_moons(n_samples=1000, noise=0.2, random_state=seed)
    return train_test_split(X, y, test_size=0.2, random_state=seed)


def train(X, y, *, epochs=1000, hidden=10, learning_rate=0.1, seed=42):
    """Full-batch gradient descent on a 2-10-1 network; returns the weights and the loss before each update."""
    y = y.reshape(-1, 1).astype(float)
    n = len(X)
    np.random.seed(seed)
    W1 = np.random.randn(2, hidden) * np.sqrt(2 / 2)
    b1 = np.zeros((1, hidden))
    W2 = np.random.randn(hidden, 1) * np.sqrt(2 / hidden)
    b2 = np.zeros((1, 1))
    losses = []
    for _ in range(epochs):
        Z1 = X @ W1 + b1
        A1 = np.maximum(0, Z1)
        Z2 = A1 @ W2 + b2
        A2 = sigmoid(Z2)
        losses.append(-np.mean(y * np.log(A2) + (1 - y) * np.log(1 - A2)))
        dZ2 = (A2 - y) / n
        dW2 = A1.T @ dZ2
        db2 = dZ2.sum(axis=0, keepdims=True)
        dA1 = dZ2 @ W2.T
        dZ1 = dA1 * (Z1 > 0)
        dW1 = X.T @ dZ1
        db1 = dZ1.sum(axis=0, keepdims=True)
        W1 -= learning_rate * dW1
        b1 -= learning_rate * db1
        W2 -= learning_rate * dW2
        b2 -= learning_rate * db2
    return (W1, b1, W2, b2), np.array(losses)


def predict_proba(weights, X):
    W1, b1, W2, b2 = weights
    return sigmoid(np.maximum(0, X @ W1 + b1) @ W2 + b2)[:, 0]


def loss(weights, X, y):
    p = predict_proba(weights, X)
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))
