import type { LaneRow } from './lanes.js'
import classes from './tree.module.css'

/** Pixels. */
const step = 14
const height = 52
const middle = height / 2
const x = (lane: number) => lane * step + step / 2

/** The lines of one row, and its dot: filled where the version is the active one. */
export function Lanes({ row, width, isActive }: { row: LaneRow | undefined; width: number; isActive: boolean }) {
  if (!row) return null
  return (
    <svg width={width * step} height={height} className={classes.lanes} aria-hidden>
      {row.links.map(({ from, to, part }) => (
        <path key={`${part} ${from}`} d={pathOf(x(from), x(to), part)} />
      ))}
      <circle cx={x(row.lane)} cy={middle} r={4.5} data-active={isActive || undefined} />
    </svg>
  )
}

function pathOf(from: number, to: number, part: 'above' | 'below' | 'past'): string {
  if (part === 'past') return `M${from} 0V${height}`
  if (part === 'below') return `M${from} ${middle}V${height}`
  return from === to ? `M${from} 0V${middle}` : `M${from} 0C${from} ${middle} ${to} 4 ${to} ${middle}`
}
