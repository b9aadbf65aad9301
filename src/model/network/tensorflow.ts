/** The one door to TensorFlow. Its native library may be missing, and takes a second to load: nobody imports it at the top. */
import { createRequire } from 'node:module'
import './removed-from-node.js'

export type TensorFlow = typeof import('@tensorflow/tfjs-node')
export type { LayersModel, Tensor, SymbolicTensor } from '@tensorflow/tfjs-node'

/** @throws Error when the native library is not there, or not for this machine */
export function loadTensorFlow(): TensorFlow {
  // Read when the library is loaded; its notes about CPU instructions help nobody here.
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2'
  return createRequire(import.meta.url)('@tensorflow/tfjs-node') as TensorFlow
}
