/** Photos an hour, stacked by class; what was unknown lies on top, hatched. */
import { useColourOf } from '../classes/known-classes.js'
import { count } from '../look/figures.js'
import type { Hour } from './hours.js'
import classes from './wall.module.css'

interface HoursChartProps {
  hours: readonly Hour[]
  /** From the ground up. */
  classLabels: readonly string[]
}

const width = 1000
const height = 300
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' })

export function HoursChart({ hours, classLabels }: HoursChartProps) {
  const colourOf = useColourOf()
  const most = roundUp(Math.max(...hours.map(({ knownInAll, review }) => knownInAll + review), 4))
  const step = width / hours.length
  const y = (photos: number) => height - (photos / most) * height
  const isEmpty = hours.every(({ knownInAll, review }) => knownInAll + review === 0)
  const total = hours.reduce((sum, { knownInAll }) => sum + knownInAll, 0)
  return (
    <figure className={classes.chart}>
      <figcaption className={classes.caption}>
        Photos an hour
        <ul className={classes.legend}>
          {classLabels.map((name) => (
            <li key={name}>
              <span style={{ background: colourOf(name) }} aria-hidden /> {name}
            </li>
          ))}
          <li>
            <span className={classes.hatched} aria-hidden /> unknown
          </li>
        </ul>
      </figcaption>
      <div className={classes.plot}>
        <svg
          viewBox={`0 0 ${width} ${height}`}
          preserveAspectRatio="none"
          role="img"
          aria-label={`${count(total)} photos named in the last ${hours.length} hours, at most ${count(most)} an hour.`}
        >
          <defs>
            <pattern id="unknown" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
              <rect width="4" height="8" className={classes.stripe} />
            </pattern>
          </defs>
          {[0.5, 1].map((share) => (
            <line key={share} x1={0} x2={width} y1={y(most * share)} y2={y(most * share)} className={classes.rule} />
          ))}
          {hours.map((hour, i) => (
            <g key={hour.at.getTime()}>
              {stackOf(hour, classLabels).map(({ name, from, to }) => (
                <rect
                  key={name ?? 'unknown'}
                  x={i * step + step * 0.12}
                  width={step * 0.76}
                  y={y(to)}
                  height={y(from) - y(to)}
                  fill={name === undefined ? 'url(#unknown)' : colourOf(name)}
                />
              ))}
            </g>
          ))}
        </svg>
        {isEmpty && <p className={classes.nothing}>No photo came in the last {hours.length} hours.</p>}
        <span className={classes.most}>{count(most)}</span>
        <span className={classes.half}>{count(most / 2)}</span>
      </div>
      <div className={classes.axis} aria-hidden>
        {hours.map(({ at }, i) => (
          <span key={at.getTime()}>{i % 4 === 3 ? clock.format(at) : ''}</span>
        ))}
      </div>
    </figure>
  )
}

/** From the ground up. `name` undefined: unknown. */
function stackOf({ known, review }: Hour, classLabels: readonly string[]) {
  let from = 0
  const layer = (name: string | undefined, photos: number) => {
    const own = { name, from, to: from + photos }
    from = own.to
    return own
  }
  return [...classLabels.map((name) => layer(name, known.get(name) ?? 0)), layer(undefined, review)].filter(
    ({ from: low, to }) => to > low,
  )
}

/** 1, 2, 4, 6, 10 and their tens: even, so that half of it is a whole number. */
function roundUp(photos: number): number {
  const ten = 10 ** Math.floor(Math.log10(photos))
  return [1, 2, 4, 6, 10].map((factor) => factor * ten).find((round) => round >= photos) ?? 10 * ten
}
