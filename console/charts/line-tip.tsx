/** What the lines are at the step below the pointer. */
import type uPlot from 'uplot'
import type { Line, Say } from './line-options.js'
import classes from './line-chart.module.css'
import { Stroke } from './stroke.js'
import { type Layout, stepAt, valuesAt } from './sections.js'

interface LineTipProps {
  plot: uPlot | undefined
  layout: Layout
  /** Index into the places. */
  pointed: number | null
  lines: readonly Line[]
  say: Say
  step: string
}

export function LineTip({ plot, layout, pointed, lines, say, step }: LineTipProps) {
  if (!plot || pointed === null) return null
  const at = stepAt(layout, pointed)
  const place = layout.places[pointed]
  const rows = lines
    .toReversed()
    .map((line) => ({ ...line, value: valuesAt(layout, line.values)[pointed] ?? null }))
    .filter(({ value }) => value !== null)
  if (!at || place === undefined || rows.length === 0) return null
  const left = plot.valToPos(place, 'x') + plot.bbox.left / devicePixelRatio
  const isRight = left > plot.width / 2
  return (
    <div
      className={classes.tip}
      style={isRight ? { right: plot.width - left + 12 } : { left: left + 12 }}
      aria-hidden
      data-tip
    >
      <strong>
        {at.name}, {step} {at.step}
      </strong>
      {rows.map(({ of, name, value, colour, isDashed, isBehind }) => (
        <span key={`${of} ${name}`} className={classes.row}>
          <Stroke colour={colour} isDashed={isDashed} isBehind={isBehind} />
          <span>
            {of}, {name}
          </span>
          <span className="figures">{value === null ? '–' : say(value)}</span>
        </span>
      ))}
    </div>
  )
}
