/** tfjs' layers format on disk: `model.json` beside its weights, as `tf.loadLayersModel('file://...')` reads it. */
import path from 'node:path'
import { writeInDraft } from '../../disk.js'
import type { Convolution, Convolutions } from '../weights/backbone.js'
import type { DenseWeights } from './expression.js'
import type { LayersModel, TensorFlow } from './tensorflow.js'

export const layersModelFile = 'model.json'
export const layersWeightsFile = 'weights.bin'

/** @param folder a draft; two files are written into it */
export async function saveLayersModel(tf: TensorFlow, model: LayersModel, folder: string): Promise<void> {
  const handler = tf.io.withSaveHandler(async (artifacts) => {
    const { weightData, weightSpecs, modelTopology } = artifacts
    if (!weightData || !weightSpecs || !modelTopology) throw new Error('the model has nothing to save')
    const bytes = new Uint8Array(tf.io.CompositeArrayBuffer.join(weightData))
    const description = {
      format: 'layers-model',
      generatedBy: artifacts.generatedBy,
      convertedBy: null,
      modelTopology,
      weightsManifest: [{ paths: [layersWeightsFile], weights: weightSpecs }],
    }
    await writeInDraft(path.join(folder, layersWeightsFile), bytes)
    await writeInDraft(path.join(folder, layersModelFile), JSON.stringify(description))
    return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON', weightDataBytes: bytes.length } }
  })
  await model.save(handler)
}

interface Manifest {
  readonly weightsManifest: readonly {
    readonly weights: readonly { readonly name: string; readonly shape: readonly number[]; readonly dtype: string }[]
  }[]
}

/** What such a model is made of, by layer. */
export interface LayersWeights {
  readonly convolutions: Convolutions
  /** In the order in which they are applied. */
  readonly dense: readonly DenseWeights[]
}

/**
 * @param model the bytes of `model.json` @param bytes those of `weights.bin`
 * @throws Error when they are not as `saveLayersModel` writes them
 */
export function readLayersWeights(model: Buffer, bytes: Buffer): LayersWeights {
  const { weightsManifest } = JSON.parse(model.toString()) as Manifest
  const tensors = new Map<string, { shape: readonly number[]; values: Float32Array }>()
  let at = bytes.byteOffset
  for (const { name, shape, dtype } of weightsManifest.flatMap(({ weights }) => weights)) {
    if (dtype !== 'float32') throw new Error(`${name} is ${dtype}`)
    const length = shape.reduce((product, size) => product * size, 1)
    tensors.set(name, { shape, values: new Float32Array(bytes.buffer.slice(at, at + 4 * length)) })
    at += 4 * length
  }
  const convolutions = new Map<string, Convolution>()
  const dense: DenseWeights[] = []
  for (const [full, { shape, values: kernel }] of tensors) {
    const name = full.replace(/\/kernel$/, '')
    const bias = tensors.get(`${name}/bias`)?.values
    if (name === full || !bias) continue
    const [height, width, channels, filters] = shape
    if (height && width && channels && filters)
      convolutions.set(name, { kernel, bias, shape: [height, width, channels, filters] })
    else dense.push({ kernel, bias })
  }
  return { convolutions, dense }
}
