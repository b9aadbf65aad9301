/**
 * The thread in which a model answers: onnxruntime computes on the thread that calls it, and the main one has sockets to
 * serve. One thread a model; when the thread ends, everything the model held is free.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { pixelsPerPhoto } from '../photos/pixels.js'
import { openSession } from './session.js'

export interface InferenceRequest {
  id: number
  /** uint8 [photos, 299, 299, 3] */
  pixels: Uint8Array
}
export interface InferenceAnswer {
  id: number
  /** float32 [photos, classes] */
  logits: Float32Array
  /** float32 [photos]; empty where the model has no novelty test. */
  novelty: Float32Array
}
export type InferenceMessage = { ready: true } | InferenceAnswer | { id: number; error: string }

const port = parentPort
if (!port) throw new Error('This module is a worker thread.')
const { model, threads } = workerData as { model: string; threads: number }
const session = await openSession(model, { threads })

async function infer({ id, pixels }: InferenceRequest): Promise<InferenceAnswer> {
  const photos = pixels.length / pixelsPerPhoto
  const scaled = new Float32Array(pixels.length)
  for (let i = 0; i < pixels.length; i++) scaled[i] = (pixels[i] ?? 0) / 255
  const { logits, novelty } = await session.run(scaled, photos)
  if (!logits) throw new Error('the model has no output called logits')
  return { id, logits, novelty: novelty ?? new Float32Array(0) }
}

port.on('message', (request: InferenceRequest) => {
  infer(request).then(
    (answer) => port.postMessage(answer),
    (error: unknown) => port.postMessage({ id: request.id, error: String(error) }),
  )
})
port.postMessage({ ready: true })
