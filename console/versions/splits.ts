/** What the photos of a version are for, in words. */
import type { Split } from '../generated/graphql.js'

/** In the order in which they are shown. */
export const splits: readonly Split[] = ['TRAIN', 'VAL', 'TEST']
export const splitNames: Readonly<Record<Split, string>> = { TRAIN: 'train', VAL: 'validation', TEST: 'test' }
/** Where there is little room. */
export const splitWords: Readonly<Record<Split, string>> = { TRAIN: 'train', VAL: 'val', TEST: 'test' }
/** Of a photo in it. */
export const photoPurposes: Readonly<Record<Split, string>> = {
  TRAIN: 'the network learns from it',
  VAL: 'helps to choose the best epoch and the thresholds',
  TEST: 'only ever judged on',
}
