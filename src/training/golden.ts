/**
 * Pictures that nobody took: a model is believed by what it says of them, and its folder goes wherever it goes without anybody's
 * photo. The same for every run.
 */
import { pixelsPerPhoto, side } from '../photos/pixels.js'
import { type Random, stream, uniform } from './random.js'

const pictures = 4
const wavesEach = 4
/** Levels of 255. Without it there are areas in which every value is the same. */
const grain = 16

/** uint8 [299, 299, 3] each */
export const goldenPictures = (): Uint8Array[] =>
  Array.from({ length: pictures }, (_, i) => picture(stream(299, 'golden', i)))

/** Soft waves of every direction in each colour, as coarse as what there is on photos. */
function picture(random: Random): Uint8Array {
  const waves = Array.from({ length: 3 * wavesEach }, () => ({
    x: (uniform(random) - 0.5) * 0.2,
    y: (uniform(random) - 0.5) * 0.2,
    phase: uniform(random) * 2 * Math.PI,
    height: uniform(random) * 40,
  }))
  return Uint8Array.from({ length: pixelsPerPhoto }, (_, at) => {
    const place = Math.floor(at / 3)
    const [x, y] = [place % side, Math.floor(place / side)]
    let level = 128 + grain * (uniform(random) - 0.5)
    for (let i = at % 3; i < waves.length; i += 3) {
      const wave = waves[i] as (typeof waves)[number]
      level += wave.height * Math.sin(wave.x * x + wave.y * y + wave.phase)
    }
    return Math.max(0, Math.min(255, Math.round(level)))
  })
}
