/** What the main thread and the training thread say to each other. */
import type { RunStage, Split } from '../db.js'
import type { Comparison } from '../evaluation/comparison.js'
import type { Metrics } from '../evaluation/metrics.js'
import type { Artefact, Thresholds } from '../model/card.js'
import type { FoundBackbone } from '../model/weights/find.js'
import type { FilePath } from '../photos/path-text.js'
import type { Settings } from './settings.js'

/** One photo of the version. */
export interface TrainingPhoto {
  /** Its identity. */
  contentHash: string
  /** Of its file, which may be a copy without metadata. */
  storedHash: string
  /** Absolute path. */
  file: FilePath
  /** Relative to its root, for people to read. */
  path: string
  split: Split
  classLabel: string
}

export interface OtherRun {
  runName: string
  /** Where its files lie. */
  folder: string
  /** What the database says of its files. */
  artefacts: Artefact[]
}

export interface Job {
  runId: string
  runName: string
  /** At this run; what an earlier one writes late counts for nothing. */
  attempt: number
  versionName: string
  /** In the order of the logits. */
  classLabels: string[]
  /** Of these classes. */
  photos: TrainingPhoto[]
  /** Classes of the version that have no training photo, and how many test photos are left out with them. */
  untrainable: { classLabels: string[]; testImages: number }
  settings: Settings
  weights: FoundBackbone
  /** The run whose weights it begins with; undefined: the backbone's. */
  startFrom: OtherRun | undefined
  /** The run that serves, the photos that it was trained on, and the classes that it has seen in them. */
  baseline: (OtherRun & { seen: Set<string>; knows: string[] }) | undefined
  folders: {
    /** Of this attempt: it appears when the model is saved. */
    model: string
    features: string
  }
  checkpoints: {
    /** Of this attempt. */
    own: string
    /** Of those before it, the newest first. */
    earlier: string[]
  }
  featureCacheBytes: number
  /** Memory for features of the head's own stage. */
  rowsBytes: number
  /** Of the processor, while serving wants all of it. */
  share: number
  /** Byte 0: not 0 means stop after the step in hand. Byte 1: the thread changes it while it is alive. */
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
  /** Before something is renamed: is the run still this attempt's? It waits for an answer, and looks at `stop` then. */
  | { type: 'mayWrite' }
  /** Asked to stop, and has. */
  | { type: 'stopped' }
  | { type: 'failed'; message: string; stack: string | undefined; forPeople: boolean }
