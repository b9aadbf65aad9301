/** Figures of a few things beside each other: a name, a bar, a number. Read out as a list. */
import { Text } from '@mantine/core'
import type { ReactNode } from 'react'
import classes from './charts.module.css'

export interface Bar {
  readonly name: string
  /** 0 or more. */
  readonly value: number
  /** As people read it. */
  readonly said: ReactNode
  readonly colour: string
  /** A stroke across the bar: a threshold, or the same figure of another. */
  readonly mark?: number
}

interface BarsProps {
  bars: readonly Bar[]
  label: string
  /** Of the longest possible bar; left out: the largest value. */
  most?: number
}

export function Bars({ bars, label, most = Math.max(...bars.map(({ value }) => value), 1e-9) }: BarsProps) {
  const share = (value: number) => `${Math.min(1, Math.max(0, value / most)) * 100}%`
  return (
    <ul className={classes.bars} aria-label={label}>
      {bars.map(({ name, value, said, colour, mark }) => (
        <li key={name} className={classes.bar}>
          <Text span size="sm" truncate title={name}>
            {name}
          </Text>
          <span className={classes.track} aria-hidden>
            <span className={classes.fill} style={{ width: share(value), background: colour }} />
            {mark !== undefined && <span className={classes.mark} style={{ left: share(mark) }} />}
          </span>
          <Text span size="sm" className="figures" ta="right">
            {said}
          </Text>
        </li>
      ))}
    </ul>
  )
}
