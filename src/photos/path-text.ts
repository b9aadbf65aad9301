/**
 * A file name is bytes; the database and JSON hold text. A name that is UTF-8 is its own text. Each byte that is not part of UTF-8
 * becomes one character of a private plane (U+10FE80 to U+10FEFF for 0x80 to 0xFF), so that the same bytes can be made from the
 * text again. A name that has such a character itself is written the same way, byte by byte: two names never have the same text.
 */
import { isUtf8 } from 'node:buffer'
import { realpath } from 'node:fs/promises'

/** What the functions of `node:fs` open. Text where the name is UTF-8. */
export type FilePath = string | Buffer

const firstCharacter = 0x10fe00
const standIn = /[\u{10fe80}-\u{10feff}]/u
const standIns = /[\u{10fe80}-\u{10feff}]/gu
/** Of what the file system gives. `/` stays `/`. */
export function pathText(bytes: Buffer): string {
  const text = bytes.toString()
  if (isUtf8(bytes) && !standIn.test(text)) return text
  let parts = ''
  for (let i = 0; i < bytes.length;) {
    const byte = bytes[i] ?? 0
    const length = byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4
    const character = bytes.subarray(i, i + length)
    if (isUtf8(character) && !standIn.test(character.toString())) {
      parts += character.toString()
      i += length
    } else {
      parts += String.fromCodePoint(firstCharacter + byte)
      i++
    }
  }
  return parts
}

/** The way back. @param text that `pathText` made, or made longer by parts of such text */
export function filePath(text: string): FilePath {
  if (!standIn.test(text)) return text
  return Buffer.concat(
    [...text].map((character) => (standIn.test(character) ? byteOf(character) : Buffer.from(character))),
  )
}

const byteOf = (character: string) => Buffer.from([(character.codePointAt(0) ?? 0) - firstCharacter])

/** Every link on the way is resolved. @param text as of `pathText` */
export const realPathText = async (text: string): Promise<string> =>
  pathText(await realpath(filePath(text), { encoding: 'buffer' }))

/** Marks that join letters or emoji are part of words. */
const unreadable = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu
const escapes: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

/** A byte that is not UTF-8 as `\xE4`. */
export const readableBytes = (text: string): string =>
  text.replace(standIns, (character) => `\\x${byteOf(character).toString('hex').toUpperCase()}`)

/** For people: as `readableBytes`, and line breaks, control characters and invisible ones as `\n` or `\u{202e}`. */
export const readableName = (text: string): string =>
  readableBytes(text).replace(unreadable, (c) => escapes[c] ?? `\\u{${(c.codePointAt(0) ?? 0).toString(16)}}`)
