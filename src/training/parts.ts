/** What the phases of one training hand to each other. */
import type { Backbone } from '../model/weights/backbone.js'
import type { Checkpoint } from './checkpoint.js'
import type { Examples } from './examples.js'
import type { FeatureSource } from './features/feature-source.js'
import type { HeadBlocks } from './head-blocks.js'
import type { Job } from './job.js'
import type { Recipe } from './recipes.js'
import type { LoopContext } from './stage.js'
import type { StartWeights } from './start-weights.js'

export interface Parts {
  readonly job: Job
  readonly recipe: Recipe
  readonly blocks: HeadBlocks
  readonly split: { readonly train: Examples; readonly val: Examples; readonly test: Examples }
  readonly source: FeatureSource
  readonly backbone: Backbone
  readonly context: LoopContext
  /** Of the run that this one goes on from; undefined: it begins with the backbone. */
  readonly start: StartWeights | undefined
  /** Where an earlier attempt at this run got to. */
  readonly resumed: Checkpoint | undefined
}
