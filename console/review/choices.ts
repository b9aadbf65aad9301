/** What can be meant by what is typed so far: classes that there are, and one that there might be. */
import { keyOf, nearNames } from './near-names.js'

export interface Choice {
  /** `near`: written differently, likely meant. `new`: no class yet. */
  readonly kind: 'class' | 'near' | 'new'
  readonly classLabel: string
}

/** Characters of a class's name (docs/limits.md). */
export const longestName = 64

/**
 * @param areAll whether `classLabels` are all there are: until then nobody can tell what is new
 * @returns best first. A new class comes last: nobody makes one by pressing Enter on a typing error.
 */
export function choicesFor(typed: string, classLabels: readonly string[], areAll = true): Choice[] {
  const key = keyOf(typed)
  const there = classLabels.filter((name) => keyOf(name).includes(key))
  const begins = (name: string) => (keyOf(name).startsWith(key) ? 0 : 1)
  const found = there.toSorted((a, b) => begins(a) - begins(b))
  const near = nearNames(typed, classLabels).filter((name) => !there.includes(name))
  const isNew = areAll && key !== '' && !there.some((name) => keyOf(name) === key)
  return [
    ...found.map((classLabel) => ({ kind: 'class', classLabel }) as const),
    ...near.map((classLabel) => ({ kind: 'near', classLabel }) as const),
    ...(isNew ? [{ kind: 'new', classLabel: typed.trim().normalize('NFC') } as const] : []),
  ]
}
