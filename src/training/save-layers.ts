/** The network once more as tfjs reads it. */
import { saveLayersModel } from '../model/network/layers-model-files.js'
import { buildWhole } from '../model/network/tfjs.js'
import { agreementTolerance, maxLogitDifference } from './agreement.js'
import type { Ending } from './ending.js'
import type { FinalModel } from './final-model.js'
import { RunFailure } from './run-failure.js'
import type { Witnesses } from './witnesses.js'

/** tfjs' files; and a run whose two engines do not agree fails here. */
export async function saveLayers(
  ending: Ending,
  { convolutions, head }: FinalModel,
  folder: string,
  witnesses: Witnesses,
) {
  const { tf, blocks, recipe } = ending
  const freezing = { boundary: blocks.boundary, frozen: blocks.frozenConvolutions }
  const model = buildWhole(tf, { ...freezing, convolutions, head, dropout: recipe.dropout.features })
  try {
    await saveLayersModel(tf, model, folder)
    const { photos, logits } = witnesses
    const difference = await maxLogitDifference(tf, model, photos, logits)
    if (!(difference <= agreementTolerance))
      throw new RunFailure(
        `tfjs and ONNX do not agree: their logits differ by ${difference} (at most ${agreementTolerance}).`,
      )
    return { photos: photos.length, maxLogitDifference: difference }
  } finally {
    model.dispose()
  }
}
