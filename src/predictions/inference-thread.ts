/**
 * The thread in which a model computes: onnxruntime computes on the thread that calls it, and that one has sockets to serve or
 * photos to decode. One thread a model; when the thread ends, everything the model held is free.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { pixelsPerPhoto, unitPixels } from '../photos/pixels.js'
import { giveWay } from '../thread.js'
import { openSession } from './session.js'

export interface InferenceRequest {
  id: number
  /** uint8 [photos, 299, 299, 3] */
  pixels: Uint8Array
}
export type Values = Float32Array<ArrayBuffer> | Uint16Array<ArrayBuffer>
/** By output, [photos, ...]: float32, or the bits of float16. */
export type Outputs<V extends Values = Float32Array<ArrayBuffer>> = Readonly<Record<string, V>>
export type InferenceMessage =
  { ready: true } | { id: number; outputs: Outputs<Values> } | { id: number; error: string }
export interface InferenceStart {
  /** Path of an ONNX file, or its bytes. */
  model: string | Uint8Array
  threads: number
}

const port = parentPort
if (!port) throw new Error('This module is a worker thread.')
const { model, threads } = workerData as InferenceStart
giveWay('requests')
const session = await openSession(model, { threads })
let scaled = new Float32Array()

port.on('message', ({ id, pixels }: InferenceRequest) => {
  // One place for the pixels of every batch: to have the memory anew each time takes longer than to fill it.
  if (scaled.length < pixels.length) scaled = new Float32Array(pixels.length)
  const input = unitPixels(pixels, scaled.subarray(0, pixels.length))
  session.run<Values>(input, pixels.length / pixelsPerPhoto).then(
    (outputs) =>
      port.postMessage(
        { id, outputs },
        Object.values(outputs).map(({ buffer }) => buffer),
      ),
    (error: unknown) => port.postMessage({ id, error: String(error) }),
  )
})
port.postMessage({ ready: true })
