// The header of a blob: four bytes with its length, then the header as JSON (see figures/blob.py).

// The header, a copy of the bytes, and where the arrays begin in them.
export function split(bytes) {
  const copy = bytes.slice(); // its buffer begins with the blob, so raw arrays lie where their types need them
  const length = new DataView(copy.buffer).getUint32(0, true);
  return [JSON.parse(new TextDecoder().decode(copy.subarray(4, 4 + length))), copy, 4 + length];
}

// The header alone. Blobs with the same `id` are equal.
export function headerOf(bytes) {
  return split(bytes)[0];
}
