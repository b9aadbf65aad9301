import type { TrainingStatus } from '../generated/graphql.js'
import classes from './training.module.css'
import { statuses } from '../runs/words.js'

/** A dot and a word. */
export const Status = ({ status }: { status: TrainingStatus }) => (
  <span style={{ whiteSpace: 'nowrap' }}>
    <span className={classes.dot} style={{ background: statuses[status].colour }} aria-hidden />
    {statuses[status].said}
  </span>
)
