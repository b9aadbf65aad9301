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

const regular: Font = {
  family: 'DejaVu Sans',
  file: beside(resolve('dejavu-fonts-ttf/package.json'), 'ttf/DejaVuSans.ttf'),
}
export const regularFamily = regular.family
const boldFile = beside(resolve('dejavu-fonts-ttf/package.json'), 'ttf/DejaVuSans-Bold.ttf')
const emoji = {
  family: 'Noto Emoji',
  file: beside(resolve('@expo-google-fonts/noto-emoji'), '400Regular/NotoEmoji_400Regular.ttf'),
}
/** The first one that has a character draws it. */
const fonts: readonly Font[] = [
  regular,
  emoji,
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

const known = new Map<string, Glyphs>()
function glyphsOf(file: string): Glyphs {
  const found = known.get(file) ?? readGlyphs(readFileSync(file))
  known.set(file, found)
  return found
}

const codeOf = (character: string) => character.codePointAt(0) ?? 0
const hasGlyph = (file: string, character: string) =>
  needsNoGlyph.test(character) || glyphsOf(file).glyphOf(codeOf(character)) !== 0

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

export interface Run {
  readonly family: string
  readonly text: string
  /** As parts of the font's size. Letters that join may take less. */
  readonly width: number
}

/** Text, cut where another font goes on: a renderer mixes up marks and widths where it has to change fonts itself. */
export function runsOf(text: string, bold = false): Run[] {
  const runs: { font: Font; graphemes: string[] }[] = []
  for (const grapheme of graphemesOf(text)) {
    const last = runs.at(-1)
    // The space of the emoji font is as wide as an emoji.
    const goesOn = last && last.font !== emoji && needsNoGlyph.test(grapheme)
    const font = goesOn ? last.font : (fontOf(grapheme) ?? regular)
    if (last?.font === font) last.graphemes.push(grapheme)
    else runs.push({ font, graphemes: [grapheme] })
  }
  return runs.map(({ font, graphemes }) => {
    const file = bold && font === regular ? boldFile : font.file
    const width = graphemes.reduce((sum, grapheme) => sum + widthOf(grapheme, file, font === emoji), 0)
    return { family: font.family, text: graphemes.join(''), width }
  })
}

/** Several emoji that are joined are drawn as one. */
function widthOf(grapheme: string, file: string, isEmoji: boolean): number {
  const { glyphOf, widthOf: width } = glyphsOf(file)
  const widths = [...grapheme].map((character) => width(glyphOf(codeOf(character))))
  return isEmoji ? Math.max(...widths) : widths.reduce((sum, one) => sum + one, 0)
}

/** Those alone that the texts need: the largest has 8 MB. */
export function fontFilesFor(texts: readonly string[]): string[] {
  const families = new Set(texts.flatMap((text) => runsOf(text)).map(({ family }) => family))
  return [boldFile, ...fonts.filter((font) => font === regular || families.has(font.family)).map(({ file }) => file)]
}

interface Glyphs {
  /** 0: it has none. */
  readonly glyphOf: (codePoint: number) => number
  readonly widthOf: (glyph: number) => number
}

/** Its tables `cmap`, in the formats 12 and 4, and `hmtx` (OpenType specification). */
function readGlyphs(font: Buffer): Glyphs {
  const tables = Array.from({ length: font.readUInt16BE(4) }, (_, i) => 12 + 16 * i)
  const table = (name: string) => {
    const found = tables.find((at) => font.toString('latin1', at, at + 4) === name)
    if (found === undefined) throw new Error(`a font without the table ${name}`)
    return font.readUInt32BE(found + 8)
  }
  const [metrics, unit, widths] = [
    table('hmtx'),
    font.readUInt16BE(table('head') + 18),
    font.readUInt16BE(table('hhea') + 34),
  ]
  const cmap = table('cmap')
  const maps = Array.from({ length: font.readUInt16BE(cmap + 2) }, (_, i) => cmap + font.readUInt32BE(cmap + 8 + 8 * i))
  const withFormat = (format: number) => maps.find((at) => font.readUInt16BE(at) === format)
  const [all, basic] = [withFormat(12), withFormat(4)]
  return {
    glyphOf: all !== undefined ? inGroups(font, all) : inSegments(font, basic ?? cmap),
    widthOf: (glyph) => font.readUInt16BE(metrics + 4 * Math.min(glyph, widths - 1)) / unit,
  }
}

function inGroups(font: Buffer, map: number): Glyphs['glyphOf'] {
  const groups = Array.from({ length: font.readUInt32BE(map + 12) }, (_, i) => map + 16 + 12 * i)
  return (c) => {
    const at = groups.find((group) => c >= font.readUInt32BE(group) && c <= font.readUInt32BE(group + 4))
    return at === undefined ? 0 : font.readUInt32BE(at + 8) + c - font.readUInt32BE(at)
  }
}

function inSegments(font: Buffer, map: number): Glyphs['glyphOf'] {
  const size = font.readUInt16BE(map + 6)
  const segments = Array.from({ length: size / 2 }, (_, i) => map + 14 + 2 * i)
  return (c) => {
    const end = c > 0xffff ? undefined : segments.find((at) => c <= font.readUInt16BE(at))
    if (end === undefined) return 0
    const [first, delta, offsetAt] = [
      font.readUInt16BE(end + size + 2),
      font.readUInt16BE(end + 2 * size + 2),
      end + 3 * size + 2,
    ]
    if (c < first) return 0
    const offset = font.readUInt16BE(offsetAt)
    return (offset === 0 ? c + delta : font.readUInt16BE(offsetAt + offset + 2 * (c - first))) & 0xffff
  }
}
