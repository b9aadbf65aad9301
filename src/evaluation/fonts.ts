/**
 * Fonts that pictures are drawn with. They come with packages, so that a picture looks the same on every machine: Latin, Greek,
 * Cyrillic, Arabic, Hebrew and more; emoji; Chinese and Japanese; Korean; Devanagari; Thai.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'

const { resolve } = createRequire(import.meta.url)
const beside = (module: string, file: string) => path.join(path.dirname(module), file)
interface Font {
  readonly family: string
  readonly file: string
}

const regular = { family: 'DejaVu Sans', file: beside(resolve('dejavu-fonts-ttf/package.json'), 'ttf/DejaVuSans.ttf') }
export const regularFamily = regular.family
const boldFile = beside(resolve('dejavu-fonts-ttf/package.json'), 'ttf/DejaVuSans-Bold.ttf')
/** The first one that has a character draws it. */
const fonts: readonly Font[] = [
  regular,
  {
    family: 'Noto Emoji',
    file: beside(resolve('@expo-google-fonts/noto-emoji'), '400Regular/NotoEmoji_400Regular.ttf'),
  },
  {
    family: 'Noto Sans S Chinese',
    file: beside(resolve('@embedpdf/fonts-sc'), '../fonts/NotoSansHans-Regular.otf'),
  },
  { family: 'Noto Sans Korean', file: beside(resolve('@embedpdf/fonts-kr'), '../fonts/NotoSansKR-Regular.otf') },
  {
    family: 'Noto Sans Devanagari',
    file: beside(resolve('@expo-google-fonts/noto-sans-devanagari'), '400Regular/NotoSansDevanagari_400Regular.ttf'),
  },
  {
    family: 'Noto Sans Thai',
    file: beside(resolve('@expo-google-fonts/noto-sans-thai'), '400Regular/NotoSansThai_400Regular.ttf'),
  },
]

/** Nothing is drawn for these: joiners, variation selectors, spaces. */
const needsNoGlyph = /^[\p{Default_Ignorable_Code_Point}\p{Z}]$/u

type HasGlyph = (codePoint: number) => boolean
const known = new Map<string, HasGlyph>()
function hasGlyph(file: string, character: string): boolean {
  const has = known.get(file) ?? readCoverage(readFileSync(file))
  known.set(file, has)
  return needsNoGlyph.test(character) || has(character.codePointAt(0) ?? 0)
}

const fontOf = (grapheme: string): Font | undefined =>
  fonts.find(({ file }) => [...grapheme].every((character) => hasGlyph(file, character)))

const segmenter = new Intl.Segmenter()

/** What people take for one character: a letter with its marks, an emoji of several people. */
export const graphemesOf = (text: string): string[] => [...segmenter.segment(text)].map(({ segment }) => segment)

/** A character that no font has is named by its number, as `[U+12A0]`: an empty box would say nothing. */
export function drawable(grapheme: string): string {
  if (fontOf(grapheme)) return grapheme
  return [...grapheme].map((character) => (fontOf(character) ? character : `[${numberOf(character)}]`)).join('')
}

const numberOf = (character: string) =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`

/** Text, cut where another font goes on. A renderer left to itself mixes the marks and widths of several fonts. */
export function runsOf(text: string): { family: string; text: string }[] {
  const runs: { family: string; text: string }[] = []
  for (const grapheme of graphemesOf(text)) {
    const { family } = fontOf(grapheme) ?? regular
    const last = runs.at(-1)
    if (last?.family === family) last.text += grapheme
    else runs.push({ family, text: grapheme })
  }
  return runs
}

/** Those alone that the texts need: the largest has 8 MB. */
export function fontFilesFor(texts: readonly string[]): string[] {
  const families = new Set(texts.flatMap(runsOf).map(({ family }) => family))
  return [boldFile, ...fonts.filter((font) => font === regular || families.has(font.family)).map(({ file }) => file)]
}

/** Which characters a font has: its table `cmap`, in the formats 12 and 4 (OpenType specification). */
function readCoverage(font: Buffer): HasGlyph {
  const tables = Array.from({ length: font.readUInt16BE(4) }, (_, i) => 12 + 16 * i)
  const cmap = tables.find((at) => font.toString('latin1', at, at + 4) === 'cmap')
  if (cmap === undefined) throw new Error('a font without a character map')
  const start = font.readUInt32BE(cmap + 8)
  const maps = Array.from(
    { length: font.readUInt16BE(start + 2) },
    (_, i) => start + font.readUInt32BE(start + 8 + 8 * i),
  )
  const withFormat = (format: number) => maps.find((at) => font.readUInt16BE(at) === format)
  const [all, basic] = [withFormat(12), withFormat(4)]
  if (all !== undefined) {
    const groups = Array.from({ length: font.readUInt32BE(all + 12) }, (_, i) => all + 16 + 12 * i)
    return (c) => groups.some((at) => c >= font.readUInt32BE(at) && c <= font.readUInt32BE(at + 4))
  }
  if (basic === undefined) throw new Error('a font with an unknown character map')
  const size = font.readUInt16BE(basic + 6)
  const segments = Array.from({ length: size / 2 }, (_, i) => basic + 14 + 2 * i)
  return (c) => {
    const end = c > 0xffff ? undefined : segments.find((at) => c <= font.readUInt16BE(at))
    if (end === undefined) return false
    const [first, delta, offsetAt] = [end + size + 2, end + 2 * size + 2, end + 3 * size + 2]
    if (c < font.readUInt16BE(first)) return false
    const offset = font.readUInt16BE(offsetAt)
    const glyph =
      offset === 0
        ? c + font.readUInt16BE(delta)
        : font.readUInt16BE(offsetAt + offset + 2 * (c - font.readUInt16BE(first)))
    return (glyph & 0xffff) !== 0
  }
}
