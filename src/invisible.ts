/**
 * Characters that nobody sees: control characters, line breaks, direction marks, fillers, halves of characters. Two names that
 * look the same must be the same, and a name must not turn or hide the text around it.
 */

/** Scripts whose letters change their shape at ZWJ and ZWNJ (Unicode Standard Annex 31, section 2.3; 23.2 of the Standard). */
const scripts =
  'Adlm Arab Bali Beng Cakm Deva Gujr Guru Java Khmr Knda Lana Mand Mlym Mong Mymr Newa Nkoo Orya Phag Rohg Sinh Sund Sylo Syrc Taml Telu Tibt Tirh'
const letter = `(?=[\\p{L}\\p{M}])[${scripts
  .split(' ')
  .map((script) => `\\p{scx=${script}}`)
  .join('')}]`
const emoji = '\\p{Extended_Pictographic}'

/** What is seen all the same: it changes how the characters beside it look. */
const needed = [
  `(?<=${letter})[\\u200c\\u200d](?=${letter})`,
  // After a virama it makes a half letter, which may end a word.
  '(?<=[\\u094d\\u09cd\\u0a4d\\u0acd\\u0b4d\\u0bcd\\u0c4d\\u0ccd\\u0d4d\\u0dca])\\u200d',
  // Emoji: joined, in colour or plain, keycaps, and flags of regions.
  `(?<=${emoji}[\\p{Emoji_Modifier}\\ufe0f]?)\\u200d(?=${emoji})`,
  `(?<=${emoji})[\\ufe0e\\ufe0f]`,
  '(?<=[0-9#*])\\ufe0f(?=\\u20e3)',
  '(?<=\\u{1f3f4})[\\u{e0030}-\\u{e0039}\\u{e0061}-\\u{e007a}]{3,6}\\u{e007f}',
].join('|')

// Braille's empty pattern and the marks of interlinear annotations and hieroglyphs are not among the default ignorable ones.
const unseen =
  '[\\p{Cc}\\p{Cs}\\p{Zl}\\p{Zp}\\p{Default_Ignorable_Code_Point}\\u2800\\ufff9-\\ufffb\\u{13430}-\\u{1343f}]'

const either = new RegExp(`(?<needed>${needed})|${unseen}`, 'gu')

/** @returns the first invisible character that nothing needs, as `U+202E`; undefined: there is none */
export function firstInvisible(text: string): string | undefined {
  for (const { 0: found, groups } of text.matchAll(either))
    if (groups?.['needed'] === undefined)
      return `U+${found.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')}`
  return undefined
}

export const withoutInvisible = (text: string): string =>
  text.replaceAll(either, (found, kept: string | undefined) => (kept === undefined ? '' : found))
