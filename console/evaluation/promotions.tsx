/** Which model is to serve: a trainer says. */
import { Text } from '@mantine/core'
import { useMay } from '../talk/who.js'
import { LetServe } from './let-serve.js'
import type { Runs } from './use-evaluation.js'
import type { Run } from './words.js'

interface PromotionsProps {
  run: Run
  runs: Runs
  /** Name of the run that serves; undefined: none does. */
  serving: string | undefined
}

/** Whoever serves may give way to the one before it. */
export function Promotions({ run, runs, serving }: PromotionsProps) {
  const mayPromote = useMay('TRAINER')
  if (run.status !== 'COMPLETED') return null
  if (!mayPromote) {
    return run.isActive ? null : (
      <Text size="xs" c="dimmed">
        A trainer may promote it.
      </Text>
    )
  }
  const known = runs.find(({ isActive }) => isActive)?.classLabels ?? []
  const lostBy = ({ classLabels }: Pick<Runs[number], 'classLabels'>) =>
    known.filter((own) => !classLabels.includes(own))
  const own = runs.find(({ name }) => name === run.name)
  if (!run.isActive) {
    const lost = own ? lostBy(own) : []
    return <LetServe name={run.name} serving={serving} isBack={run.promotedAt !== null} lost={lost} />
  }
  const before = runs
    .filter(({ isActive, promotedAt }) => !isActive && promotedAt !== null)
    .toSorted((a, b) => Date.parse(b.promotedAt ?? '') - Date.parse(a.promotedAt ?? ''))[0]
  return before ? <LetServe name={before.name} serving={serving} isBack lost={lostBy(before)} quiet /> : null
}
