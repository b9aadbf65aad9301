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
/** One place for the pixels of every batch: to have the memory anew each time takes longer than to fill it. */
let scaled = new Float32Array()
/** So a batch begins when the one before it has been computed, and not when its message comes. */
let turn: Promise<void> = Promise.resolve()

async function infer({ id, pixels }: InferenceRequest): Promise<void> {
  try {
    if (scaled.length < pixels.length) scaled = new Float32Array(pixels.length)
    const input = unitPixels(pixels, scaled.subarray(0, pixels.length))
    const outputs = await session.run<Values>(input, pixels.length / pixelsPerPhoto)
    const buffers = Object.values(outputs).map(({ buffer }) => buffer)
    port?.postMessage({ id, outputs } satisfies InferenceMessage, buffers)
  } catch (error) {
    port?.postMessage({ id, error: String(error) } satisfies InferenceMessage)
  }
}

port.on('message', (request: InferenceRequest) => {
  turn = turn.then(() => infer(request))
})
port.postMessage({ ready: true })
