/** `confusion_matrix.png`: drawn as SVG, rendered with fonts that a package brings, so that it looks the same everywhere. */
import { drawable, graphemesOf, type Run, runsOf } from './fonts.js'
import type { Metrics } from './metrics.js'
import { renderPng } from './render-png.js'

const ink = '#1f2933'
const quiet = '#66727f'
const line = '#e4e8ec'
/** In narrow characters. */
const longestLabel = 28
const margin = 28

/** White to full colour by a row's share: what was named rightly in blue, what was taken for something else in orange. */
const hues = { right: ['#f7fafd', '#08519c'], wrong: ['#ffffff', '#c2410c'] } as const

/**
 * Rows are the truth, columns the prediction; numbers are photos, colours the share of the row. Beside the rows the
 * recall, below the columns the precision. Light background, twice the pixels for sharp text.
 */
export async function confusionPng(metrics: Metrics, title = 'Confusion matrix'): Promise<Uint8Array> {
  const names = metrics.confusionMatrix.classLabels.map(shorten)
  const heading = graphemesOf(title).map(drawable).join('')
  const isWhole = [title, ...metrics.confusionMatrix.classLabels].every((text) => graphemesOf(text).every(isDrawable))
  return renderPng(confusionSvg(metrics, heading, names, isWhole ? '' : noteOnNumbers), [heading, ...names])
}

const isDrawable = (grapheme: string) => drawable(grapheme) === grapheme
const noteOnNumbers = '[U+…] stands for a character that no font of this picture has.'

