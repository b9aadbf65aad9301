/** What runs are said to be, in words for people. */
import type { Recommendation, TrainingRecipe, TrainingStage, TrainingStatus } from '../generated/graphql.js'

export const statuses: Readonly<Record<TrainingStatus, { said: string; colour: string }>> = {
  QUEUED: { said: 'Queued', colour: 'var(--mantine-color-gray-6)' },
  RUNNING: { said: 'Training', colour: 'var(--accent)' },
  COMPLETED: { said: 'Completed', colour: 'var(--accent)' },
  FAILED: { said: 'Failed', colour: 'var(--mantine-color-red-6)' },
  CANCELLED: { said: 'Cancelled', colour: 'var(--mantine-color-gray-6)' },
  INTERRUPTED: { said: 'Interrupted', colour: 'var(--mantine-color-yellow-6)' },
}

export const isOn = (status: TrainingStatus): boolean => status === 'QUEUED' || status === 'RUNNING'
/** Its last checkpoint is there to go on from. */
export const mayGoOn = (status: TrainingStatus): boolean =>
  status === 'CANCELLED' || status === 'INTERRUPTED' || status === 'FAILED'

/** `short` stands below a piece of the bar; `now` follows the name of a run. */
export const stages: Readonly<Record<TrainingStage, { short: string; now: string; units?: string }>> = {
  LOADING: { short: 'Loading', now: 'loads its photos', units: 'views' },
  HEAD: { short: 'Head', now: 'trains the head', units: 'photos' },
  FINE_TUNE: { short: 'Fine-tune', now: 'fine-tunes the last layers', units: 'photos' },
  EVALUATING: { short: 'Evaluate', now: 'is judged on the test photos' },
  SAVING: { short: 'Save', now: 'is saved' },
}
export const stageOrder = Object.keys(stages) as TrainingStage[]

export const recommendations: Readonly<Record<Recommendation, string>> = {
  PROMOTE: 'Promote',
  KEEP: 'Keep the older',
  REVIEW: 'A person should look',
}

export const recipes: Readonly<Record<TrainingRecipe, { name: string; about: string }>> = {
  DEFAULT: {
    name: 'Default',
    about:
      'What was measured to be best: the head learns from three depths of the network side by side, then the last layers are fine-tuned for as long as that helps.',
  },
  REFERENCE: {
    name: 'Reference',
    about: 'The reference deployment’s: the head at a learning rate of 1e-4, then the last 60 layers at 1e-5.',
  },
}
