/** What the end of a run is given: what was learned, and from what. */
import type { Trained } from './final-model.js'
import type { EpochResult, Job, Report } from './job.js'
import type { Parts } from './parts.js'
import type { PhaseClock } from './phase-clock.js'
import type { Recipe } from './recipes.js'

export interface Ending extends Trained {
  job: Job
  recipe: Recipe
  split: Parts['split']
  history: readonly EpochResult[]
  clock: PhaseClock
  report: (report: Report) => void
  /** Throws when the run is to end. */
  checkStop: () => void
  /** Comes before a file takes its name; rejects when the run is another attempt's by now. */
  mayWrite: () => Promise<void>
}
