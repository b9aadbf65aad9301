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

const units = ['B', 'kB', 'MB'] as const
/** `48 kB` @param bytes 0 or more */
export function fileSize(bytes: number): string {
  const unit = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3))
  const size = bytes / 1000 ** unit
  return `${size.toFixed(size < 10 && unit > 0 ? 1 : 0)} ${units[unit]}`
}
