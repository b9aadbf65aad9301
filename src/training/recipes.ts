/** Ways to train, by name. Clients may override the epochs, rates, depth and batch size; the rest belongs to the recipe. */
import type { View } from '../photos/views.js'

export type RecipeName = 'DEFAULT' | 'REFERENCE'

export interface Recipe {
  /** Blocks whose averages the head sees, side by side. */
  readonly blocks: readonly string[]
  /** Width of a hidden layer (ReLU) before the logits; null: none. */
  readonly hidden: number | null
  /** How each training photo is shown, each a computation of the frozen part. */
  readonly views: readonly View[]
  /** Of the pooled features, and of the hidden layer. */
  readonly dropout: { readonly features: number; readonly hidden: number }
  readonly labelSmoothing: number
  /** alpha of mixup's Beta distribution (Zhang et al. 2018), in the head's stage; 0: none. */
  readonly mixup: number
  readonly weightDecay: number
  readonly schedule: 'constant' | 'cosine'
  /** Epochs without a better validation loss. */
  readonly patience: { readonly stage1: number; readonly stage2: number }
  readonly stage1: { readonly epochs: number; readonly learningRate: number }
  readonly stage2: { readonly epochs: number; readonly learningRate: number; readonly layers: number }
  readonly batchSize: number
}

export const recipes: Readonly<Record<RecipeName, Recipe>> = {
  DEFAULT: {
    blocks: ['mixed4', 'mixed6', 'mixed8'],
    hidden: 256,
    views: ['whole', 'flip'],
    dropout: { features: 0.5, hidden: 0.3 },
    labelSmoothing: 0.1,
    mixup: 0.4,
    weightDecay: 0.01,
    schedule: 'cosine',
    patience: { stage1: 20, stage2: 3 },
    stage1: { epochs: 40, learningRate: 1e-3 },
    stage2: { epochs: 0, learningRate: 1e-4, layers: 60 },
    batchSize: 32,
  },
  /** The deployment that WasteX follows: pooled mixed10, 1e-4, then the last 60 layers at 1e-5. */
  REFERENCE: {
    blocks: ['mixed10'],
    hidden: null,
    views: ['whole'],
    dropout: { features: 0.2, hidden: 0 },
    labelSmoothing: 0,
    mixup: 0,
    weightDecay: 0,
    schedule: 'constant',
    patience: { stage1: 3, stage2: 3 },
    stage1: { epochs: 10, learningRate: 1e-4 },
    stage2: { epochs: 10, learningRate: 1e-5, layers: 60 },
    batchSize: 32,
  },
}

/** Half a cosine from the rate to nothing (Loshchilov & Hutter 2017, without restarts). */
export function scheduledRate({ schedule }: Recipe, rate: number, step: number, steps: number): number {
  return schedule === 'constant' ? rate : (rate * (1 + Math.cos((Math.PI * step) / steps))) / 2
}
