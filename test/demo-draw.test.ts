import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { drawSamples, wasteClasses } from '../demo/draw.js'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'wastex-draw-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const hashOf = async (file: string) =>
  createHash('sha256')
    .update(await readFile(file))
    .digest('hex')

it('draws JPEGs in a folder a class, and other things beside, all different', async () => {
  const samples = await drawSamples(path.join(folder, 'one'), { perClass: 3, odd: 6 })
  expect(samples.map((s) => s.classLabel)).toEqual([...wasteClasses.flatMap((c) => [c, c, c]), ...Array(6).fill(null)])
  expect(samples[0]?.path).toBe(path.join(folder, 'one', 'bag', 'bag-001.jpg'))
  for (const { path: file } of samples) {
    expect(await sharp(file).metadata()).toMatchObject({ format: 'jpeg', width: 400, height: 300 })
  }
  expect(new Set(await Promise.all(samples.map((s) => hashOf(s.path)))).size).toBe(samples.length)
})

it('draws the same photo from the same seed, however many are drawn, and another from another', async () => {
  const few = await drawSamples(path.join(folder, 'few'), { perClass: 1, seed: 7, classes: ['can'] })
  const more = await drawSamples(path.join(folder, 'more'), { perClass: 2, seed: 7 })
  const others = await drawSamples(path.join(folder, 'others'), { perClass: 1, seed: 8, classes: ['can'] })
  const can = more.find((s) => s.classLabel === 'can')
  const hashes = await Promise.all([few[0], can, others[0]].map((s) => hashOf(s?.path ?? '')))
  expect(hashes[0]).toBe(hashes[1])
  expect(hashes[2]).not.toBe(hashes[0])
})
