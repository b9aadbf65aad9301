/** All runs, newest first, and which of them is on: as it is said of them. */
import { useQuery } from 'urql'
import { type RunRowFragment, RunOnDocument, RunsListDocument } from '../generated/graphql.js'
import { type Pages, usePages } from '../talk/pages.js'
import { useRunNews } from './use-run-news.js'

/** With the figures of each: a screen full at a time. */
const pageSize = 20

export interface Runs {
  readonly runs: Pages<RunRowFragment>
  /** Name of the run that is on. */
  readonly running: string | undefined
}

export function useRuns(): Runs {
  const runs = usePages(RunsListDocument, {}, ({ trainingRuns }) => trainingRuns, pageSize)
  const [{ data }, ask] = useQuery({ query: RunOnDocument })
  const look = () => {
    runs.again()
    ask({ requestPolicy: 'network-only' })
  }
  useRunNews((run) => {
    if (!runs.rows.some(({ id }) => id === run.id)) return look()
    ask({ requestPolicy: 'network-only' })
    runs.change((rows) => rows.map((row) => changed(row, run)))
  }, look)
  return { runs, running: data?.runningTraining?.name }
}

function changed(row: RunRowFragment, told: RunRowFragment): RunRowFragment {
  if (row.id === told.id) return { ...row, ...told }
  // One serves at a time.
  return told.isActive ? { ...row, isActive: false } : row
}
