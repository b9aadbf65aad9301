/** Another run to look at: those that were judged, and the one that is here. */
import { NativeSelect } from '@mantine/core'
import type { Runs } from './use-evaluation.js'
import { statuses } from '../runs/words.js'
import type { Run } from './words.js'

interface RunChoiceProps {
  runs: Runs
  /** The one that is looked at; undefined: not there (yet). */
  run: Run | undefined
  choose: (name: string) => void
}

export function RunChoice({ runs, run, choose }: RunChoiceProps) {
  const judged = runs.filter(({ status }) => status === 'COMPLETED')
  const isAmong = judged.some(({ name }) => name === run?.name)
  if (judged.length === 0) return null
  return (
    <NativeSelect
      aria-label="Run"
      value={run?.name ?? ''}
      onChange={(event) => choose(event.currentTarget.value)}
      data={[
        ...(run ? [] : [{ value: '', label: 'Choose a run', disabled: true }]),
        ...(run && !isAmong ? [{ value: run.name, label: `${run.name} ${statuses[run.status].now}` }] : []),
        ...judged.map(({ name, datasetVersion, isActive }) => ({
          value: name,
          label: `${name} on ${datasetVersion.name}${isActive ? ', serves' : ''}`,
        })),
      ]}
    />
  )
}
