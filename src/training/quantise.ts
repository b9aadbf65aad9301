/** Makes and judges the model in 8 bits; a run goes on without it. */
import path from 'node:path'
import { remove, writeInDraft } from '../disk.js'
import { messageOf } from '../errors.js'
import { type Quantised, quantisedFile } from '../model/card.js'
import type { Ending } from './ending.js'
import type { FinalModel } from './final-model.js'
import type { Judged } from './judge.js'
import { judgeQuantised } from './judge-quantised.js'
import { quantisedModel } from './quantised-model.js'

/** @returns null where it cannot be had, told as a warning: a model that was trained and judged is not lost by it. */
export async function quantise(
  { job, split, report, checkStop }: Ending,
  model: FinalModel,
  folder: string,
  float32: Judged,
  golden: readonly Uint8Array[],
): Promise<Quantised | null> {
  const file = path.join(folder, quantisedFile)
  try {
    await writeInDraft(file, await quantisedModel(model, split, checkStop))
    const { classLabels } = job
    return await judgeQuantised({
      file,
      split,
      float32,
      classLabels,
      thresholds: model.thresholds,
      golden,
      checkStop,
    })
  } catch (error) {
    checkStop()
    report({ type: 'warning', message: `There will be no model in 8 bits: ${messageOf(error)}` })
    await remove(file)
    return null
  }
}
