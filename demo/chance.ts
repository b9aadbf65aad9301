import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'

/** Chance that repeats itself: the same seed, the same picture. */
export class Chance {
  private readonly generator

  constructor(seed: number) {
    this.generator = xoroshiro128plus(seed)
    // Neighbouring seeds begin alike; a few steps on they do not.
    for (let i = 0; i < 8; i++) uniformFloat64(this.generator)
  }

  between = (low: number, high: number) => low + (high - low) * uniformFloat64(this.generator)
  /** low to high, both included */
  whole = (low: number, high: number) => Math.floor(this.between(low, high + 1))
  happens = (probability: number) => this.between(0, 1) < probability
  pick = <T>(...choices: readonly [T, ...T[]]): T => choices[this.whole(0, choices.length - 1)] ?? choices[0]
  times = <T>(count: number, draw: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => draw(i))

  /** Any hue, as vivid and as light as said (per cent). */
  colour = (saturation: readonly [number, number] = [20, 90], lightness: readonly [number, number] = [25, 70]) =>
    hsl(this.between(0, 360), this.between(...saturation), this.between(...lightness))
}

export const hsl = (hue: number, saturation: number, lightness: number) =>
  `hsl(${hue.toFixed(0)},${saturation.toFixed(0)}%,${Math.max(0, Math.min(100, lightness)).toFixed(0)}%)`
