import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { type Checkpoint, readCheckpoint, writeCheckpoint } from '../src/training/checkpoint.js'

const folder = await mkdtemp(path.join(os.tmpdir(), 'wastex-checkpoint-'))
afterAll(() => rm(folder, { recursive: true, force: true }))
const file = path.join(folder, 'run', 'last.bin')

const checkpoint: Checkpoint = {
  madeOf: 'a backbone',
  history: [
    {
      stage: 'HEAD',
      epoch: 1,
      epochs: 3,
      loss: 0.1 + 0.2,
      accuracy: 1 / 3,
      valLoss: null,
      valAccuracy: null,
      learningRate: 1e-3,
      seconds: 0.5,
    },
  ],
  adamStep: 7,
  best: { loss: 0.25, epoch: 1 },
  tensors: new Map([
    ['weights/0', Float32Array.of(1, Math.PI, -0, 1e-38)],
    ['m/0', new Float32Array(0)],
    ['ünïcode', Float32Array.of(Number.NaN, Infinity)],
  ]),
}

it('is read as it was written, to the bit', async () => {
  await writeCheckpoint(file, checkpoint)
  expect(await readCheckpoint(file)).toEqual(checkpoint)
})

it('replaces the one before it', async () => {
  await writeCheckpoint(file, checkpoint)
  await writeCheckpoint(file, { ...checkpoint, best: undefined, adamStep: 8 })
  const { best: _best, ...rest } = checkpoint
  expect(await readCheckpoint(file)).toEqual({ ...rest, adamStep: 8 })
})

it('is not believed when it is torn, wherever', async () => {
  await writeCheckpoint(file, checkpoint)
  const { length } = await readFile(file)
  for (let to = length - 1; to >= 0; to -= 3) {
    await truncate(file, to)
    expect(await readCheckpoint(file)).toBeUndefined()
  }
})

it('is not believed when a bit of it has flipped, whichever byte', async () => {
  await writeCheckpoint(file, checkpoint)
  const whole = await readFile(file)
  for (let at = 0; at < whole.length; at++) {
    const broken = Buffer.from(whole)
    broken[at] = (broken[at] ?? 0) ^ 1
    await writeFile(file, broken)
    expect(await readCheckpoint(file)).toBeUndefined()
  }
})

it('is none where there is none', async () => {
  expect(await readCheckpoint(path.join(folder, 'nowhere', 'last.bin'))).toBeUndefined()
})
