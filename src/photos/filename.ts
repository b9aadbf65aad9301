import { withoutInvisible } from '../invisible.js'

/** Characters; of a longer name its end is kept, with what says the type. */
export const longestFilename = 255

/** A file's name as it is shown, whatever the file is really called. @returns '' when nothing of it can be seen */
export function plainFilename(given: string): string {
  const end = [...withoutInvisible(given.normalize('NFC')).trim()].slice(-longestFilename).join('')
  // The cut may leave a joiner without what it joined.
  return withoutInvisible(end).trim()
}
