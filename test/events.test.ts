import net from 'node:net'
import pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Events, mailboxSize, publish } from '../src/events.js'
import { createLog } from '../src/log.js'
import { breakListening } from './support/database.js'
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
  const { database, user, password, host, port } = new pg.Client({ connectionString: hall.databaseUrl })
  const isSocket = host.startsWith('/')
  let breakAtListen = 0
  const servers = new Set<net.Socket>()
  const proxy = net.createServer((near) => {
    const far = isSocket ? net.connect(`${host}/.s.PGSQL.${port}`) : net.connect(port, host)
    servers.add(near)
    for (const socket of [near, far]) socket.on('error', () => undefined)
    near.on('close', () => far.destroy())
    far.on('close', () => near.destroy())
    far.pipe(near)
    near.on('data', (data) => {
      if (breakAtListen > 0 && data.includes('LISTEN')) {
        breakAtListen--
        near.destroy()
      } else far.write(data)
    })
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  const { port: proxyPort } = proxy.address() as net.AddressInfo
  const login = `${encodeURIComponent(user ?? '')}:${encodeURIComponent(password ?? '')}`
  const events = await Events.open(`postgresql://${login}@127.0.0.1:${proxyPort}/${database}`, createLog('silent'))
  const back = new Promise<void>((resolve) => events.on('imageQueued', () => undefined, resolve))
  breakAtListen = 2
  for (const socket of servers) socket.destroy()
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
