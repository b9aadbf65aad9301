import type { Split } from '../generated/graphql.js'
import classes from './class-table.module.css'

interface SplitBarProps {
  counts: readonly { split: Split; photos: number }[]
  /** Photos of the longest bar. */
  most: number
}

/** For eyes alone: the figures stand beside it. */
export const SplitBar = ({ counts, most }: SplitBarProps) => (
  <span className={classes.track}>
    {counts.map(({ split, photos }) => (
      <span key={split} className={classes[split]} style={{ width: `${(photos / most) * 100}%` }} />
    ))}
  </span>
)

export const SplitMark = ({ split }: { split: Split }) => (
  <span className={`${classes.mark} ${classes[split]}`} aria-hidden />
)
