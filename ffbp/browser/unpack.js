// A blob's arrays, deflated or raw (see figures/blob.py).

import { split } from './header.js';

// The header with an array in place of each `{"$": index}`. Its `parts` give the streams in the blob and their sizes.
// Returns the header if its streams are raw, else a promise, because a browser inflates in the background.
export function unpack(bytes) {
  const [header, copy, begin] = split(bytes);
  const places = {};
  let start = begin;
  for (const [name, size] of Object.entries(header.parts)) {
    places[name] = [start, size];
    start += size;
  }
  if (!header.raw) return inflate(header, copy, places);
  return filled(header, Object.fromEntries(Object.entries(places).map(([name, [at]]) => [name, [copy.buffer, at]])));
}

async function inflate(header, copy, places) {
  const streams = {};
  for (const [name, [at, size]] of Object.entries(places)) {
    const stream = new Blob([copy.subarray(at, at + size)]).stream().pipeThrough(new DecompressionStream('deflate'));
    streams[name] = [await new Response(stream).arrayBuffer(), 0];
  }
  return filled(header, streams);
}

// streams: by name, the buffer in which a stream lies, and where it begins.
function filled(header, streams) {
  const arrays = header.arrays.map((entry) => (entry.part in streams ? arrayOf(...streams[entry.part], entry) : null));
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

function arrayOf(buffer, start, { dtype, shape, offset, differences }) {
  const count = shape.reduce((product, n) => product * n, 1);
  const array = new TYPES[dtype](buffer, start + offset, count);
  array.shape = shape;
  const size = count / shape[0];
  if (differences) for (let i = size; i < count; i++) array[i] += array[i - size]; // bytes wrap modulo 256
  return array;
}
