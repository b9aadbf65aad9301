/**
 * How deep to fine-tune, counted as Keras counts: the last N of the 311 layers of its InceptionV3, where convolution, batch
 * norm and activation are layers of their own and the order is that of Keras' list (by depth, not by creation).
 */
import { badInput } from '../../errors.js'

const LAYERS = 311

/** Where each block stands in Keras' list; everything behind it is the part that is trained. */
const indexOf = {
  mixed0: 40,
  mixed1: 63,
  mixed2: 86,
  mixed3: 100,
  mixed4: 132,
  mixed5: 164,
  mixed6: 196,
  mixed7: 228,
  mixed8: 248,
  mixed9: 279,
  mixed10: 310,
} as const

export interface Boundary {
  /** The last frozen block: its map is what training reads from the feature cache. */
  readonly boundary: keyof typeof indexOf
  /** Convolutions behind it that stay as they are all the same. */
  readonly frozen: readonly string[]
}

/** The reference's depth: two layers short of `mixed8`, so that mixed9's conv2d_81 and its batch norm stay frozen. */
const REFERENCE_DEPTH = 60

const table = new Map<number, Boundary>([
  [REFERENCE_DEPTH, { boundary: 'mixed8', frozen: ['conv2d_81'] }],
  ...Object.entries(indexOf).map(
    ([block, index]) => [LAYERS - 1 - index, { boundary: block as keyof typeof indexOf, frozen: [] }] as const,
  ),
])

/** The depths that fall on a block boundary, ascending; 0 trains the head alone. */
export const validDepths: readonly number[] = [...table.keys()].sort((a, b) => a - b)

/**
 * @param layers Keras layers to fine-tune, from the end.
 * @param field where the number came from, for the error: `input.stage2.layers`.
 * @throws WasteXError BAD_USER_INPUT with the valid depths.
 */
export function boundaryOf(layers: number, field: string): Boundary {
  const boundary = table.get(layers)
  if (!boundary) {
    throw badInput(
      field,
      `${layers} layers do not end on a block of InceptionV3. Depths that do: ${validDepths.join(', ')}.`,
    )
  }
  return boundary
}
