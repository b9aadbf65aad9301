import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { sweep } from '../src/sweep.js'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'wastex-disk-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const hours = (count: number) => new Date(Date.now() - count * 3_600_000)
async function write(name: string, age: number): Promise<void> {
  const file = path.join(folder, name)
  await mkdir(path.dirname(file), { recursive: true })
  await writeFile(file, name)
  await utimes(file, hours(age), hours(age))
}
const files = async () =>
  (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .toSorted()

it('sweeps away what a crash left, and leaves what another process may be writing', async () => {
  await write('.old.1.tmp', 2)
  await write('.young.1.tmp', 0)
  await write('kept', 2)
  await write('.run old.1.tmp/card.json', 2)
  await write('.run young.1.tmp/card.json', 2)
  await write('.run young.1.tmp/model.onnx', 0)
  for (const run of ['.run old.1.tmp', '.run young.1.tmp']) await utimes(path.join(folder, run), hours(2), hours(2))
  await sweep(folder)
  expect(await files()).toEqual(['.run young.1.tmp/card.json', '.run young.1.tmp/model.onnx', '.young.1.tmp', 'kept'])
})

it('looks into folders as deep as it is told', async () => {
  for (const name of ['ab/.old.1.tmp', 'ab/kept', 'ab/cd/.old.1.tmp']) await write(name, 2)
  await sweep(folder)
  expect(await files()).toHaveLength(3)
  await sweep(folder, 1)
  expect(await files()).toEqual(['ab/cd/.old.1.tmp', 'ab/kept'])
})
