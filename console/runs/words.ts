/** What is said of a run, in words for people. */
import type { TrainingStage, TrainingStatus } from '../generated/graphql.js'

/** `said` stands alone, `now` follows the name of a run. */
export const statuses: Readonly<Record<TrainingStatus, { said: string; now: string; colour: string }>> = {
  QUEUED: { said: 'Queued', now: 'is about to be trained', colour: 'var(--mantine-color-gray-6)' },
  RUNNING: { said: 'Training', now: 'is being trained', colour: 'var(--accent)' },
  COMPLETED: { said: 'Completed', now: 'is completed', colour: 'var(--accent)' },
  FAILED: { said: 'Failed', now: 'failed', colour: 'var(--mantine-color-red-6)' },
  CANCELLED: { said: 'Cancelled', now: 'was cancelled', colour: 'var(--mantine-color-gray-6)' },
  INTERRUPTED: { said: 'Interrupted', now: 'was interrupted', colour: 'var(--mantine-color-yellow-6)' },
}

export const isOn = (status: TrainingStatus): boolean => status === 'QUEUED' || status === 'RUNNING'

/** `short` stands below a piece of a bar; `now` follows the name of a run. */
export const stages: Readonly<Record<TrainingStage, { short: string; now: string; units?: string }>> = {
  LOADING: { short: 'Frozen part', now: 'puts its photos through the frozen part of the network', units: 'views' },
  HEAD: { short: 'Head', now: 'trains the head', units: 'photos' },
  FINE_TUNE: { short: 'Fine-tune', now: 'fine-tunes the last layers', units: 'photos' },
  EVALUATING: { short: 'Evaluate', now: 'is judged on the test photos' },
  SAVING: { short: 'Save', now: 'is saved' },
}
export const stageOrder = Object.keys(stages) as TrainingStage[]
