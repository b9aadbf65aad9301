/**
 * Chance in training. Every purpose in every epoch has a stream of its own, made from the run's seed: there is no random
 * state to save, and a run that goes on from a checkpoint draws what it would have drawn.
 */
import { crc32 } from 'node:zlib'
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import { uniformInt } from 'pure-rand/distribution/uniformInt'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'

export type Random = ReturnType<typeof xoroshiro128plus>

/** @param purpose what it is for, and in which epoch: `stream(seed, 'order', 'HEAD', 3)` */
export const stream = (seed: number, ...purpose: readonly (string | number)[]): Random =>
  xoroshiro128plus(mixed(crc32([seed, ...purpose].join(' '))))

/**
 * MurmurHash3's finaliser. Checksum and generator are both linear in their bits: without it the streams of two purposes
 * differ by a pattern that depends on neither, and in every epoch the photos are flipped alike or all the other way round.
 */
function mixed(bits: number): number {
  const once = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b)
  const twice = Math.imul(once ^ (once >>> 13), 0xc2b2ae35)
  return twice ^ (twice >>> 16)
}

/** In [0, 1). */
export const uniform = (random: Random): number => uniformFloat64(random)

/** 0 to n - 1 in random order (Fisher-Yates). */
export function shuffled(n: number, random: Random): Uint32Array {
  const order = Uint32Array.from({ length: n }, (_, i) => i)
  for (let i = n - 1; i > 0; i--) {
    const j = uniformInt(random, 0, i)
    const held = order[i] as number
    order[i] = order[j] as number
    order[j] = held
  }
  return order
}

/** Mean 0, float32 [length] (Box & Muller 1958). */
export const normal = (length: number, deviation: number, random: Random): Float32Array =>
  Float32Array.from({ length }, () => {
    const radius = deviation * Math.sqrt(-2 * Math.log(1 - uniform(random)))
    return radius * Math.cos(2 * Math.PI * uniform(random))
  })

/** Inverted dropout (Srivastava et al. 2014): 0, or 1 / (1 - rate), float32 [length]. */
export function dropoutMask(length: number, rate: number, random: Random): Float32Array {
  const kept = 1 / (1 - rate)
  // One draw of 32 bits a value: masks are a hundred thousand values a step.
  const limit = rate * 2 ** 32
  const mask = new Float32Array(length)
  for (let i = 0; i < length; i++) mask[i] = random.next() >>> 0 < limit ? 0 : kept
  return mask
}
