/** What was classified, as the wall screen and the console count it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ClassifiedByHourDocument } from '../documents/generated/graphql.js'
import { ask } from './support/client.js'
import { startTestServer, type TestServer } from './support/server.js'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
  const row = (hour: number, className: string, totalCount: number, oodCount: number) => ({
    className,
    recordedAt: new Date(Date.UTC(2026, 0, 1, hour)),
    totalCount,
    oodCount,
  })
  await server.db.trashCounter.createMany({
    data: [
      row(7, 'glass', 9, 9),
      row(8, 'paper', 2, 1),
      row(8, 'glass', 5, 0),
      row(10, 'metal', 0, 3),
      row(11, 'glass', 1, 1),
    ],
  })
})
afterAll(() => server.close())

const between = (from: string, to?: string) =>
  ask(server.address, ClassifiedByHourDocument, { from, ...(to && { to }) }).then((answer) => answer.classifiedByHour)

describe('counts by the hour', () => {
  it('come by hour and class, what was known beside what went to review; hours without any are left out', async () => {
    // Both ends lie within an hour, which counts whole.
    expect(await between('2026-01-01T08:59:00.000Z', '2026-01-01T10:01:00.000Z')).toEqual([
      { hour: '2026-01-01T08:00:00.000Z', classLabel: 'glass', known: 5, review: 0 },
      { hour: '2026-01-01T08:00:00.000Z', classLabel: 'paper', known: 2, review: 1 },
      { hour: '2026-01-01T10:00:00.000Z', classLabel: 'metal', known: 0, review: 3 },
    ])
  })

  it('go up to now where nobody says until when', async () => {
    const recordedAt = new Date(new Date().setUTCMinutes(0, 0, 0))
    await server.db.trashCounter.create({ data: { className: 'glass', recordedAt, totalCount: 4, oodCount: 2 } })
    expect(await between(recordedAt.toISOString())).toEqual([
      { hour: recordedAt.toISOString(), classLabel: 'glass', known: 4, review: 2 },
    ])
  })
})
