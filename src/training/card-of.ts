/** What a model folder says of itself. */
import type { Card } from '../model/card.js'
import { preprocessing } from '../photos/pixels.js'
import type { Ending } from './ending.js'
import type { FinalModel } from './final-model.js'
import { versions } from './versions.js'

export async function cardOf(
  { job, recipe, split, backbone, blocks, clock, source, tail }: Ending,
  model: FinalModel,
  {
    agreement,
    calibration,
    golden,
    quantised,
  }: Pick<Card, 'agreement' | 'calibration' | 'quantised'> & {
    golden: number[][]
  },
): Promise<Omit<Card, 'files'>> {
  return {
    format: 1,
    run: { id: job.runId, name: job.runName },
    datasetVersion: job.versionName,
    classLabels: job.classLabels,
    untrainableClasses: job.untrainable.classLabels,
    photos: { train: split.train.photos.length, val: split.val.photos.length, test: split.test.photos.length },
    recipe: job.settings.recipe,
    startedFrom: job.startFrom?.runName ?? null,
    settings: { ...job.settings, recipeDetails: recipe },
    seed: job.settings.seed,
    backbone: { sha256: backbone.hash, source: backbone.source },
    preprocessing,
    features: { ...source.plan, computed: source.computed },
    thresholds: model.thresholds,
    calibration,
    network: {
      boundary: blocks.boundary,
      head: [...blocks.head],
      trainedLayers: tail ? job.settings.stage2.layers : 0,
    },
    agreement,
    golden: { photos: golden.length, logits: golden },
    quantised,
    timings: clock.stop(),
    versions: versions(),
    createdAt: new Date().toISOString(),
  }
}
