/** Which blocks' averages are wanted of a photo: for the head, and for the novelty test. */
import { boundaryOf } from '../model/network/depth.js'
import { inceptionV3 } from '../model/network/inception-v3.js'
import { nodesBetween, PIXELS, shapesOf } from '../model/network/node.js'
import type { Recipe } from './recipes.js'
import type { Settings } from './settings.js'

export interface HeadBlocks {
  /** The head's, those that stand still first; then the novelty test's, if the head has not got it. */
  wanted: readonly string[]
  head: readonly string[]
  /** Of the head's, those behind the boundary. */
  moved: readonly string[]
  novelty: string
  boundary: string
  frozenConvolutions: readonly string[]
  /** Whether anything behind the boundary is trained. */
  fineTunes: boolean
}

/** Best of the blocks at telling waste from what is none (AUROC 0.999 where logits have 0.74). */
const bestForNovelty = 'mixed8'

export function headBlocks(recipe: Recipe, { stage2 }: Settings): HeadBlocks {
  const fineTunes = stage2.epochs > 0 && stage2.layers > 0
  const { boundary, frozen } = boundaryOf(fineTunes ? stage2.layers : 0, 'input.stage2.layers')
  const still = new Set(nodesBetween(inceptionV3, [PIXELS], [boundary]).map(({ name }) => name))
  // A head that sees nothing of what is fine-tuned would learn nothing from it.
  const seen =
    fineTunes && recipe.blocks.every((block) => still.has(block)) ? [...recipe.blocks, 'mixed10'] : recipe.blocks
  const moved = seen.filter((block) => !still.has(block))
  const head = [...seen.filter((block) => still.has(block)), ...moved]
  // Novelty is measured from features that training does not move.
  const novelty = still.has(bestForNovelty) ? bestForNovelty : boundary
  return {
    wanted: head.includes(novelty) ? head : [...head, novelty],
    head,
    moved,
    novelty,
    boundary,
    frozenConvolutions: frozen,
    fineTunes,
  }
}

const shapes = shapesOf(inceptionV3)

export function channelsOf(blocks: readonly string[]): number {
  return blocks.reduce((sum, block) => sum + (shapes.get(block)?.channels ?? 0), 0)
}
