import { badInput } from '../errors.js'

/** Characters. Notes are shown whole wherever their version is. */
export const longestNotes = 10_000

/** @throws WasteXError BAD_USER_INPUT */
export function checkedNotes(given: string | null | undefined): string | null {
  if (given == null) return null
  if ([...given].length > longestNotes) throw badInput('input.notes', `Notes have at most ${longestNotes} characters.`)
  return given
}
