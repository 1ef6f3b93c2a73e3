"""A blob: arrays packed small for the browser.

Layout: four bytes with the header's length (little endian), the header as JSON, then the arrays in one or more streams.
The header's ``parts`` gives the streams and their sizes, its ``arrays`` the place of each array in them. Elsewhere in the
header, ``{"$": index}`` stands for an array. Blobs with the same ``id`` are equal. Streams are deflated, unless the header
says ``raw``: then everything begins at a multiple of eight bytes, and the browser reads it in place, without a pause.
"""

import hashlib
import json
import struct
import zlib

import numpy as np

ALIGNED = 8  # bytes of the largest number
SINGLE = np.finfo(np.float32)
SHARED_BYTES = 50_000  # larger arrays are not searched for among those before


class Packer:
    """Collects arrays; those added after `begin` go into a separate stream. raw: whether the streams stay as they are."""

    def __init__(self, *, raw: bool = False):
        self.raw, self.entries, self.streams, self.shared = raw, [], {}, {}
        self.begin("all")

    def begin(self, part: str, also: str | None = None) -> None:
        """Start a part: the arrays added from now on go into its stream, unless they are in it, or in the part ``also``."""
        self.part, self.also, self.size = part, also, 0
        self.shared[part] = {}
        self.streams[part] = []

    def add(self, array, dtype, **coding) -> dict:
        """Add an array; returns its reference for the header. coding: more entries for the browser."""
        with np.errstate(over="ignore"):  # a diverged number may be too large for a float32 and becomes infinity
            array = np.ascontiguousarray(array, dtype=dtype)
        shares = array.nbytes <= SHARED_BYTES and not coding
        if shares and (there := self._shared(array)):
            return there
        padding = -self.size % array.itemsize
        self.streams[self.part] += [b"\0" * padding, array.tobytes()]
        place = {"part": self.part, "dtype": array.dtype.name}
        self.entries.append(place | {"shape": list(array.shape), "offset": self.size + padding} | coding)
        self.size += padding + array.nbytes
        reference = {"$": len(self.entries) - 1}
        if shares:
            self.shared[self.part][array.dtype, array.shape, array.tobytes()] = reference
        return reference

    def _shared(self, array):
        """The reference of an array that is there already, or None: the same epochs belong to every curve."""
        key = (array.dtype, array.shape, array.tobytes())
        return next((self.shared[p][key] for p in (self.part, self.also) if key in self.shared.get(p, ())), None)

    def floats(self, **arrays) -> dict:
        """Add several arrays in float64; returns their references by name."""
        return {name: self.add(array, np.float64) for name, array in arrays.items()}

    def curve(self, values: np.ndarray) -> dict:
        """Add numbers that are drawn, or read to four digits: in float32, if none of them is too large or too small."""
        sizes = np.abs(values[np.isfinite(values) & (values != 0)])
        fits = not sizes.size or (sizes.min() > SINGLE.tiny and sizes.max() < SINGLE.max)
        return self.add(values, np.float32 if fits else np.float64)

    def whole(self, values: np.ndarray) -> dict:
        """Add numbers 0, 1, 2, …, in two bytes each if they fit."""
        return self.add(values, np.uint16 if values.max(initial=0) < 1 << 16 else np.int32)

    def changes(self, frames: np.ndarray) -> dict:
        """Add frames of bytes, each as its difference from the one before, which deflates well."""
        return self.add(differences(frames), np.uint8, differences=True)

    def plot(self, value):
        """Add the arrays of numbers in Plotly's JSON; returns it with their references."""
        if isinstance(value, dict):
            return {key: self.plot(item) for key, item in value.items()}
        if isinstance(value, np.ndarray):
            if value.dtype.kind in "US":
                return value.tolist()
            if value.dtype.kind == "i":
                return self.add(value, np.int32)
            return self._shared(value.astype(np.float64)) or self.curve(value)
        return [self.plot(item) for item in value] if isinstance(value, list | tuple) else value

    def payloads(self) -> dict[str, bytes]:
        """The stream of each part that has arrays."""
        finish = _padded if self.raw else _deflated
        return {part: finish(b"".join(stream)) for part, stream in self.streams.items() if stream}

    def blob(self, header: dict) -> bytes:
        """The blob of a header and the arrays added."""
        return as_blob({**header, "raw": self.raw, "arrays": self.entries}, self.payloads())


def _padded(stream):
    return stream + b"\0" * (-len(stream) % ALIGNED)


def _deflated(stream):
    deflate = zlib.compressobj(level=1, strategy=zlib.Z_RLE)  # a deeper search costs more time than it saves bytes
    return deflate.compress(stream) + deflate.flush()


def as_blob(header: dict, payloads: dict[str, bytes]) -> bytes:
    """A header and its streams as one blob; adds the blob's id to the header."""
    text = as_text(header)
    return joined({"id": id_of(text.encode(), *payloads.values())}, text, payloads)


def joined(first: dict, text: str, payloads: dict[str, bytes]) -> bytes:
    """The blob of a header in two pieces, a dict and the text of a JSON object, and its streams."""
    own = as_text({**first, "parts": {part: len(payload) for part, payload in payloads.items()}})
    header = f"{own[:-1]},{text[1:]}".encode()
    header += b" " * (-(4 + len(header)) % ALIGNED)
    return b"".join([struct.pack("<I", len(header)), header, *payloads.values()])


def as_text(header: dict) -> str:
    return json.dumps(header, allow_nan=False, separators=(",", ":"))


def id_of(*contents: bytes) -> str:
    """A name for these bytes, by which a page recognises equal content."""
    return hashlib.sha256(b"".join(contents)).hexdigest()[:16]


def with_id(text: str) -> bytes:
    """The text of a JSON object, for a component without arrays, with an ``id`` like that of a blob."""
    return f'{{"id":"{id_of(text.encode())}",{text[1:]}'.encode()


def quantise(values: np.ndarray, low, high) -> np.ndarray:
    """Values between low and high as bytes 0..255; NaN becomes the middle."""
    dtype = values.dtype if values.dtype == np.float32 else float  # float32 takes half the time
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
    """Each frame minus the one before, modulo 256; the first frame is unchanged."""
    coded = frames.copy()
    coded[1:] -= frames[:-1]
    return coded


def header_of(blob: bytes) -> dict:
    """The JSON header of a blob."""
    (length,) = struct.unpack_from("<I", blob)
    return json.loads(blob[4 : 4 + length])


def arrays_of(blob: bytes) -> list[np.ndarray | None]:
    """All arrays of a blob as stored; None for those of parts that are not in it."""
    (length,) = struct.unpack_from("<I", blob)
    header, start, streams = header_of(blob), 4 + length, {}
    for part, size in header["parts"].items():
        stream = blob[start : start + size]
        streams[part] = stream if header.get("raw") else zlib.decompress(stream)
        start += size

    def array(entry):
        shape = entry["shape"]
        data = np.frombuffer(streams[entry["part"]], entry["dtype"], int(np.prod(shape)), entry["offset"])
        return data.reshape(shape)

    return [array(entry) if entry["part"] in streams else None for entry in header["arrays"]]
