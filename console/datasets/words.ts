/** How this screen says things. */
import type { Split } from '../generated/graphql.js'
import { count } from '../look/figures.js'

/** In the order in which they are shown. */
export const splits: readonly Split[] = ['TRAIN', 'VAL', 'TEST']
export const splitNames: Readonly<Record<Split, string>> = { TRAIN: 'train', VAL: 'validation', TEST: 'test' }
/** Where there is little room. */
export const splitWords: Readonly<Record<Split, string>> = { TRAIN: 'train', VAL: 'val', TEST: 'test' }
export const splitPurposes: Readonly<Record<Split, string>> = {
  TRAIN: 'the network learns from them',
  VAL: 'choose the best epoch and the thresholds',
  TEST: 'only ever judged on',
}

/** `+6`, `−2`, `±0` */
export const growth = (photos: number): string =>
  photos > 0 ? `+${count(photos)}` : photos < 0 ? `−${count(-photos)}` : '±0'
