/** Pooled features brought to mean 0 and deviation 1: early blocks speak in smaller numbers than late ones. */

export interface Standardisation {
  /** float32 [D] */
  mean: Float32Array
  /** float32 [D]: 1 / (standard deviation + a hundredth of the mean one), so that a feature that hardly varies is not blown up. */
  scale: Float32Array
}

/**
 * Gathers rows a few at a time: however many there are, three numbers a feature are kept. Squares are taken of the distance
 * from the first row, so that large means do not swallow small variances (Chan, Golub & LeVeque 1983: shifted data).
 */
export class Moments {
  private count = 0
  private shift: Float32Array | undefined
  private readonly sums: Float64Array
  private readonly squares: Float64Array

  constructor(private readonly width: number) {
    this.sums = new Float64Array(width)
    this.squares = new Float64Array(width)
  }

  /** @param rows float32 [N, D], row-major */
  add(rows: Float32Array): void {
    const { width, sums, squares } = this
    const shift = (this.shift ??= rows.slice(0, width))
    for (let start = 0; start < rows.length; start += width) {
      for (let i = 0; i < width; i++) {
        const x = (rows[start + i] as number) - (shift[i] as number)
        sums[i] = (sums[i] as number) + x
        squares[i] = (squares[i] as number) + x * x
      }
    }
    this.count += rows.length / width
  }

  standardisation(): Standardisation {
    const { count, sums, squares, shift = new Float32Array(this.width) } = this
    const deviation = squares.map((square, i) =>
      Math.sqrt(Math.max(0, square / count - ((sums[i] as number) / count) ** 2)),
    )
    const floor = deviation.reduce((sum, value) => sum + value, 0) / this.width / 100
    return {
      mean: Float32Array.from(sums, (sum, i) => (shift[i] as number) + sum / count),
      scale: Float32Array.from(deviation, (value) => (value + floor > 0 ? 1 / (value + floor) : 0)),
    }
  }
}

/** Of rows float32 [N, D], row-major. */
export function standardisationOf(rows: Float32Array, width: number): Standardisation {
  const moments = new Moments(width)
  moments.add(rows)
  return moments.standardisation()
}

/** In place. */
export function standardise(rows: Float32Array, { mean, scale }: Standardisation): Float32Array {
  const width = mean.length
  for (let start = 0; start < rows.length; start += width) {
    for (let i = 0; i < width; i++) {
      rows[start + i] = ((rows[start + i] as number) - (mean[i] as number)) * (scale[i] as number)
    }
  }
  return rows
}

/** Of features side by side. */
export const sideBySide = (a: Standardisation, b: Standardisation): Standardisation => ({
  mean: Float32Array.of(...a.mean, ...b.mean),
  scale: Float32Array.of(...a.scale, ...b.scale),
})

interface Dense {
  /** [from, to] */
  kernel: Float32Array
  /** [to] */
  bias: Float32Array
}

/** A dense layer on standardised features as one on the features themselves: W' = s W, b' = b - m W'. */
export function foldInto({ mean, scale }: Standardisation, { kernel, bias }: Dense): Dense {
  const units = bias.length
  const folded = kernel.map((weight, i) => weight * (scale[Math.floor(i / units)] as number))
  return { kernel: folded, bias: shifted(bias, folded, mean, -1) }
}

/** The way back: a dense layer on features as one on standardised ones, W = W' / s, b = b' + m W'. */
export function unfold({ mean, scale }: Standardisation, { kernel, bias }: Dense): Dense {
  const units = bias.length
  const unfolded = kernel.map((weight, i) => {
    const own = scale[Math.floor(i / units)] as number
    return own === 0 ? 0 : weight / own // a feature that never varies says nothing
  })
  return { kernel: unfolded, bias: shifted(bias, kernel, mean, 1) }
}

/** bias + sign * mean @ kernel */
function shifted(bias: Float32Array, kernel: Float32Array, mean: Float32Array, sign: 1 | -1): Float32Array {
  const units = bias.length
  const sums = Float64Array.from(bias)
  for (let i = 0; i < kernel.length; i++) {
    const unit = i % units
    sums[unit] = (sums[unit] as number) + sign * (kernel[i] as number) * (mean[Math.floor(i / units)] as number)
  }
  return Float32Array.from(sums)
}
