import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { pooled } from '../src/model/network/expression.js'
import { onnxModel } from '../src/model/network/onnx.js'
import { openSession } from '../src/predictions/session.js'
import { startThread } from '../src/thread.js'
import { randomConvolutions, referencePicture } from './support/network.js'

const model = onnxModel({ convolutions: randomConvolutions(3), outputs: { features: pooled('mixed0') } })
const picture = referencePicture()

describe('a session', () => {
  it('answers in the main thread and in a worker at the same time, and both end cleanly', async () => {
    const worker = startThread(new URL('./support/session-worker.js', import.meta.url), { workerData: { model } })
    const failed = once(worker, 'error').then(([error]) => Promise.reject(error as Error))
    const session = await openSession(model, { threads: 1 })
    const inWorker = once(worker, 'message') as Promise<[Float32Array]>
    worker.postMessage(picture)
    const [{ features }, [theirs]] = await Promise.race([Promise.all([session.run(picture, 1), inWorker]), failed])
    expect(features).toHaveLength(256)
    expect(theirs).toEqual(features)
    const exit = once(worker, 'exit')
    worker.postMessage('end')
    expect(await exit).toEqual([0])
    // The worker's end takes nothing from the main thread's session.
    expect((await session.run(picture, 1))['features']).toEqual(features)
    await session.release()
  })

  it('tells what it takes and gives, and refuses a wrong number of photos', async () => {
    const session = await openSession(model, { threads: 1 })
    expect([session.inputs, session.outputs]).toEqual([['pixels'], ['features']])
    await expect(session.run(picture, 2)).rejects.toThrow()
    await session.release()
  })

  it('refuses bytes that are no model', async () => {
    await expect(openSession(new Uint8Array(100), { threads: 1 })).rejects.toThrow()
  })
})
