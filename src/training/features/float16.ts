/** IEEE 754 half precision, 11 significant bits: enough for a ReLU's output (pooled features change by 0.1 %), half the disk. */

/** Every half there is: decoding is a look-up, 80,000 of them a view. */
const values = Float32Array.from({ length: 0x1_0000 }, (_, bits) => {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 0x1f
  const fraction = bits & 0x3ff
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 0x1f) return fraction ? Number.NaN : sign * Infinity
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
})

/** @param target written from `offset` on */
export function decodeFloat16(halves: Uint16Array, target: Float32Array, offset: number): void {
  for (let i = 0; i < halves.length; i++) target[offset + i] = values[halves[i] as number] as number
}
