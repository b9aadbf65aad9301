/** The share of photos that the model did not know, hour by hour: when it rises, there is something new to learn. */
import { percent } from '../look/figures.js'
import { type Hour, shareUnknown } from './hours.js'
import classes from './wall.module.css'

const width = 1000
const height = 100

export function ShareChart({ hours }: { hours: readonly Hour[] }) {
  const step = width / hours.length
  const shares = hours.map((hour) => shareUnknown([hour]))
  const all = shareUnknown(hours)
  const most = Math.max(0.1, ...shares.map((share) => share ?? 0))
  const points = shares.flatMap((share, i) =>
    share === undefined ? [] : [{ x: (i + 0.5) * step, y: height - (share / most) * (height - 8) }],
  )
  return (
    <figure className={classes.chart}>
      <figcaption className={classes.caption}>Share unknown</figcaption>
      <div className={`${classes.plot} ${classes.low}`}>
        <svg
          viewBox={`0 0 ${width} ${height}`}
          preserveAspectRatio="none"
          role="img"
          aria-label={
            all === undefined
              ? `No photos in the last ${hours.length} hours.`
              : `${percent(all)} of the photos of the last ${hours.length} hours were unknown; at most ${percent(most)} in an hour.`
          }
        >
          <line x1={0} x2={width} y1={height} y2={height} className={classes.rule} />
          <polyline points={points.map(({ x, y }) => `${x},${y}`).join(' ')} className={classes.share} />
          {points.map(({ x, y }) => (
            <line key={x} x1={x} x2={x} y1={y} y2={y} className={classes.dot} />
          ))}
        </svg>
        <span className={classes.most}>{percent(most, 0)}</span>
      </div>
    </figure>
  )
}
