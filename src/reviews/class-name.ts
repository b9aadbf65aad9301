import { badInput } from '../errors.js'
import { firstInvisible, withoutInvisible } from '../invisible.js'

/** Characters of the name of a class or a version. */
export const longestName = 64

/**
 * A name as it is kept: NFC, trimmed.
 * @param field the argument it came in
 * @throws WasteXError BAD_USER_INPUT
 */
export function checkedName(field: string, given: string): string {
  const name = given.normalize('NFC').trim()
  const seen = withoutInvisible(name)
  if (seen.trim() === '') throw badInput(field, 'A name must not be empty.')
  if ([...name].length > longestName) throw badInput(field, `A name has at most ${longestName} characters.`)
  const unseen = firstInvisible(name)
  if (unseen !== undefined)
    throw badInput(
      field,
      `The name “${seen}” contains the invisible character ${unseen}. Remove it and try again: control characters, line breaks, direction marks and joiners that nothing needs are not allowed in names.`,
    )
  return name
}

/** Names with the same key are the same class. By way of upper case, so that `ß` meets `SS` and final sigmas meet others. */
export const classKey = (name: string): string => name.normalize('NFC').toUpperCase().toLowerCase().normalize('NFC')
