// A blob: four bytes with the header's length, the header as JSON, and deflated arrays (see figures/blob.py).

function split(bytes) {
  const copy = bytes.slice();
  const length = new DataView(copy.buffer).getUint32(0, true);
  return [JSON.parse(new TextDecoder().decode(copy.subarray(4, 4 + length))), copy.subarray(4 + length)];
}

// The header alone. Blobs with the same `id` are equal.
export function headerOf(bytes) {
  return split(bytes)[0];
}

function inflated(bytes) {
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate'))).arrayBuffer();
}

// The header with an array in place of each `{"$": index}`. Its `parts` give the streams in the blob and their sizes.
export async function unpack(bytes) {
  const [header, payload] = split(bytes);
  const buffers = {};
  let start = 0;
  for (const [name, size] of Object.entries(header.parts)) {
    buffers[name] = await inflated(payload.subarray(start, start + size));
    start += size;
  }
  const arrays = header.arrays.map((entry) => (entry.part in buffers ? arrayOf(buffers[entry.part], entry) : null));
  const resolve = (value) => {
    if (Array.isArray(value)) return value.map(resolve);
    if (value === null || typeof value !== 'object') return value;
    if ('$' in value) return arrays[value.$];
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resolve(item)]));
  };
  return resolve(header);
}

const TYPES = {
  uint8: Uint8Array, uint16: Uint16Array, int32: Int32Array, int64: BigInt64Array,
  float32: Float32Array, float64: Float64Array,
};

function arrayOf(buffer, { dtype, shape, offset, differences }) {
  const count = shape.reduce((product, n) => product * n, 1);
  const array = new TYPES[dtype](buffer, offset, count);
  array.shape = shape;
  const size = count / shape[0];
  if (differences) for (let i = size; i < count; i++) array[i] += array[i - size]; // bytes wrap modulo 256
  return array;
}
