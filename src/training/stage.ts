/** What the loop needs to know of a stage: the head's, or the fine-tuning. */
import type * as tfjs from '@tensorflow/tfjs-node'
import type { RunStage } from '../db.js'
import type { TensorFlow } from '../model/network/tensorflow.js'
import type { Checkpoint } from './checkpoint.js'
import type { EpochResult, Report } from './job.js'
import type { Score } from './loss.js'

export interface Stage {
  readonly name: RunStage
  readonly epochs: number
  /** Photos an epoch. */
  readonly examples: number
  readonly batchSize: number
  readonly variables: readonly tfjs.Variable[]
  /** Epochs without a better validation loss before it stops; undefined: never. */
  readonly patience: number | undefined
  /** Validation loss of what it begins with, where the stage before has found it. */
  readonly lossBefore?: number | undefined
  /** @param step from 0 within the stage, of `steps` */
  learningRate(step: number, steps: number): number
  /** Called before the step that needs it, so that reading the next batch goes on while this one computes. */
  load(examples: Uint32Array, epoch: number): Promise<Batch>
  validate(): Promise<Score | undefined>
}

export interface Batch {
  readonly size: number
  /** Differentiable in the variables. */
  loss(): tfjs.Scalar
  /** Rightly named of the batch, after `loss` was called. */
  correct(): number
  dispose(): void
}

export interface LoopContext {
  readonly tf: TensorFlow
  readonly seed: number
  readonly report: (report: Report) => void
  /** Throws Stopped when the run is to end. */
  readonly checkStop: () => void
  readonly save: (checkpoint: Omit<Checkpoint, 'madeOf'>) => Promise<void>
  /** All epochs of the run so far. */
  readonly history: EpochResult[]
}
