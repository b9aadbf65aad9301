/** A server whose clock is two hours ahead works beside the database and beside others as if it were not. */
import { existsSync } from 'node:fs'
import { mkdir, utimes, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { Prisma } from '../src/db.js'
import { markActive } from '../src/promotion/mark.js'
import { system } from '../src/access/doer.js'
import { ask, send } from './support/client.js'
import { openTestHall, type TestHall } from './support/hall.js'
import { addImage, addRun } from './support/rows.js'
import { ServerProcess } from './support/server-process.js'
import { drawVersion, settingsOf } from './support/training.js'

const hourMs = 3_600_000
const before = (hours: number) => new Date(Date.now() - hours * hourMs)

let hall: TestHall
let ahead: ServerProcess
let address: string
/** In the uploads, and beside the models: one that is new, and one that crashed hours ago. */
const files = { young: '', old: '', youngDraft: '', oldDraft: '' }

beforeAll(async () => {
  hall = await openTestHall({ WASTEX_KEEP_UNLABELLED_DAYS: '1' })
  await drawVersion(hall, 'v1', { perClass: 4 })
  const { uploadsDir, modelsDir } = hall.config
  Object.assign(files, {
    young: path.join(uploadsDir, 'aa', `${'a'.repeat(64)}.jpg`),
    old: path.join(uploadsDir, 'bb', `${'b'.repeat(64)}.jpg`),
    youngDraft: path.join(modelsDir, '.young.tmp'),
    oldDraft: path.join(modelsDir, '.old.tmp'),
  })
  for (const file of Object.values(files)) {
    await mkdir(path.dirname(file), { recursive: true })
    await writeFile(file, 'x')
  }
  for (const file of [files.old, files.oldDraft]) await utimes(file, before(1.5), before(1.5))
  for (const [key, hours] of Object.entries({ young: 23, old: 25 }))
    await hall.db.idempotencyKey.create({
      data: { actor: 'anybody', key, request: '0'.repeat(64), answers: {}, createdAt: before(hours) },
    })
  await addImage(hall.db, { filename: 'young.jpg', createdAt: before(23) })
  await addImage(hall.db, { filename: 'old.jpg', createdAt: before(25) })
  const settings = { ...settingsOf(hall), WASTEX_KEEP_UNLABELLED_DAYS: '1', WASTEX_IDEMPOTENCY_HOURS: '24' }
  const module = path.resolve(import.meta.dirname, 'support/two-hours-ahead.mjs')
  ahead = new ServerProcess(settings, ['--import', module])
  address = await ahead.address()
}, 120_000)
afterAll(async () => {
  await ahead.kill()
  await hall.close()
})

const reviewed = async (filename: string) =>
  (await hall.db.image.findMany({ where: { photo: { filename, erasedAt: null } } })).length

describe('a server whose clock is two hours ahead', () => {
  it('removes what is over its time by the clocks of the database and of the disk, and nothing else', async () => {
    expect([existsSync(files.youngDraft), existsSync(files.oldDraft)]).toEqual([true, false])
    // The last of what is seen to hourly.
    await expect.poll(() => existsSync(files.old), { timeout: 30_000 }).toBe(false)
    expect(existsSync(files.young)).toBe(true)
    expect([await reviewed('young.jpg'), await reviewed('old.jpg')]).toEqual([1, 0])
    await expect
      .poll(async () => (await hall.db.idempotencyKey.findMany()).map(({ key }) => key), { timeout: 10_000 })
      .toEqual(['young'])
  })

  it('shows and honours a claim that holds, and gives none that ends later than others’', async () => {
    const { id } = await hall.db.image.findFirstOrThrow({ where: { filename: 'young.jpg' } })
    const { claimNext } = await ask<{ claimNext: { claim: { until: string } | null }[] }, object>(
      address,
      'mutation { claimNext(desk: "one") { claim { until } } }',
      {},
    )
    expect(claimNext[0]?.claim).not.toBeNull()
    const other = 'mutation { claimNext(desk: "two") { id } }'
    expect(await ask(address, other, {})).toEqual({ claimNext: [] })
    await hall.db.image.update({ where: { id }, data: { claimedUntil: before(0.01) } })
    expect((await ask<{ claimNext: unknown[] }, object>(address, other, {})).claimNext).toHaveLength(1)
  })

  it('writes no time that has not come yet, whatever it does', { timeout: 120_000 }, async () => {
    const run = 'mutation ($input: StartTrainingInput!) { startTraining(input: $input) { name } }'
    const { startTraining } = await ask<{ startTraining: { name: string } }, object>(address, run, {
      input: { datasetVersion: 'v1' },
    })
    await ask(address, 'mutation ($name: String!) { cancelTraining(name: $name) { status } }', startTraining)
    const folder = await drawVersion(hall, 'beside', { perClass: 3, seed: 2 })
    await ask(address, 'mutation ($path: String!) { importDataset(input: { name: "again", path: $path }) { name } }', {
      path: folder,
    })
    const { id } = await addRun(hall.db, 'run-marked', 1)
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 2 * hourMs })
    await markActive(hall.db, system, id).finally(() => vi.useRealTimers())
    const make = (name: string) => `mutation { createToken(name: "${name}", role: ADMIN) { secret } }`
    const { createToken } = await ask<{ createToken: { secret: string } }, object>(address, make('first'), {})
    const headers = { authorization: `Bearer ${createToken.secret}` }
    for (const query of [make('second'), 'mutation { revokeToken(name: "second") { name } }'])
      expect((await send(address, query, {}, { headers })).errors).toBeUndefined()
    const tokens = await hall.db.accessToken.findMany({ orderBy: { name: 'asc' } })
    expect(tokens).toMatchObject([{ lastUsedAt: expect.any(Date) }, { revokedAt: expect.any(Date) }])
    // A lease and a claim end within minutes.
    const columns = await hall.db.$queryRaw<{ table: string; column: string }[]>`
      SELECT table_name AS table, column_name AS column FROM information_schema.columns
      WHERE table_schema = 'public' AND data_type = 'timestamp with time zone' AND table_name <> '_prisma_migrations'`
    expect(columns.length).toBeGreaterThan(15)
    for (const { table, column } of columns) {
      const [row] = await hall.db.$queryRaw<{ late: boolean }[]>`
        SELECT coalesce(max(${Prisma.raw(`"${column}"`)}) > now() + interval '10 minutes', false) AS late
        FROM ${Prisma.raw(`"${table}"`)}`
      expect([table, column, row?.late]).toEqual([table, column, false])
    }
  })
})
