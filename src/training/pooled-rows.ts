/** Pooled features of many views as one matrix. */
import type { FeatureSource, ViewOf } from './features/feature-source.js'

const atOnce = 64

/** @returns float32 [views, width]: the columns from `at` on */
export async function pooledRows(
  source: FeatureSource,
  views: readonly ViewOf[],
  at: number,
  width: number,
  checkStop: () => void,
): Promise<Float32Array> {
  const rows = new Float32Array(views.length * width)
  for (let start = 0; start < views.length; start += atOnce) {
    checkStop()
    const features = await source.read(views.slice(start, start + atOnce))
    features.forEach(({ pooled }, i) => rows.set(pooled.subarray(at, at + width), (start + i) * width))
  }
  return rows
}
