/** Lines that grow while one looks on. What it shows is said in its label, and stands in full wherever the figures are listed. */
import 'uplot/dist/uPlot.min.css'
import { Text, useComputedColorScheme } from '@mantine/core'
import { useElementSize, useMergedRef } from '@mantine/hooks'
import { useEffect, useMemo, useRef, useState } from 'react'
import uPlot from 'uplot'
import { type Line, type LineLook, lineOptions, type Say } from './line-options.js'
import { LineTip } from './line-tip.js'
import classes from './line-chart.module.css'
import { layOut, type Marked, type Section, valuesAt } from './sections.js'
import { Stroke } from './stroke.js'

interface LineChartProps {
  title: string
  /** What its numbers are, with their unit. */
  unit: string
  /** A step of the x axis: `epoch`. */
  step: string
  /** What it shows now, as a sentence. */
  label: string
  sections: readonly Section[]
  /** By section, a step that stands out: from 1. */
  marked?: { readonly as: string; readonly steps: Marked }
  /** Those behind come first. */
  lines: readonly Line[]
  say: Say
  /** Of the y axis, where it has ends. */
  ends?: { least?: number; most?: number }
}

const height = 260

export function LineChart({ title, unit, step, label, sections, marked, lines, say, ends }: LineChartProps) {
  const { ref: measured, width } = useElementSize()
  const place = useRef<HTMLDivElement>(null)
  const placed = useMergedRef(place, measured)
  const scheme = useComputedColorScheme()
  const [pointed, setPointed] = useState<number | null>(null)
  const plot = useRef<uPlot>(undefined)
  const said = JSON.stringify([sections, lines, marked?.steps ?? {}])
  // The same for as long as it says the same.
  const [layout, shown] = useMemo(() => {
    const [all, each, steps] = JSON.parse(said) as [Section[], Line[], Marked]
    return [layOut(all, steps), each]
  }, [said])
  const latest = useRef({ layout, say, ends })
  latest.current = { layout, say, ends }
  const looks = JSON.stringify(
    lines.map(({ of, name, colour, isDashed, isBehind }) => ({ of, name, colour, isDashed, isBehind })),
  )

  useEffect(() => {
    const target = place.current
    if (!target) return
    const options = { ...lineOptions(JSON.parse(looks) as LineLook[], latest, setPointed), width: 320, height }
    const made = new uPlot(options, undefined, target)
    plot.current = made
    return () => made.destroy()
  }, [looks])
  useEffect(() => {
    if (width > 0) plot.current?.setSize({ width, height })
  }, [width, looks])
  useEffect(() => {
    plot.current?.setData([[...layout.places], ...shown.map(({ values }) => valuesAt(layout, values))])
  }, [layout, shown, looks])
  useEffect(() => plot.current?.redraw(), [scheme])

  return (
    <figure className={classes.chart}>
      <figcaption>
        <Text fw={600} component="span">
          {title}
        </Text>{' '}
        <Text size="sm" c="dimmed" component="span">
          {unit}
        </Text>
      </figcaption>
      <Legend lines={lines} say={say} />
      <div className={classes.place}>
        <div ref={placed} role="img" aria-label={label} />
        <LineTip plot={plot.current} layout={layout} pointed={pointed} lines={lines} say={say} step={step} />
      </div>
      <Text size="xs" c="dimmed" ta="center" aria-hidden>
        {step} of each stage{marked && Object.values(marked.steps).some(Boolean) && ` · ▲ ${marked.as}`}
      </Text>
    </figure>
  )
}

/** A value of each line, the newest as a rule: a row for each of those that they belong to, what stands in front first. */
function Legend({ lines, say }: { lines: readonly Line[]; say: Say }) {
  const owners = [...new Set(lines.map(({ of }) => of))].toReversed()
  return (
    <ul className={classes.legend}>
      {owners.map((owner) => (
        <li key={owner} data-behind={lines.some(({ of, isBehind }) => of === owner && isBehind) || undefined}>
          <span>{owner}</span>{' '}
          {lines
            .filter(({ of }) => of === owner)
            .map(({ name, colour, isDashed, isBehind, values, told }) => (
              <span key={name}>
                <Stroke colour={colour} isDashed={isDashed} isBehind={isBehind} />
                {name} <strong className="figures">{toldOf(values, told, say)}</strong>
              </span>
            ))}
        </li>
      ))}
    </ul>
  )
}

function toldOf(values: Line['values'], told: Line['told'], say: Say): string {
  const value = told
    ? values[told.section]?.[told.step - 1]
    : Object.values(values)
        .flat()
        .findLast((each) => each !== null)
  return value == null ? '–' : say(value)
}
