/** Pooled features brought to mean 0 and deviation 1: early blocks speak in smaller numbers than late ones. */

export interface Standardisation {
  /** float32 [D] */
  mean: Float32Array
  /** float32 [D]: 1 / (standard deviation + a hundredth of the mean one), so that a feature that hardly varies is not blown up. */
  scale: Float32Array
}

/** Of rows float32 [N, D], row-major, in two passes: exact for large means. */
export function standardisationOf(rows: Float32Array, width: number): Standardisation {
  const count = rows.length / width
  const mean = new Float64Array(width)
  for (let i = 0; i < rows.length; i++) mean[i % width] = (mean[i % width] as number) + (rows[i] as number) / count
  const variance = new Float64Array(width)
  for (let i = 0; i < rows.length; i++) {
    const centred = (rows[i] as number) - (mean[i % width] as number)
    variance[i % width] = (variance[i % width] as number) + (centred * centred) / count
  }
  const deviation = variance.map(Math.sqrt)
  const floor = deviation.reduce((sum, value) => sum + value, 0) / width / 100
  return {
    mean: Float32Array.from(mean),
    scale: Float32Array.from(deviation, (value) => (value + floor > 0 ? 1 / (value + floor) : 0)),
  }
}

/** In place. */
export function standardise(rows: Float32Array, { mean, scale }: Standardisation): Float32Array {
  const width = mean.length
  for (let i = 0; i < rows.length; i++) {
    const column = i % width
    rows[i] = ((rows[i] as number) - (mean[column] as number)) * (scale[column] as number)
  }
  return rows
}

/** A dense layer on standardised features as one on the features themselves: W' = s W, b' = b - (s m) W. */
export function foldInto(
  { mean, scale }: Standardisation,
  { kernel, bias }: { kernel: Float32Array; bias: Float32Array },
): { kernel: Float32Array; bias: Float32Array } {
  const units = bias.length
  const folded = new Float32Array(kernel.length)
  const shift = Float64Array.from(bias)
  for (let i = 0; i < kernel.length; i++) {
    const row = Math.floor(i / units)
    const weight = (kernel[i] as number) * (scale[row] as number)
    folded[i] = weight
    shift[i % units] = (shift[i % units] as number) - weight * (mean[row] as number)
  }
  return { kernel: folded, bias: Float32Array.from(shift) }
}
