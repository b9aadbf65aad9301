/** What a run has told of itself so far: each event once, in order, however often it comes. */
import type { EpochFragment, RunEventsSubscription, TrainingStage } from '../generated/graphql.js'

export type RunEvent = RunEventsSubscription['trainingEvents']

export interface Progress {
  /** From 1; null in stages without epochs. */
  readonly epoch: number | null
  /** Of `total`: photos, or views while they are loaded. */
  readonly done: number
  readonly total: number
  /** Until the stage is done; null until it can be told. */
  readonly etaSeconds: number | null
  /** When it came, by this browser's clock. */
  readonly heardAt: number
}

export interface Story {
  /** Of the last event that was heard, 0 before the first. */
  readonly seq: number
  readonly stage?: TrainingStage
  /** Of the stage at most; 0 in stages without. */
  readonly epochs: number
  readonly progress?: Progress
  /** The last thing that it said in words. */
  readonly message?: string | null
  readonly completed: readonly EpochFragment[]
}

export const untold: Story = { seq: 0, epochs: 0, completed: [] }

export function tell(story: Story, event: RunEvent, heardAt: number): Story {
  // Numbered without gaps within the run: what was heard before comes again after a reload or a lost line.
  if (event.seq <= story.seq) return story
  const { seq } = event
  switch (event.__typename) {
    case 'TrainingStatusChanged':
      // Queued again, it has no stage until it begins.
      return {
        ...story,
        seq,
        message: event.message,
        progress: undefined,
        ...(event.status === 'QUEUED' && { stage: undefined }),
      }
    case 'TrainingStageStarted': {
      const { stage, epochs, message } = event
      return { ...story, seq, stage, epochs, message, progress: undefined }
    }
    case 'TrainingProgress': {
      const { stage, epoch, done, total, etaSeconds } = event
      return { ...story, seq, stage, progress: { epoch, done, total, etaSeconds, heardAt } }
    }
    case 'TrainingEpochCompleted':
      return { ...story, seq, completed: [...story.completed, epochOf(event)] }
    default:
      return { ...story, seq }
  }
}

type Completed = Extract<RunEvent, { __typename: 'TrainingEpochCompleted' }>
const epochOf = ({ __typename: _type, seq: _seq, epoch, loss, accuracy, ...same }: Completed): EpochFragment => ({
  ...same,
  epoch: epoch ?? 0,
  loss: loss ?? Number.NaN,
  accuracy: accuracy ?? Number.NaN,
})

/** Epochs of the database and epochs that were told since, each once, in order. */
export function together(read: readonly EpochFragment[], told: readonly EpochFragment[]): EpochFragment[] {
  const byPlace = new Map([...read, ...told].map((epoch) => [`${epoch.stage} ${epoch.epoch}`, epoch]))
  return [...byPlace.values()].toSorted(
    (a, b) => Number(a.stage === 'FINE_TUNE') - Number(b.stage === 'FINE_TUNE') || a.epoch - b.epoch,
  )
}
