import classes from './class-dot.module.css'
import { useColourOf } from './known-classes.js'

/** Stands before a class's name. */
export const ClassDot = ({ of }: { of: string }) => (
  <span className={classes.dot} style={{ background: useColourOf()(of) }} aria-hidden />
)
