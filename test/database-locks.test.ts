/** A change waits for what another one holds, but not for ever, and nobody holds it for ever by doing nothing. */
import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { errorForClient } from '../src/api/errors-for-clients.js'
import { connect, lockLimits, type PrismaClient } from '../src/db.js'
import { createLog } from '../src/log.js'
import { markReviewed } from '../src/reviews/mark-reviewed.js'
import { changingVersions } from '../src/versions/one-at-a-time.js'
import { send } from './support/client.js'
import { by } from './support/doer.js'
import { addImage } from './support/rows.js'
import { startTestServer, type TestServer } from './support/server.js'

let server: TestServer
let hurried: PrismaClient
let image: { id: string }
const asText = (ms: number) => (ms % 60_000 === 0 ? `${ms / 60_000}min` : `${ms / 1_000}s`)

beforeAll(async () => {
  server = await startTestServer()
  hurried = connect(server.config.databaseUrl ?? '', 2, 0, { waitMs: 200, idleMs: 200 })
  image = await addImage(server.db)
})
afterAll(async () => {
  await hurried.$disconnect()
  await server.close()
})

it('what is held for too long by another is given up with a word on it, and can be done afterwards', async () => {
  const other = new pg.Client({ connectionString: server.config.databaseUrl })
  await other.connect()
  await other.query('BEGIN')
  await other.query('SELECT FROM "Image" WHERE id = $1 FOR UPDATE', [image.id])
  const failure: unknown = await markReviewed({ db: hurried }, by, image.id).catch((error: unknown) => error)
  expect(errorForClient(failure, createLog('silent'))).toMatchObject({ code: 'TIMED_OUT' })
  await other.query('ROLLBACK')
  await other.end()
  await markReviewed(server, by, image.id)
  expect(await server.db.image.findUnique({ where: { id: image.id } })).toMatchObject({ reviewed: true })
})

it('a transaction that does nothing for too long is undone', async () => {
  const idle = hurried.$transaction(async (tx) => {
    await tx.image.update({ where: { id: image.id }, data: { filename: 'changed' } })
    await wait(600)
    await tx.image.update({ where: { id: image.id }, data: { filename: 'changed again' } })
  })
  await expect(idle).rejects.toThrow()
  expect(await server.db.image.findUnique({ where: { id: image.id } })).not.toMatchObject({ filename: 'changed' })
})

it('the server’s own changes have these limits, and longer ones where versions are made', async () => {
  await server.db.$executeRaw`CREATE TABLE seen (value text)`
  await server.db.$executeRaw`
    CREATE FUNCTION look() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      INSERT INTO seen VALUES (current_setting('lock_timeout')), (current_setting('idle_in_transaction_session_timeout'));
      RETURN NEW;
    END $$`
  await server.db.$executeRaw`CREATE TRIGGER look BEFORE UPDATE ON "Image" FOR EACH ROW EXECUTE FUNCTION look()`
  const id = Buffer.from(`Image:${image.id}`).toString('base64url')
  const { errors } = await send(server.address, 'mutation ($id: ID!) { reject(id: $id) { id } }', { id })
  expect(errors).toBeUndefined()
  const seen = await server.db.$queryRaw<{ value: string }[]>`SELECT value FROM seen`
  expect(seen.map(({ value }) => value)).toEqual([lockLimits.waitMs, lockLimits.idleMs].map(asText))

  const [there] = await changingVersions(
    server.db,
    (tx) => tx.$queryRaw<{ value: string }[]>`SELECT current_setting('lock_timeout') AS value`,
  )
  expect(there?.value).toBe(asText(lockLimits.versionsMs))
})
