/** What runs are said to be, in words for people. */
import type { Recommendation, TrainingRecipe, TrainingStatus } from '../generated/graphql.js'

/** Its last checkpoint is there to go on from. */
export const mayGoOn = (status: TrainingStatus): boolean =>
  status === 'CANCELLED' || status === 'INTERRUPTED' || status === 'FAILED'

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
