import type { ReactNode } from 'react'
import classes from './wall.module.css'

/** A number that is read from afar. */
export const Figure = ({ name, value, more }: { name: string; value: ReactNode; more?: ReactNode }) => (
  <div className={classes.figure}>
    <dt>{name}</dt>
    <dd>
      <span className={classes.number}>{value}</span>
      {more && <span className={classes.more}>{more}</span>}
    </dd>
  </div>
)
