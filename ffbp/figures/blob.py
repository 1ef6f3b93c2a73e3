"""A blob: arrays packed small for the browser, as whole numbers and their differences."""

import hashlib
import json
import struct
import zlib

import numpy as np


class Packer:
    def __init__(self):
        self.entries, self.parts, self.size = [], [], 0

    def add(self, array, dtype) -> dict:
        with np.errstate(over="ignore"):  # a diverged number may be too large for a float32: infinity says so
            array = np.ascontiguousarray(array, dtype=dtype)
        padding = -self.size % array.itemsize
        self.parts.append(b"\0" * padding)
        self.size += padding
        self.entries.append({"dtype": array.dtype.name, "shape": list(array.shape), "offset": self.size})
        self.parts.append(array.tobytes())
        self.size += array.nbytes
        return {"$": len(self.entries) - 1}

    def plot(self, value):
        """Plotly's JSON with its number arrays in the blob."""
        if isinstance(value, dict):
            return {key: self.plot(item) for key, item in value.items()}
        if isinstance(value, np.ndarray):
            if value.dtype.kind in "US":
                return value.tolist()
            return self.add(value, np.float32 if value.ndim > 1 else np.float64)
        return [self.plot(item) for item in value] if isinstance(value, list | tuple) else value

    def blob(self, header: dict) -> bytes:
        deflate = zlib.compressobj(level=1, strategy=zlib.Z_RLE)  # differences are runs; to look for more takes longer
        payload = deflate.compress(b"".join(self.parts)) + deflate.flush()
        return as_blob({**header, "arrays": self.entries}, payload)


def as_blob(header: dict, payload: bytes) -> bytes:
    """A header and the deflated arrays that it names, as one blob; the header gets the arrays' hash as its ``id``."""
    header = {**header, "id": hashlib.sha256(payload).hexdigest()[:16]}
    text = json.dumps(header, allow_nan=False, separators=(",", ":")).encode()
    return struct.pack("<I", len(text)) + text + payload


def quantise(values: np.ndarray, low, high) -> np.ndarray:
    """Values between low and high to bytes 0..255; what is not a number becomes the middle."""
    dtype = values.dtype if values.dtype == np.float32 else float  # half the memory to go through is half the time
    low = np.asarray(low, dtype)
    with np.errstate(invalid="ignore", over="ignore"):
        scaled = np.subtract(values, low, dtype=dtype)
        scaled *= 255 / np.maximum(np.asarray(high, dtype) - low, np.finfo(dtype).tiny)
    np.clip(scaled, 0, 255, out=scaled)
    scaled += 0.5
    if scaled.size and np.isnan(scaled.max()):
        scaled[np.isnan(scaled)] = 128
    return scaled.astype(np.uint8)


def differences(frames: np.ndarray) -> np.ndarray:
    """Each frame minus the one before, modulo 256; the first stays."""
    coded = frames.copy()
    coded[1:] -= frames[:-1]
    return coded


def header_of(blob: bytes) -> dict:
    """The JSON header of a packed run."""
    (length,) = struct.unpack_from("<I", blob)
    return json.loads(blob[4 : 4 + length])


def arrays_of(blob: bytes) -> list[np.ndarray]:
    """All arrays of a packed run, as they lie in it."""
    (length,) = struct.unpack_from("<I", blob)
    data = zlib.decompress(blob[4 + length :])
    return [
        np.frombuffer(data, entry["dtype"], int(np.prod(entry["shape"])), entry["offset"]).reshape(entry["shape"])
        for entry in header_of(blob)["arrays"]
    ]
