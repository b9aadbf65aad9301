import { csv } from './csv.js'

export interface EpochRow {
  stage: string
  /** From 1, within its stage. */
  epoch: number
  loss: number
  accuracy: number
  valLoss: number | null
  valAccuracy: number | null
  learningRate: number
  seconds: number
}

/** The text of `history.csv`: a row an epoch. */
export const historyCsv = (epochs: readonly EpochRow[]): string =>
  csv(
    ['stage', 'epoch', 'loss', 'accuracy', 'val_loss', 'val_accuracy', 'learning_rate', 'seconds'],
    epochs.map((e) => [e.stage, e.epoch, e.loss, e.accuracy, e.valLoss, e.valAccuracy, e.learningRate, e.seconds]),
  )
