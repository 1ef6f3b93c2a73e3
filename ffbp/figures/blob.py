"""A blob: arrays packed small for the browser, as whole numbers and their differences.

Layout: four bytes with the header's length (little endian), the header as JSON, then the arrays, one after another in one or
several deflated streams. The header's ``parts`` names the streams and their sizes, its ``arrays`` says where in them each
array lies; elsewhere an array stands as ``{"$": its index}``. Two blobs with the same ``id`` are the same.
"""

import hashlib
import json
import struct
import zlib

import numpy as np


class Packer:
    """Collects arrays; those added after `begin` go into a stream of their own."""

    def __init__(self):
        self.entries, self.streams = [], {}
        self.begin("all")

    def begin(self, part: str) -> None:
        """What is added from now on belongs to this part."""
        self.part, self.size = part, 0
        self.streams[part] = []

    def add(self, array, dtype, **coding) -> dict:
        with np.errstate(over="ignore"):  # a diverged number may be too large for a float32: infinity says so
            array = np.ascontiguousarray(array, dtype=dtype)
        padding = -self.size % array.itemsize
        self.streams[self.part] += [b"\0" * padding, array.tobytes()]
        entry = {
            "part": self.part,
            "dtype": array.dtype.name,
            "shape": list(array.shape),
            "offset": self.size + padding,
        }
        self.entries.append(entry | coding)
        self.size += padding + array.nbytes
        return {"$": len(self.entries) - 1}

    def changes(self, frames: np.ndarray) -> dict:
        """Add frames of bytes, each as its difference from the one before: that deflates well."""
        return self.add(differences(frames), np.uint8, differences=True)

    def plot(self, value):
        """Plotly's JSON with its number arrays in the blob."""
        if isinstance(value, dict):
            return {key: self.plot(item) for key, item in value.items()}
        if isinstance(value, np.ndarray):
            if value.dtype.kind in "US":
                return value.tolist()
            return self.add(value, np.float32 if value.ndim > 1 else np.float64)
        return [self.plot(item) for item in value] if isinstance(value, list | tuple) else value

    def payloads(self) -> dict[str, bytes]:
        """The deflated stream of each part that has arrays."""
        return {part: _deflated(stream) for part, stream in self.streams.items() if stream}

    def blob(self, header: dict) -> bytes:
        return as_blob({**header, "arrays": self.entries}, self.payloads())


def _deflated(stream):
    deflate = zlib.compressobj(level=1, strategy=zlib.Z_RLE)  # differences are runs; to look for more takes longer
    return deflate.compress(b"".join(stream)) + deflate.flush()


def as_blob(header: dict, payloads: dict[str, bytes]) -> bytes:
    """A header and the deflated streams that it names, as one blob; the header gets the blob's id."""
    text = as_text(header)
    return joined({"id": id_of(text.encode(), *payloads.values())}, text, payloads)


def joined(first: dict, text: str, payloads: dict[str, bytes]) -> bytes:
    """A header in two pieces, a dict and the text of a JSON object, and its streams, as one blob."""
    own = as_text({**first, "parts": {part: len(payload) for part, payload in payloads.items()}})
    header = f"{own[:-1]},{text[1:]}".encode()
    return b"".join([struct.pack("<I", len(header)), header, *payloads.values()])


def as_text(header: dict) -> str:
    return json.dumps(header, allow_nan=False, separators=(",", ":"))


def id_of(*contents: bytes) -> str:
    """A name for these bytes: the one way in which a page sees that it got the same again."""
    digest = hashlib.sha256()
    for content in contents:
        digest.update(content)
    return digest.hexdigest()[:16]


def with_id(text: str) -> bytes:
    """The text of a JSON object, for a component that gets no arrays, with an ``id`` as blobs have it."""
    return f'{{"id":"{id_of(text.encode())}",{text[1:]}'.encode()


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
    """The JSON header of a blob."""
    (length,) = struct.unpack_from("<I", blob)
    return json.loads(blob[4 : 4 + length])


def arrays_of(blob: bytes) -> list[np.ndarray | None]:
    """All arrays of a blob, as they lie in it; None for those of parts that did not come along."""
    (length,) = struct.unpack_from("<I", blob)
    header, start, streams = header_of(blob), 4 + length, {}
    for part, size in header["parts"].items():
        streams[part] = zlib.decompress(blob[start : start + size])
        start += size
    return [_array(streams.get(entry["part"]), entry) for entry in header["arrays"]]


def _array(data, entry):
    if data is None:
        return None
    shape = entry["shape"]
    return np.frombuffer(data, entry["dtype"], int(np.prod(shape)), entry["offset"]).reshape(shape)
