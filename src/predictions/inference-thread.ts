/**
 * A thread in which a model computes: onnxruntime computes on the thread that calls it, and the main one has sockets to serve or
 * photos to decode. When the thread ends, everything that the model held there is free.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { HEAT } from '../model/network/heat.js'
import { pixelsPerPhoto, unitPixels } from '../photos/pixels.js'
import { giveWay } from '../thread.js'
import { openSession, type Session } from './session.js'

export interface InferenceRequest {
  id: number
  /** uint8 [photos, 299, 299, 3] */
  pixels: Uint8Array
  /** By its place in `InferenceStart.threads`. */
  session: number
  /** Whether it is asked for of each photo; left out: of none. */
  heat: readonly boolean[]
}
export type Values = Float32Array<ArrayBuffer> | Uint16Array<ArrayBuffer>
/** Of one photo, by name: float32, or the bits of float16. */
export type Outputs<V extends Values = Float32Array<ArrayBuffer>> = Readonly<Record<string, V>>
export type InferenceMessage =
  { ready: true } | { id: number; outputs: Outputs<Values>[] } | { id: number; error: string }
export interface InferenceStart {
  /** Path of an ONNX file whose one input beside flags is `pixels`, or its bytes. */
  model: string | Uint8Array
  /** A session each: so many threads compute a pass of it, this one among them. */
  threads: readonly number[]
}

const port = parentPort
if (!port) throw new Error('This module is a worker thread.')
const { model, threads } = workerData as InferenceStart
giveWay()
const sessions: Session[] = []
for (const count of threads) sessions.push(await openSession(model, { threads: count }))
/** One place for the pixels of every pass: to have the memory anew each time takes longer than to fill it. */
const scaled = new Float32Array(pixelsPerPhoto)
/** So a pass begins when the one before it has been computed, and not when its message comes. */
let turn: Promise<void> = Promise.resolve()

/** One photo a pass: more at once are no faster on one core, and onnxruntime keeps the memory of its largest pass (at 4 photos 300 MB more). */
async function infer({ id, pixels, session, heat }: InferenceRequest): Promise<void> {
  try {
    const chosen = sessions[session]
    if (!chosen) throw new Error(`there is no session ${session}`)
    const outputs: Outputs<Values>[] = []
    for (let start = 0; start < pixels.length; start += pixelsPerPhoto) {
      const input = unitPixels(pixels.subarray(start, start + pixelsPerPhoto), scaled)
      outputs.push(await chosen.run<Values>(input, 1, heat[start / pixelsPerPhoto] ? [HEAT] : []))
    }
    const buffers = outputs.flatMap((own) => Object.values(own).map(({ buffer }) => buffer))
    port?.postMessage({ id, outputs } satisfies InferenceMessage, buffers)
  } catch (error) {
    port?.postMessage({ id, error: String(error) } satisfies InferenceMessage)
  }
}

port.on('message', (request: InferenceRequest) => {
  turn = turn.then(() => infer(request))
})
port.postMessage({ ready: true })
