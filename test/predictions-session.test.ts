import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { half, mapOf, pooled } from '../src/model/network/expression.js'
import { onnxModel } from '../src/model/network/onnx.js'
import { openSession } from '../src/predictions/session.js'
import { decodeFloat16 } from '../src/training/features/float16.js'
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

  it('rounds to half precision where the model says so: to nearest, of two as near the even one', async () => {
    const map = mapOf('mixed0')
    const both = onnxModel({ convolutions: randomConvolutions(3), outputs: { map, halves: half(map) } })
    const session = await openSession(both, { threads: 1 })
    const { map: exact, halves } = await session.run<Float32Array | Uint16Array>(picture, 1)
    await session.release()
    if (!(exact instanceof Float32Array) || !(halves instanceof Uint16Array)) throw new Error('other types came back')
    const rounded = new Float32Array(halves.length)
    const [below, above] = [rounded.slice(), rounded.slice()]
    decodeFloat16(halves, rounded, 0)
    decodeFloat16(
      halves.map((bits) => Math.max(0, bits - 1)),
      below,
      0,
    )
    decodeFloat16(
      halves.map((bits) => bits + 1),
      above,
      0,
    )
    expect(exact.some((value) => value > 0)).toBe(true)
    const wrong = exact.filter((value, i) => {
      const [low, own, high] = [below[i] ?? 0, rounded[i] ?? 0, above[i] ?? 0]
      const off = Math.abs(value - own)
      return off > Math.abs(value - low) || off > Math.abs(value - high)
    })
    expect(wrong).toHaveLength(0)
  })

  it('refuses bytes that are no model', async () => {
    await expect(openSession(new Uint8Array(100), { threads: 1 })).rejects.toThrow()
  })
})
