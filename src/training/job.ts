/** What the main thread and the training thread say to each other. */
import type { RunStage, Split } from '../db.js'
import type { Comparison } from '../evaluation/comparison.js'
import type { Metrics } from '../evaluation/metrics.js'
import type { Artefact, Thresholds } from '../model/card.js'
import type { FoundBackbone } from '../model/weights/find.js'
import type { Settings } from './settings.js'

/** One photo of the version. */
export interface TrainingPhoto {
  /** Its identity. */
  contentHash: string
  /** Of its file, which may be a copy without metadata. */
  storedHash: string
  /** Absolute path. */
  file: string
  /** Relative to its root, for reports. */
  path: string
  split: Split
  classLabel: string
}

/** Whose folder is read. */
export interface OtherRun {
  runName: string
  /** What the database says of its files. */
  artefacts: Artefact[]
}

export interface Job {
  runId: string
  runName: string
  versionName: string
  /** In the order of the logits. */
  classLabels: string[]
  photos: TrainingPhoto[]
  settings: Settings
  weights: FoundBackbone
  /** The run whose weights it begins with; undefined: the backbone's. */
  startFrom: OtherRun | undefined
  /** The run that serves, and what it was trained on. */
  baseline: (OtherRun & { seen: Set<string> }) | undefined
  folders: { models: string; features: string; checkpoint: string }
  featureCacheBytes: number
  /** Memory for features of the head's own stage. */
  rowsBytes: number
  /** Of the processor, while serving wants all of it. */
  share: number
  /** One byte; not 0: stop after the step in hand. */
  stop: SharedArrayBuffer
}

export interface EpochResult {
  stage: RunStage
  /** From 1. */
  epoch: number
  epochs: number
  loss: number
  accuracy: number
  valLoss: number | null
  valAccuracy: number | null
  learningRate: number
  seconds: number
  /** Better than all before it of its stage; undefined in checkpoints of earlier WasteX. */
  best?: boolean
}

/** A test photo, and what is said of it. */
export interface JudgedPhoto {
  contentHash: string
  classLabel: string
  predicted: string
  /** Probability of `predicted`. */
  confidence: number
  /** Probability of `classLabel`. */
  labelProbability: number
  /** By the model that served; null where it was not asked. */
  baselinePredicted: string | null
}

export interface RunResult {
  evaluation: Metrics
  comparison: Comparison | null
  testPhotos: JudgedPhoto[]
  thresholds: Thresholds
  artefacts: Artefact[]
}

export type Report =
  | { type: 'stage'; stage: RunStage; epochs: number; images: number; message: string }
  | {
      type: 'progress'
      stage: RunStage
      epoch: number | null
      done: number
      total: number
      etaSeconds: number | null
      loss: number | null
    }
  | ({ type: 'epoch' } & EpochResult)
  /** Judged and saved: the last word of a run that went well. */
  | ({ type: 'finished' } & RunResult)
  /** For the log. */
  | { type: 'warning'; message: string }
  /** Asked to stop, and has. */
  | { type: 'stopped' }
  | { type: 'failed'; message: string; stack: string | undefined; forPeople: boolean }
