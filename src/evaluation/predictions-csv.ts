import { parse } from 'csv-parse/sync'
import type { Thresholds } from '../model/card.js'
import { argmax, oodVerdict } from '../predictions/ood.js'
import { csv } from './csv.js'

export interface PredictedPhoto {
  /** SHA-256, hexadecimal. */
  contentHash: string
  /** The class it has in the version. */
  classLabel: string
  /** [classes] */
  logits: ArrayLike<number>
  /** null: no novelty test. */
  novelty: number | null
}

/**
 * The text of `predictions.csv`: a row a test photo, with its logits in the order of `classLabels`. A photo is named by its
 * content hash alone: what its owner called it would stay here when it is erased.
 */
export function predictionsCsv(
  classLabels: readonly string[],
  thresholds: Thresholds,
  photos: readonly PredictedPhoto[],
): string {
  const columns = ['content_hash', 'class', 'predicted', 'correct', 'confidence', 'energy', 'novelty']
  return csv(
    [...columns, 'ood_reasons', ...classLabels.map((label) => `logit_${label}`)],
    photos.map((photo) => {
      const { confidence, energy, reasons } = oodVerdict(photo, thresholds)
      const predicted = classLabels[argmax(photo.logits)] ?? ''
      const verdict = [confidence, energy, photo.novelty, reasons.join(' ')]
      const head = [photo.contentHash, photo.classLabel, predicted]
      return [...head, predicted === photo.classLabel, ...verdict, ...Array.from(photo.logits)]
    }),
  )
}

/** @returns logits [classes] by content hash @throws Error when the text is not one that `predictionsCsv` wrote */
export function readPredictions(text: string, classLabels: readonly string[]): Map<string, number[]> {
  const rows = parse(text, { columns: true, bom: true }) as Record<string, string>[]
  return new Map(
    rows.map((row) => {
      const logits = classLabels.map((label) => Number(row[`logit_${label}`] ?? Number.NaN))
      const hash = row['content_hash']
      if (!hash || !logits.every(Number.isFinite)) throw new Error('its predictions.csv is broken')
      return [hash, logits]
    }),
  )
}
