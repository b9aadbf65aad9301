/** A session in a thread of its own: answers photos until it is told to end, then ends by itself. */
import { parentPort, workerData } from 'node:worker_threads'
import { openSession } from '../../src/predictions/session.js'

const { model } = workerData as { model: Uint8Array }
const session = await openSession(model, { threads: 1 })

parentPort?.on('message', (message: Float32Array | 'end') => {
  void answer(message)
})

async function answer(message: Float32Array | 'end') {
  if (message === 'end') {
    await session.release()
    parentPort?.close()
    return
  }
  const { features } = await session.run(message, 1)
  parentPort?.postMessage(features)
}
