/** The earlier run whose curves stand behind: chosen, or the one that this run is measured by. */
import { useMemo, useState } from 'react'
import { useQuery } from 'urql'
import { RunEpochsDocument, RunNamesDocument } from '../generated/graphql.js'
import type { Curves } from './curve-data.js'
import { together } from '../runs/story.js'
import type { Run } from './use-run.js'

interface Behind {
  readonly behind: Curves | undefined
  /** Empty: none. */
  readonly chosen: string
  /** Newest first, without this one. */
  readonly choices: readonly string[]
  readonly choose: (name: string) => void
}

export function useBehind({ name, comparison, startedFrom }: Run): Behind {
  const [{ data: all }] = useQuery({ query: RunNamesDocument })
  const [wanted, choose] = useState<string>()
  const runs = (all?.trainingRuns.edges ?? []).map(({ node }) => node)
  const choices = runs.map((run) => run.name).filter((other) => other !== name)
  const usual = comparison?.baseline?.name ?? startedFrom?.name ?? runs.find(({ isActive }) => isActive)?.name
  const chosen = wanted ?? (usual !== undefined && usual !== name ? usual : '')
  const [{ data }] = useQuery({ query: RunEpochsDocument, variables: { name: chosen }, pause: chosen === '' })
  const read = data?.trainingRun?.epochHistory
  const behind = useMemo(
    () => (chosen !== '' && read ? { run: chosen, epochs: together(read, []) } : undefined),
    [chosen, read],
  )
  return { behind, chosen, choices, choose }
}
