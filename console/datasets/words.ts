/** How this screen says things. */
import { count } from '../look/figures.js'

/** `+6`, `−2`, `±0` */
export const growth = (photos: number): string =>
  photos > 0 ? `+${count(photos)}` : photos < 0 ? `−${count(-photos)}` : '±0'
