/** tfjs' layers format on disk: `model.json` beside its weights, as `tf.loadLayersModel('file://...')` reads it. */
import path from 'node:path'
import { writeFileWhole } from '../../disk.js'
import type { LayersModel, TensorFlow } from './tensorflow.js'

export const layersModelFile = 'model.json'
const layersWeightsFile = 'weights.bin'

/** @param folder that exists; two files are written into it */
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
    await writeFileWhole(path.join(folder, layersWeightsFile), bytes)
    await writeFileWhole(path.join(folder, layersModelFile), JSON.stringify(description))
    return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON', weightDataBytes: bytes.length } }
  })
  await model.save(handler)
}
