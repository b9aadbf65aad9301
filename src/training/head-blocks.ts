/** Which blocks' averages are wanted of a photo: for the head, and for the novelty test. */
import { boundaryOf } from '../model/network/depth.js'
import { inceptionV3 } from '../model/network/inception-v3.js'
import { nodesBetween, PIXELS, shapesOf } from '../model/network/node.js'
import type { Wanted } from './features/extractor.js'
import type { Recipe } from './recipes.js'
import type { Settings } from './settings.js'

export interface HeadBlocks {
  /** Kept in the feature cache, in the network's order. None is behind the boundary: those are made of the map that is kept. */
  wanted: readonly string[]
  /** What the head sees: `still`, then `moved`. */
  head: readonly string[]
  still: readonly string[]
  /** Behind the boundary. */
  moved: readonly string[]
  /** Those that novelty is measured from; training moves none of them. */
  novelty: readonly string[]
  boundary: string
  frozenConvolutions: readonly string[]
  /** Whether something behind the boundary is trained, or was by the run that this one goes on from. */
  tuned: boolean
}

/** Together the best at telling waste from what is none (AUROC 0.9994; mixed8 alone 0.998). */
const bestForNovelty = ['mixed4', 'mixed6', 'mixed8']

/** @param startsFromRun its weights behind the boundary may be tuned ones */
export function headBlocks(recipe: Recipe, { stage2 }: Settings, startsFromRun: boolean): HeadBlocks {
  const tuned = stage2.layers > 0 && (stage2.epochs > 0 || startsFromRun)
  const { boundary, frozen } = boundaryOf(tuned ? stage2.layers : 0, 'input.stage2.layers')
  const frozenBlocks = new Set(nodesBetween(inceptionV3, [PIXELS], [boundary]).map(({ name }) => name))
  const isStill = (block: string) => frozenBlocks.has(block)
  // A head that sees nothing of what is fine-tuned would learn nothing from it.
  const seen = tuned && recipe.blocks.every(isStill) ? [...recipe.blocks, 'mixed10'] : recipe.blocks
  const still = inOrder(seen.filter(isStill))
  const moved = inOrder(seen.filter((block) => !isStill(block)))
  const best = bestForNovelty.filter(isStill)
  const novelty = best.length > 0 ? best : [boundary]
  return {
    wanted: inOrder([...still, ...novelty]),
    head: [...still, ...moved],
    still,
    moved,
    novelty,
    boundary,
    frozenConvolutions: frozen,
    tuned,
  }
}

/** What the frozen part computes of a view. */
export const computedOf = ({ wanted, boundary, tuned }: HeadBlocks): Wanted => ({
  blocks: wanted,
  boundary: tuned ? boundary : null,
})

/** Of a model in which nothing behind the boundary weighs anything. */
export const onlyStill = (blocks: HeadBlocks): HeadBlocks => ({ ...blocks, head: blocks.still, moved: [] })

const inOrder = (blocks: readonly string[]): string[] =>
  inceptionV3.flatMap(({ name }) => (blocks.includes(name) ? [name] : []))

const shapes = shapesOf(inceptionV3)

export function channelsOf(blocks: readonly string[]): number {
  return blocks.reduce((sum, block) => sum + (shapes.get(block)?.channels ?? 0), 0)
}
