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

const word = new Float32Array(1)
const bitsOf = new Uint32Array(word.buffer)

/** Rounds to nearest, ties to even. Above 65504: infinity. */
export function encodeFloat16(source: Float32Array): Uint16Array {
  const halves = new Uint16Array(source.length)
  for (let i = 0; i < source.length; i++) {
    word[0] = source[i] as number
    halves[i] = toHalf(bitsOf[0] as number)
  }
  return halves
}

function toHalf(bits: number): number {
  const sign = (bits >>> 16) & 0x8000
  const magnitude = bits & 0x7fff_ffff
  if (magnitude > 0x7f80_0000) return sign | 0x7e00 // NaN
  if (magnitude >= 0x4780_0000) return sign | 0x7c00 // 65536 and above
  if (magnitude >= 0x3880_0000) {
    // Normal: rebias the exponent, round off 13 bits; a carry runs into the exponent, as it should.
    const rebiased = magnitude - 0x3800_0000
    return sign | ((rebiased + 0xfff + ((rebiased >>> 13) & 1)) >>> 13)
  }
  // Subnormal: a multiple of 2^-24.
  word[0] = Math.abs(word[0] as number) * 2 ** 24
  const scaled = word[0]
  const floor = Math.floor(scaled)
  const rest = scaled - floor
  return sign | (floor + (rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? 1 : 0))
}
