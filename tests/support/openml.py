"""A small local copy of MNIST in the form of scikit-learn's openml.org cache, so that fetching needs no internet."""

import gzip
import hashlib
import json
from pathlib import Path

import numpy as np
from pens import drawings

from ffbp.data.handwriting import digit_28x28


def drawn_images(n=300, *, seed=5):
    """Drawn digits in MNIST's form: X (n, 784), whole grey levels 0..255, y (n,), 0..9."""
    found = list(drawings(n, seed=seed))
    return np.array([digit_28x28(strokes).ravel() for _, strokes in found]), np.array([digit for digit, _ in found])


def write_copy(folder, X, y):
    """Write openml.org's responses for mnist_784, version 1, into scikit-learn's data folder."""
    names = [f"pixel{k + 1}" for k in range(X.shape[1])]
    digits = [str(k) for k in range(10)]
    head = ["@RELATION mnist_784", *(f"@ATTRIBUTE {name} real" for name in names)]
    head += [f"@ATTRIBUTE class {{{','.join(digits)}}}", "@DATA"]
    rows = (
        ",".join(map(str, [*image, label])) for image, label in zip(X.astype(int).tolist(), y.tolist(), strict=True)
    )
    arff = "\n".join([*head, *rows]).encode() + b"\n"
    common = {"is_ignore": "false", "is_row_identifier": "false", "number_of_missing_values": "0"}
    features = [
        {"index": str(k), "name": name, "data_type": "numeric", "is_target": "false", **common}
        for k, name in enumerate(names)
    ]
    features.append(
        {"index": str(len(names)), "name": "class", "data_type": "nominal", "nominal_value": digits, "is_target": "true",
         **common}
    )  # fmt: skip
    about = {
        "id": "554", "name": "mnist_784", "version": "1", "format": "ARFF", "file_id": "52667", "status": "active",
        "url": "https://www.openml.org/data/v1/download/52667/mnist_784.arff", "description": "A local copy.",
        "md5_checksum": hashlib.md5(arff).hexdigest(),
    }  # fmt: skip
    listed = {"did": 554, "name": "mnist_784", "version": 1, "status": "active"}
    api = "api/v1/json/data"
    answers = {
        f"{api}/list/data_name/mnist_784/limit/2/data_version/1": {"data": {"dataset": [listed]}},
        f"{api}/554": {"data_set_description": about},
        f"{api}/features/554": {"data_features": {"feature": features}},
        f"{api}/qualities/554": {"data_qualities": {"quality": [{"name": "NumberOfInstances", "value": str(len(X))}]}},
    }
    contents = {path: json.dumps(answer).encode() for path, answer in answers.items()}
    contents["data/v1/download/52667/mnist_784.arff"] = arff
    for path, content in contents.items():
        target = Path(folder) / "openml" / "openml.org" / f"{path}.gz"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(gzip.compress(content, 1))