function confusionSvg(metrics: Metrics, title: string, names: readonly string[], note: string): string {
  const { counts } = metrics.confusionMatrix
  const classes = names.length
  // Many classes make small cells; few must not make a poster.
  const cell = Math.round(Math.max(24, Math.min(72, 760 / classes)))
  const size = Math.max(9, Math.min(14, cell * 0.32))
  const nameWidth = widthOf(names, { size })
  const slanted = nameWidth > cell - 8
  const left = margin + 26 + Math.max(nameWidth, 62) + 12
  const top = margin + 62 + 22 + (slanted ? nameWidth * slope + size * slope : size) + 12
  const side = cell * classes
  const figures = Math.max(54, size * 4.4)
  const overhang = slanted ? nameWidth * slope : 0
  const summary = [
    `${metrics.testImages} test photos`,
    `accuracy ${percent(metrics.accuracy)}`,
    `macro F1 ${metrics.macroF1 === null ? '–' : metrics.macroF1.toFixed(3)}`,
  ].join('  ·  ')
  const below = top + side + 14
  const legendWidth = widthOf(Object.values(legendTexts), legendStyle)
  const width = Math.max(
    left + side + Math.max(figures + 12, overhang) + margin,
    margin * 2 + widthOf([title], titleStyle),
    margin * 2 + widthOf([summary, note], summaryStyle),
    left + 2 * legendWidth + legendGap + margin,
  )
  const height = below + size + 52 + margin + (note ? 20 : 0)

  const rows = counts.flatMap((row, t) => {
    const total = metrics.perClass[t]?.support ?? 0
    return row.map((count, p) => square(left + p * cell, top + t * cell, cell, count, total, t === p))
  })
  const truthNames = names.map((name, t) =>
    text(left - 12, top + (t + 0.5) * cell, name, { size, anchor: 'end', middle: true }),
  )
  const columnNames = names.map((name, p) => {
    const [x, y] = [left + (p + 0.5) * cell, top - 12]
    if (!slanted) return text(x, y, name, { size, anchor: 'middle' })
    return `<g transform="translate(${x + size * 0.3} ${y}) rotate(-45)">${text(0, 0, name, { size })}</g>`
  })
  const recalls = metrics.perClass.map((c, t) =>
    text(left + side + 12, top + (t + 0.5) * cell, percent(c.recall), { size, middle: true, colour: quiet }),
  )
  const precisionSize = Math.min(size, cell * 0.3)
  const precisions = metrics.perClass.map((c, p) =>
    text(left + (p + 0.5) * cell, below + size, percent(c.precision, cell < 56), {
      size: precisionSize,
      anchor: 'middle',
      colour: quiet,
    }),
  )
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${Math.ceil(width)}" height="${Math.ceil(height)}">
    ${text(margin, margin + 18, title, titleStyle)}
    ${text(margin, margin + 42, summary, summaryStyle)}
    ${text(left + side / 2, margin + 76, 'predicted', { size: 12, anchor: 'middle', colour: quiet, bold: true })}
    <g transform="translate(${margin + 12} ${top + side / 2}) rotate(-90)">
      ${text(0, 0, 'truth', { size: 12, anchor: 'middle', colour: quiet, bold: true })}
    </g>
    ${columnNames.join('')}
    ${truthNames.join('')}
    ${rows.join('')}
    <rect x="${left}" y="${top}" width="${side}" height="${side}" fill="none" stroke="${quiet}" stroke-width="1"/>
    ${recalls.join('')}
    ${text(left + side + 12, below + size, 'recall ↑', { size: Math.min(12, size), colour: quiet, bold: true })}
    ${precisions.join('')}
    ${text(left - 12, below + size, 'precision →', { size: Math.min(12, size), anchor: 'end', colour: quiet, bold: true })}
    ${legend(left, below + size + 24, legendWidth)}
    ${note && text(margin, height - margin, note, summaryStyle)}
  </svg>`
}

function square(x: number, y: number, cell: number, count: number, total: number, right: boolean): string {
  const share = total === 0 ? 0 : count / total
  const fill = count === 0 ? '#ffffff' : colourOf(share, right)
  const digits = String(count).length
  const size = Math.min(cell * 0.36, 17, (cell * 1.25) / digits)
  const [middleX, middleY] = [x + cell / 2, y + cell / 2]
  // Most of a large matrix: a circle is drawn in a tenth of the time of a text.
  const dot = `<circle cx="${middleX}" cy="${middleY}" r="${size * 0.07}" fill="#b6bfc8"/>`
  const style = { size, anchor: 'middle', middle: true, bold: right, colour: isDark(fill) ? '#ffffff' : ink } as const
  const label = count === 0 ? dot : text(middleX, middleY, String(count), style)
  return `<rect x="${x}" y="${y}" width="${cell}" height="${cell}" fill="${fill}" stroke="${line}" stroke-width="1"/>${label}`
}

function legend(x: number, y: number, textWidth: number): string {
  const bar = (at: number, name: string, right: boolean) => {
    const steps = Array.from({ length: 24 }, (_, i) => {
      const share = (i + 0.5) / 24
      const fill = colourOf(share, right)
      return `<rect x="${at + i * 4}" y="${y}" width="4.5" height="10" fill="${fill}"/>`
    })
    return `${steps.join('')}<rect x="${at}" y="${y}" width="96.5" height="10" fill="none" stroke="${line}"/>
      ${text(at, y + 24, name, legendStyle)}`
  }
  return bar(x, legendTexts.right, true) + bar(x + textWidth + legendGap, legendTexts.wrong, false)
}

const legendTexts = { right: 'right, 0–100 % of the row', wrong: 'wrong, 0–100 % of the row' } as const
const legendGap = 28
const titleStyle = { size: 20, bold: true } as const
const summaryStyle = { size: 13, colour: quiet } as const
const legendStyle = { size: 10, colour: quiet } as const

interface TextStyle {
  size: number
  anchor?: 'start' | 'middle' | 'end'
  /** `y` is the middle of the text, not its baseline. */
  middle?: boolean
  bold?: boolean
  colour?: string
}

const partBefore = { start: 0, middle: 0.5, end: 1 } as const

/** One alone is placed by the renderer, which knows its width best. */
function text(x: number, y: number, content: string, style: TextStyle): string {
  const { size, anchor = 'start', bold, colour = ink } = style
  const runs = runsOf(content, bold)
  const isAlone = runs.length === 1
  let at = isAlone ? x : x - size * widthOfRuns(runs) * partBefore[anchor]
  return runs
    .map((run) => {
      const left = at
      at += size * run.width
      return `<text x="${left}" y="${style.middle ? y + size * 0.36 : y}" font-size="${size}" font-family="${run.family}"
        text-anchor="${isAlone ? anchor : 'start'}" font-weight="${bold ? 'bold' : 'normal'}" fill="${colour}">${escape(run.text)}</text>`
    })
    .join('')
}

/** Pixels of the widest. */
const widthOf = (texts: readonly string[], { size, bold }: TextStyle) =>
  Math.max(...texts.map((content) => size * widthOfRuns(runsOf(content, bold))))
const widthOfRuns = (runs: readonly Run[]) => runs.reduce((sum, { width }) => sum + width, 0)

const slope = Math.SQRT1_2

const wide = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\p{Emoji_Presentation}]/u

/** In the middle: names that differ at their end stay apart. */
function shorten(label: string): string {
  const shown = graphemesOf(label).map(drawable)
  const cells = shown.map((one) => (one.startsWith('[U+') ? one.length : wide.test(one) ? 2 : 1))
  if (cells.reduce((sum, cell) => sum + cell, 0) <= longestLabel) return shown.join('')
  let [first, last, room] = [0, shown.length, longestLabel - 1]
  for (;;) {
    const isHead = first <= shown.length - last
    const cell = cells[isHead ? first : last - 1] ?? 1
    if (cell > room) break
    room -= cell
    if (isHead) first++
    else last--
  }
  return `${shown.slice(0, first).join('')}…${shown.slice(last).join('')}`
}

/** Control characters have no place in XML, escaped or not. */
const escape = (content: string) =>
  content
    .replace(/[\p{Cc}\p{Cs}\uFFFE\uFFFF]/gu, ' ')
    .replace(/[<>&"']/g, (character) => `&#${character.codePointAt(0)};`)

const percent = (share: number | null, terse = false) =>
  share === null ? '–' : terse ? String(Math.round(100 * share)) : `${(100 * share).toFixed(1)} %`

/** A single wrong photo among a hundred must be seen at all: the square root lifts small shares of the wrong ones. */
function colourOf(share: number, right: boolean): string {
  const [pale, full] = right ? hues.right : hues.wrong
  return mix(pale, full, right ? share : 0.08 + 0.92 * Math.sqrt(share))
}

const channels = (colour: string) => [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16))

function mix(from: string, to: string, share: number): string {
  const target = channels(to)
  const mixed = channels(from).map((value, i) => Math.round(value + ((target[i] ?? value) - value) * share))
  return `#${mixed.map((value) => value.toString(16).padStart(2, '0')).join('')}`
}

function isDark(colour: string): boolean {
  const [red = 0, green = 0, blue = 0] = channels(colour)
  return 0.299 * red + 0.587 * green + 0.114 * blue < 140
}
