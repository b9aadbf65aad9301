import { afterAll, beforeAll, expect, it } from 'vitest'
import { Events, mailboxSize, publish } from '../src/events.js'
import { createLog } from '../src/log.js'
import { breakListening } from './support/database.js'
import { startDatabaseProxy } from './support/database-proxy.js'
import { openTestHall, type TestHall } from './support/hall.js'

let hall: TestHall
beforeAll(async () => {
  hall = await openTestHall()
})
afterAll(() => hall.close())

it('what is told on the channel by others harms nobody', async () => {
  const news = hall.events.subscribe('imageQueued')
  for (const told of ['hello', '', 'null', '5', '[]', '["imageQueued"]', '["imageQueued", null]'])
    await hall.db.$executeRaw`SELECT pg_notify('wastex', ${told})`
  await publish(hall.db, 'imageQueued', { id: 'ours' })
  expect((await news.next()).value).toEqual({ id: 'ours' })
  await news.return?.()
})

it('a connection that breaks while it begins to listen is replaced by one, not by two', async () => {
  let breakAtListen = 0
  const proxy = await startDatabaseProxy(hall.databaseUrl, (data) => data.includes('LISTEN') && breakAtListen-- > 0)
  const events = await Events.open(proxy.url, createLog('silent'))
  const back = new Promise<void>((resolve) => events.on('imageQueued', () => undefined, resolve))
  breakAtListen = 2
  proxy.breakAll()
  await back
  const listeners = await hall.db.$queryRaw<unknown[]>`
    SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query = 'LISTEN wastex'`
  // The hall's own, and one.
  expect(listeners).toHaveLength(2)
  const news = events.subscribe('imageQueued')
  await publish(hall.db, 'imageQueued', { id: 'once' })
  await publish(hall.db, 'imageQueued', { id: 'last' })
  const heard = [(await news.next()).value, (await news.next()).value]
  expect(heard).toEqual([{ id: 'once' }, { id: 'last' }])
  await events.close()
  proxy.close()
})

it(
  'a connection that has fallen silent is replaced, and whoever listens hears that messages may be missing',
  { timeout: 40_000 },
  async () => {
    const proxy = await startDatabaseProxy(hall.databaseUrl)
    const events = await Events.open(proxy.url, createLog('silent'))
    const gap = new Promise<void>((resolve) => events.on('imageQueued', () => undefined, resolve))
    expect(await events.look('SELECT 1 AS one')).toEqual([{ one: 1 }])
    proxy.silenceAll()
    // Nobody closes anything: what is asked now is given up, and what is asked then has a new connection.
    await expect(events.look('SELECT 2 AS two')).rejects.toThrow(/timeout/)
    expect(await events.look('SELECT 3 AS three')).toEqual([{ three: 3 }])
    await gap
    const news = events.subscribe('imageQueued')
    await publish(hall.db, 'imageQueued', { id: 'heard again' })
    expect((await news.next()).value).toEqual({ id: 'heard again' })
    await events.close()
    proxy.close()
  },
)

it('a subscriber that falls a mailbox behind has that much and its end; the others hear all', async () => {
  const [slow, quick] = [hall.events.subscribe('imageQueued'), hall.events.subscribe('imageQueued')]
  const heard: string[] = []
  // In two: what arrives in one breath nobody can read in between.
  const half = mailboxSize / 2 + 25
  for (const first of [0, half]) {
    await hall.db.$executeRaw`
      SELECT pg_notify('wastex', json_build_array('imageQueued', json_build_object('id', (${first}::int + i)::text))::text)
      FROM generate_series(1, ${half}::int) i`
    while (heard.length < first + half) heard.push((await quick.next()).value.id)
  }
  expect(heard).toEqual(Array.from({ length: mailboxSize + 50 }, (_, i) => String(i + 1)))
  const late: string[] = []
  for await (const { id } of slow) late.push(id)
  expect(late).toEqual(heard.slice(0, mailboxSize))
})

it('a subscriber for whom nothing makes up for what was missed has its end; the others go on', async () => {
  const [plain, madeUp] = [
    hall.events.subscribe('imageQueued'),
    hall.events.subscribe('imageQueued', () => Promise.resolve({ id: 'made up' })),
  ]
  await publish(hall.db, 'imageQueued', { id: 'before' })
  expect([(await plain.next()).value, (await madeUp.next()).value]).toEqual([{ id: 'before' }, { id: 'before' }])
  await breakListening(hall.db)
  expect(await plain.next()).toMatchObject({ done: true })
  expect((await madeUp.next()).value).toEqual({ id: 'made up' })
  await publish(hall.db, 'imageQueued', { id: 'after' })
  expect((await madeUp.next()).value).toEqual({ id: 'after' })
  await madeUp.return?.()
})
