/** What the head sees of a view: averages of frozen blocks as they are kept, those behind the boundary through the tail. */
import type { FeatureSource, ViewOf } from './features/feature-source.js'
import { channelsOf, type HeadBlocks } from './head-blocks.js'
import type { Tail } from './tail.js'

export type ReadRows = (views: readonly ViewOf[]) => Promise<Float32Array>

/** Averages of some blocks out of those that are kept: float32 [views, channels of `blocks`], side by side in their order. */
export function pick(kept: readonly Float32Array[], { wanted }: HeadBlocks, blocks: readonly string[]) {
  const width = channelsOf(blocks)
  const rows = new Float32Array(kept.length * width)
  let to = 0
  for (const block of blocks) {
    const from = channelsOf(wanted.slice(0, wanted.indexOf(block)))
    const channels = channelsOf([block])
    kept.forEach((pooled, i) => rows.set(pooled.subarray(from, from + channels), i * width + to))
    to += channels
  }
  return rows
}

export const keptRows =
  (source: FeatureSource, blocks: HeadBlocks, wanted: readonly string[]): ReadRows =>
  async (views) =>
    pick(await source.readPooled(views), blocks, wanted)

/** @returns reads float32 [views, still and moved channels] */
export function headRows(source: FeatureSource, blocks: HeadBlocks, tail: Tail): ReadRows {
  const still = channelsOf(blocks.still)
  const moved = channelsOf(blocks.moved)
  const readStill = keptRows(source, blocks, blocks.still)
  return async (views) => {
    const kept = await readStill(views)
    const made = await tail.averages(views)
    const rows = new Float32Array(views.length * (still + moved))
    views.forEach((_, i) => {
      rows.set(kept.subarray(i * still, (i + 1) * still), i * (still + moved))
      rows.set(made.subarray(i * moved, (i + 1) * moved), i * (still + moved) + still)
    })
    return rows
  }
}
