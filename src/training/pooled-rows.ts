/** Pooled features of many views as one matrix. */
import type { FeatureSource, ViewOf } from './features/feature-source.js'
import { channelsOf, type HeadBlocks } from './head-blocks.js'

const atOnce = 64

/** @returns float32 [views, channels of `blocks`], the blocks side by side in their order */
export async function pooledRows(
  source: FeatureSource,
  views: readonly ViewOf[],
  { wanted }: HeadBlocks,
  blocks: readonly string[],
  checkStop: () => void,
): Promise<Float32Array> {
  const width = channelsOf(blocks)
  const rows = new Float32Array(views.length * width)
  for (let start = 0; start < views.length; start += atOnce) {
    checkStop()
    const features = await source.read(views.slice(start, start + atOnce))
    features.forEach(({ pooled }, i) => {
      let to = (start + i) * width
      for (const block of blocks) {
        const from = channelsOf(wanted.slice(0, wanted.indexOf(block)))
        const channels = channelsOf([block])
        rows.set(pooled.subarray(from, from + channels), to)
        to += channels
      }
    })
  }
  return rows
}
