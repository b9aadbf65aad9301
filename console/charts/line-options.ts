/** How uPlot draws our lines: its colours are the page's, looked up whenever it draws. */
import type uPlot from 'uplot'
import { type Layout, marksOf } from './sections.js'

export interface LineLook {
  /** Whose it is. */
  readonly of: string
  readonly name: string
  /** A custom property of the page: `--line-training`. */
  readonly colour: string
  readonly isDashed?: boolean
  /** Behind the others, dimmed. */
  readonly isBehind?: boolean
}

export interface Line extends LineLook {
  /** By section; null where a step has none. */
  readonly values: Readonly<Record<string, readonly (number | null)[]>>
  /** Of which step the legend tells; left out: of the last. */
  readonly told?: { readonly section: string; readonly step: number } | undefined
}

/** @param apart of the marks of the y axis: so many digits as tell them apart. Left out: as a figure is read */
export type Say = (value: number, apart?: number) => string

interface Latest {
  readonly layout: Layout
  readonly say: Say
  /** Of the y axis, where it has ends. */
  readonly ends?: { readonly least?: number; readonly most?: number }
}

const font = '12px system-ui, sans-serif'
const colourOf = (plot: uPlot, property: string) => getComputedStyle(plot.root).getPropertyValue(property)

/** @param latest what is shown changes, the plot stays @param pointed index into the places, null: the pointer is elsewhere */
export function lineOptions(
  looks: readonly LineLook[],
  latest: { readonly current: Latest },
  pointed: (place: number | null) => void,
): Omit<uPlot.Options, 'width' | 'height'> {
  return {
    legend: { show: false },
    padding: [22, 8, 0, 0],
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 8 }, sync: { key: 'steps' } },
    scales: {
      x: { time: false, range: () => [0, Math.max(latest.current.layout.width, 1)] },
      y: { range: (_plot, least, most) => rangeOf(least, most, latest.current.ends) },
    },
    series: [
      {},
      ...looks.map(({ of, name, colour, isDashed, isBehind }) => ({
        label: `${of}, ${name}`,
        stroke: (plot: uPlot) => colourOf(plot, colour),
        width: isBehind ? 1.5 : 2,
        alpha: isBehind ? 0.4 : 1,
        dash: isDashed ? [5, 4] : [],
        points: { size: isBehind ? 4 : 6, filter: alone },
      })),
    ],
    axes: [
      {
        stroke: (plot) => colourOf(plot, '--line-axis'),
        font,
        size: 26,
        gap: 6,
        grid: { show: false },
        ticks: { show: false },
        splits: (plot) => marksNow(plot, latest.current).map(({ place }) => place),
        values: (plot) => marksNow(plot, latest.current).map(({ said }) => said),
      },
      {
        stroke: (plot) => colourOf(plot, '--line-axis'),
        font,
        size: 48,
        gap: 6,
        grid: { stroke: (plot) => colourOf(plot, '--line-grid'), width: 1 },
        ticks: { show: false },
        values: (_plot, splits) =>
          splits.map((value) => latest.current.say(value, (splits[1] ?? 1) - (splits[0] ?? 0))),
      },
    ],
    hooks: {
      drawClear: [(plot) => drawSections(plot, latest.current.layout)],
      setCursor: [(plot) => pointed(plot.cursor.idx ?? null)],
    },
  }
}

/** A step without neighbours is a point, where the others are ends of lines. */
function alone(plot: uPlot, line: number): number[] {
  const values = plot.data[line] as (number | null)[]
  return values.flatMap((value, i) =>
    value !== null && (values[i - 1] ?? null) === null && (values[i + 1] ?? null) === null ? [i] : [],
  )
}

/** A written step needs about so many pixels. */
const markPx = 34
const marksNow = (plot: uPlot, { layout }: Latest) => marksOf(layout, plot.width / markPx)

function rangeOf(least: number | null, most: number | null, ends: Latest['ends'] = {}): uPlot.Range.MinMax {
  if (least === null || most === null) return [ends.least ?? 0, ends.most ?? 1]
  const air = (most - least || Math.abs(most) || 1) * 0.08
  // A line at the very end keeps its whole stroke.
  const stroke = air / 8
  return [
    Math.max((ends.least ?? -Infinity) - stroke, least - air),
    Math.min((ends.most ?? Infinity) + stroke, most + air),
  ]
}

/** A line where one section ends and the next begins, and the name of each. */
function drawSections(plot: uPlot, { sections }: Layout): void {
  const { ctx, bbox } = plot
  const scale = devicePixelRatio
  ctx.save()
  ctx.font = `${12 * scale}px system-ui, sans-serif`
  ctx.textAlign = 'left'
  ctx.textBaseline = 'alphabetic'
  sections.forEach(({ name, from, width, marked }, i) => {
    const left = plot.valToPos(from, 'x', true)
    const right = plot.valToPos(from + width, 'x', true)
    if (i % 2 === 1) {
      ctx.fillStyle = colourOf(plot, '--line-section')
      ctx.fillRect(left, bbox.top, right - left, bbox.height)
    }
    ctx.fillStyle = colourOf(plot, '--line-axis')
    const begin = Math.min(left + (i > 0 ? 4 * scale : 0), right - ctx.measureText(name).width)
    ctx.fillText(name, begin, bbox.top - 7 * scale)
    if (marked !== undefined) drawMarked(plot, marked)
    if (i === 0) return
    ctx.strokeStyle = colourOf(plot, '--line-boundary')
    ctx.lineWidth = scale
    ctx.beginPath()
    ctx.moveTo(left, bbox.top - 18 * scale)
    ctx.lineTo(left, bbox.top + bbox.height)
    ctx.stroke()
  })
  ctx.restore()
}

/** A line through the step that stands out, with a wedge on the axis. */
function drawMarked(plot: uPlot, place: number): void {
  const { ctx, bbox } = plot
  const scale = devicePixelRatio
  const at = plot.valToPos(place, 'x', true)
  const bottom = bbox.top + bbox.height
  ctx.save()
  ctx.strokeStyle = ctx.fillStyle = colourOf(plot, '--line-axis')
  ctx.lineWidth = scale
  ctx.setLineDash([2 * scale, 3 * scale])
  ctx.beginPath()
  ctx.moveTo(at, bbox.top)
  ctx.lineTo(at, bottom)
  ctx.stroke()
  ctx.beginPath()
  ctx.moveTo(at - 5 * scale, bottom)
  ctx.lineTo(at + 5 * scale, bottom)
  ctx.lineTo(at, bottom - 7 * scale)
  ctx.fill()
  ctx.restore()
}
