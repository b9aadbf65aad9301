/** The model once more in whole numbers of 8 bits. */
import { concat, type Expression, pooled } from '../model/network/expression.js'
import { inceptionV3 } from '../model/network/inception-v3.js'
import { nodesBetween, PIXELS, shapesOf } from '../model/network/node.js'
import { onnxModel } from '../model/network/onnx.js'
import { blocksOf } from '../model/network/onnx-expression.js'
import { scalesOf } from '../model/network/quantisation.js'
import { evenly } from './examples.js'
import type { FinalModel } from './final-model.js'
import { answersOf } from './judge.js'
import type { Parts } from './parts.js'

const mostCalibrationPhotos = 64
/** Validation photos; where there are none, others. */
export const calibrationPhotos = ({ val, train }: Pick<Parts['split'], 'val' | 'train'>) =>
  evenly(val.photos.length > 0 ? val.photos : train.photos, mostCalibrationPhotos)

/** @returns the bytes of `model-int8.onnx` */
export async function quantisedModel(
  { convolutions, outputs }: Pick<FinalModel, 'convolutions' | 'outputs'>,
  split: Pick<Parts['split'], 'val' | 'train'>,
  checkStop: () => void,
): Promise<Uint8Array> {
  const network = nodesBetween(inceptionV3, [PIXELS], Object.values(outputs).flatMap(blocksOf))
  const shapes = shapesOf(network)
  const names = network.flatMap(({ op, name }) => (op === 'conv' ? [name] : []))
  const highest: Expression = concat(...names.map((name) => pooled(name, 'max')))
  const largest = new Map<string, number>()
  const photos = calibrationPhotos(split)
  for await (const { highest: seen = [] } of answersOf(onnxModel({ convolutions, outputs: { highest } }), photos)) {
    checkStop()
    for (let at = 0; at < seen.length;) {
      for (const name of names) {
        const { channels = 0 } = shapes.get(name) ?? {}
        largest.set(name, Math.max(largest.get(name) ?? 0, ...seen.slice(at, at + channels)))
        at += channels
      }
    }
  }
  return onnxModel({ convolutions, outputs, scales: scalesOf(network, largest) })
}
