import classes from './line-chart.module.css'
import type { LineLook } from './line-options.js'

/** A piece of a line, as it is drawn. */
export const Stroke = ({ colour, isDashed, isBehind }: Omit<LineLook, 'of' | 'name'>) => (
  <svg width={22} height={8} aria-hidden className={classes.stroke}>
    <line
      x1={0}
      x2={22}
      y1={4}
      y2={4}
      stroke={`var(${colour})`}
      strokeWidth={isBehind ? 1.5 : 2.5}
      strokeDasharray={isDashed ? '5 3' : undefined}
      opacity={isBehind ? 0.5 : 1}
    />
  </svg>
)
