/** A difference with its 95 % interval, beside zero: better lies on the right. */
import classes from './evaluation.module.css'

interface IntervalProps {
  delta: number
  low: number
  high: number
  /** Of the scale, on either side of zero. */
  most: number
  /** Less is better: the other way round. */
  isTurned: boolean
}

const width = 92
const height = 18

export function Interval({ delta, low, high, most, isTurned }: IntervalProps) {
  const x = (value: number) => ((isTurned ? -value : value) / most / 2 + 0.5) * (width - 8) + 4
  return (
    <svg className={classes.interval} width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-hidden>
      <line x1={x(0)} x2={x(0)} y1={0} y2={height} className={classes.zero} />
      <line x1={x(low)} x2={x(high)} y1={height / 2} y2={height / 2} className={classes.whisker} />
      <circle cx={x(delta)} cy={height / 2} r={4} className={classes.point} />
    </svg>
  )
}
