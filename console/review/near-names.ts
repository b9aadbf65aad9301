/** Names that are likely meant to be the same class, though they are written differently. */
import { distance } from 'fastest-levenshtein'

/** Names with the same key are the same class: as the server compares them (src/reviews/class-name.ts). */
export const keyOf = (name: string): string => name.trim().normalize('NFC').toUpperCase().toLowerCase().normalize('NFC')

/** Letters and digits alone: no accents, no spaces, no hyphens. */
const bare = (name: string) =>
  keyOf(name)
    .normalize('NFD')
    .replaceAll(/[^\p{L}\p{N}]/gu, '')

/** English plurals, roughly: both sides go through it, so it need not be right. */
const singular = (word: string) =>
  word
    .replace(/ies$/, 'y')
    .replace(/(ss|x|z|ch|sh)es$/, '$1')
    .replace(/([^s])s$/, '$1')

/**
 * Slips of the finger that are forgiven, by the letters of the class: one from four on, two from eight on. Beside a shorter one every
 * letter may be meant (`can` and `cap`).
 */
const forgiven = (letters: number) => (letters < 4 ? 0 : letters < 8 ? 1 : 2)

/** Levenshtein distance, where two neighbours that changed places are one slip and not two. */
function slips(a: string, b: string): number {
  const first = [...a].findIndex((letter, i) => letter !== b[i])
  const swapped = a.slice(0, first) + (a[first + 1] ?? '') + (a[first] ?? '') + a.slice(first + 2)
  return first >= 0 && swapped === b ? 1 : distance(a, b)
}

/** @returns those of the names that this one is likely meant to be, likeliest first; the same name itself is not among them */
export function nearNames(typed: string, names: readonly string[]): string[] {
  const meant = bare(typed)
  if (meant === '') return []
  return names
    .filter((name) => keyOf(name) !== keyOf(typed))
    .map((name) => {
      const letters = bare(name)
      return { name, letters, slips: Math.min(slips(meant, letters), slips(singular(meant), singular(letters))) }
    })
    .filter(({ slips, letters }) => slips <= forgiven(letters.length))
    .toSorted((a, b) => a.slips - b.slips)
    .map(({ name }) => name)
}
