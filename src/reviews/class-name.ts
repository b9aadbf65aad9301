import { badInput } from '../errors.js'

/** Characters of the name of a class or a version. */
export const longestName = 64
/** Control characters, line breaks, halves of characters, and what turns or hides the text around it. */
const forbidden = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]/u

/**
 * A name as it is kept: NFC, trimmed.
 * @param field the argument it came in
 * @throws WasteXError BAD_USER_INPUT
 */
export function checkedName(field: string, given: string): string {
  const name = given.normalize('NFC').trim()
  if (name === '') throw badInput(field, 'A name must not be empty.')
  if ([...name].length > longestName) throw badInput(field, `A name has at most ${longestName} characters.`)
  if (forbidden.test(name)) throw badInput(field, 'A name must not contain control characters or line breaks.')
  return name
}

/** Names with the same key are the same class. By way of upper case, so that `ß` meets `SS` and final sigmas meet others. */
export const classKey = (name: string): string => name.normalize('NFC').toUpperCase().toLowerCase().normalize('NFC')
