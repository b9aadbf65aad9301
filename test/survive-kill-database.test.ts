/** kill -9 of the server and of its built-in PostgreSQL, which writes to the disk as it does for everybody: what was acknowledged is there. */
import { chmodSync, existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { drawSamples } from '../demo/draw.js'
import { ask } from './support/client.js'
import { ServerProcess } from './support/server-process.js'
import { until } from './support/until.js'

const minutes = 60_000
let folder: string
let server: ServerProcess | undefined

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'wastex-killed-'))
  chmodSync(folder, 0o755) // root's PostgreSQL runs as another user
  await drawSamples(path.join(folder, 'photos'), { perClass: 4, classes: ['bottle', 'can'], seed: 9 })
})
afterAll(async () => {
  await server?.kill()
  await rm(folder, { recursive: true, force: true })
})

const start = async () => {
  server = new ServerProcess({
    DATABASE_URL: '',
    WASTEX_DATA: path.join(folder, 'data'),
    WASTEX_MODELS: path.join(folder, 'models'),
    WASTEX_IMPORT_ROOTS: folder,
  })
  return { server, address: await server.address() }
}
const postmaster = () => Number(readFileSync(path.join(folder, 'data/pg/postmaster.pid'), 'utf8').split('\n')[0])

/** Versions that were acknowledged, the active one last. */
const made: string[] = []
async function work(address: string, round: string): Promise<void> {
  const input = (name: string) => ({ input: { name, path: path.join(folder, 'photos'), activate: true } })
  for (let i = 0; ; i++) {
    const name = `${round} ${i}`
    await ask(address, 'mutation ($input: ImportDatasetInput!) { importDataset(input: $input) { name } }', input(name))
    made.push(name)
  }
}

it.each([
  ['the server alone, whose database is left running', false],
  ['both at once', true],
])('%s', { timeout: minutes }, async (round, isBoth) => {
  const { server: killed, address } = await start()
  const working = work(address, round).catch((error: Error) => error)
  await until(() => made.filter((name) => name.startsWith(round)).length >= 3)
  if (isBoth) process.kill(postmaster(), 'SIGKILL')
  await killed.kill()
  expect(String(await working)).toMatch(/fetch failed|terminated|socket|Internal|INTERNAL|500/)

  const again = await start()
  const { datasetVersions } = await ask<
    { datasetVersions: { edges: { node: { name: string; isActive: boolean } }[] } },
    object
  >(again.address, '{ datasetVersions(first: 100) { edges { node { name isActive } } } }', {})
  const there = datasetVersions.edges.map(({ node }) => node)
  expect(there.map(({ name }) => name)).toEqual(expect.arrayContaining(made))
  // The last that was acknowledged is the active one, unless one more was made that nobody heard of.
  const active = there.find(({ isActive }) => isActive)
  expect([made.at(-1), ...there.map(({ name }) => name).filter((name) => !made.includes(name))]).toContain(active?.name)
  for (const { name } of there) if (!made.includes(name)) made.push(name)

  const asked = performance.now()
  again.server.signal('SIGTERM')
  expect((await again.server.ended).code).toBe(0)
  expect(performance.now() - asked).toBeLessThan(10_000)
  // It lies where others may pass and look at nothing.
  expect(statSync(path.join(folder, 'data')).mode & 0o777).toBe(0o711)
  expect(statSync(path.join(folder, 'models')).mode & 0o777).toBe(0o700)
  expect(readdirSync(path.join(folder, 'data'))).toContain('pg')
  expect(existsSync(path.join(folder, 'data/pg/postmaster.pid'))).toBe(false)
})
