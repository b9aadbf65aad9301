/** A run as it is, and as it goes on: read once, then told; what is missed is told when the line is back. */
import { useThrottledCallback } from '@mantine/hooks'
import { useMemo } from 'react'
import { useQuery } from 'urql'
import { type EpochFragment, RunDetailDocument, type RunDetailQuery } from '../generated/graphql.js'
import { type Trouble, troubleOf } from '../talk/trouble.js'
import { type Story, together } from '../runs/story.js'
import { useStory } from '../runs/use-story.js'
import { useRunNews } from './use-run-news.js'
import { isOn } from '../runs/words.js'

export type Run = NonNullable<RunDetailQuery['trainingRun']>

export interface RunNow {
  readonly run: Run | undefined
  readonly epochs: readonly EpochFragment[]
  readonly story: Story
  readonly trouble: Trouble | undefined
  /** The line broke while it was on, and everything since then has come. */
  readonly caughtUp: boolean
  readonly again: () => void
}

/** Much news at once is one question. */
const togetherMs = 100

export function useRun(name: string): RunNow {
  const [{ data, error }, ask] = useQuery({ query: RunDetailDocument, variables: { name } })
  const again = useThrottledCallback(() => ask({ requestPolicy: 'network-only' }), togetherMs)
  // While another run is asked for, the old answer is still there.
  const run = data?.trainingRun?.name === name ? data.trainingRun : undefined
  const on = run !== undefined && isOn(run.status)
  const { story, caughtUp } = useStory(name, on)

  useRunNews((told) => {
    // Whoever begins to serve ends the service of another.
    if (told.name === name || told.isActive) again()
  }, again)
  const read = run?.epochHistory
  const epochs = useMemo(() => together(read ?? [], story.completed), [read, story.completed])
  return { run, epochs, story, trouble: troubleOf(error), caughtUp, again }
}
