/** What is left of everything that changes what the network learns or what serves. */
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { system } from '../src/access/doer.js'
import { reject } from '../src/reviews/reject.js'
import { createVersion } from '../src/versions/create-version.js'
import type { TrainingRun } from '../src/db.js'
import { ask, send } from './support/client.js'
import type { TestHall } from './support/hall.js'
import { openTrainedHall } from './support/trained-hall.js'
import { addImage, addRun, addVersion } from './support/rows.js'
import type { TestServer } from './support/server.js'
import { finished, headAlone, startServerOf } from './support/training.js'

const minutes = 60_000
let hall: TestHall
let server: TestServer
let folder: string
/** It is there from the beginning, and serves. */
let first: TrainingRun

interface Entry {
  action: string
  actor: string
  subjectType: string
  subjectName: string
  before: string
  after: string
  requestId: string | null
}
const document = `query ($first: Int, $after: String, $filter: AuditFilter) {
  auditEntries(first: $first, after: $after, filter: $filter) {
    totalCount pageInfo { hasNextPage endCursor }
    edges { node { at action actor actorName subjectType subject subjectName before after requestId } } } }`
interface Page {
  auditEntries: {
    totalCount: number
    pageInfo: { hasNextPage: boolean; endCursor: string }
    edges: { node: Entry }[]
  }
}
const pageOf = async (filter: object = {}, page: object = {}) =>
  (await ask<Page, object>(server.address, document, { filter, ...page })).auditEntries
/** Oldest first. */
const told = async (filter: object = {}) =>
  (await pageOf(filter, { first: 100 })).edges
    .map(({ node }) => ({ ...node, before: JSON.parse(node.before), after: JSON.parse(node.after) }))
    .toReversed()
const servedAt = async (time: string) =>
  (
    await ask<{ activeRunAt: { name: string } | null }, object>(
      server.address,
      'query ($time: DateTime!) { activeRunAt(time: $time) { name } }',
      { time },
    )
  ).activeRunAt?.name ?? null
const globalId = (id: string) => btoa(`Image:${id}`)

beforeAll(async () => {
  ;({ hall, run: first } = await openTrainedHall())
  folder = path.join(hall.folder, 'v1')
  server = await startServerOf(hall)
})
afterAll(async () => {
  await server.close()
  await hall.close()
})

describe('the trail', () => {
  it('says of an operator’s every word who, when, what, before and after, and by which request', async () => {
    const { id } = await addImage(hall.db, { filename: 'a.jpg' })
    const variables = { id: globalId(id) }
    const requests: (string | null)[] = []
    const change = async (field: string) => {
      const response = await fetch(`${server.address}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query: `mutation ($id: ID!) { ${field} { id } }`, variables }),
      })
      expect(await response.json()).not.toHaveProperty('errors')
      requests.push(response.headers.get('x-request-id'))
    }
    await change('label(id: $id, classLabel: "battery")')
    await change('label(id: $id, classLabel: "battery")') // was so already
    await change('reject(id: $id)')
    await change('markReviewed(id: $id)')
    await change('unlabel(id: $id)')
    await change('labelMany(ids: [$id], classLabel: "bottle")')
    const entries = await told({ subject: id })
    expect(entries).toMatchObject([
      {
        action: 'LABEL',
        before: { reviewed: false, staged: false, assignedLabel: null },
        after: { reviewed: true, staged: true, assignedLabel: 'battery' },
      },
      {
        action: 'REJECT',
        before: { rejected: false, staged: true, assignedLabel: 'battery' },
        after: { rejected: true, staged: false, assignedLabel: null },
      },
      { action: 'MARK_REVIEWED', before: { rejected: true }, after: { rejected: false } },
      { action: 'UNLABEL', before: { reviewed: true }, after: { reviewed: false } },
      { action: 'LABEL_MANY', after: { reviewed: true, staged: true, assignedLabel: 'bottle' } },
    ])
    // A file's name may be a person's: it is not told.
    for (const entry of entries)
      expect(entry).toMatchObject({ actor: 'anybody', subjectType: 'Image', subjectName: null })
    requests.splice(1, 1) // it has changed nothing
    expect(entries.map(({ requestId }) => requestId)).toEqual(requests)
    expect(await told({ subject: id, action: 'REJECT', actor: 'anybody' })).toHaveLength(1)
    expect(await told({ subject: id, actor: 'system' })).toEqual([])
  })

  it('says nothing of what was not done', async () => {
    const before = (await pageOf()).totalCount
    const absent = globalId('00000000-0000-7000-8000-000000000000')
    for (const field of [
      `label(id: "${absent}", classLabel: "glass") { id }`,
      'setActiveVersion(name: "v1") { name }', // it is
      'setActiveVersion(name: "none") { name }',
      'promote(name: "none") { name }',
      'createVersion(input: { name: "v1" }) { name }',
    ])
      await send(server.address, `mutation { ${field} }`)
    expect((await pageOf()).totalCount).toBe(before)
  })

  it('is written with the change or not at all, and so is the change', async () => {
    const { id } = await addImage(hall.db)
    await hall.db.$executeRaw`ALTER TABLE "AuditEntry" ADD CONSTRAINT no_more CHECK (false) NOT VALID`
    await expect(reject(hall, system, id)).rejects.toThrow('no_more')
    await hall.db.$executeRaw`ALTER TABLE "AuditEntry" DROP CONSTRAINT no_more`
    expect(await hall.db.image.findUniqueOrThrow({ where: { id } })).toMatchObject({ reviewed: false })
  })

  it('says of versions what they were made of and which was active before', async () => {
    await ask(server.address, 'mutation ($input: ImportDatasetInput!) { importDataset(input: $input) { name } }', {
      input: { name: 'again', path: folder, activate: false },
    })
    await createVersion(hall, system, { name: 'v2' })
    await ask(server.address, 'mutation { setActiveVersion(name: "again") { name } }')
    const [imported] = await told({ subject: 'again', action: 'IMPORT_DATASET' })
    expect(imported).toMatchObject({ actor: 'anybody', subjectType: 'DatasetVersion', before: {} })
    expect(imported?.after).toEqual({ totalImages: 48 })
    expect(await told({ subject: 'v2' })).toMatchObject([
      {
        action: 'CREATE_VERSION',
        actor: 'system',
        requestId: null,
        before: { activeVersion: 'v1' },
        after: { activeVersion: 'v2', parent: 'v1', totalImages: 49 },
      },
    ])
    expect(await told({ action: 'SET_ACTIVE_VERSION' })).toMatchObject([
      { before: { activeVersion: 'v2' }, after: { activeVersion: 'again' } },
    ])
  })

  it('pages like other lists, and knows nonsense', async () => {
    const all = await told()
    const first = await pageOf({}, { first: 2 })
    const second = await pageOf({}, { first: 2, after: first.pageInfo.endCursor })
    expect([...first.edges, ...second.edges].map(({ node }) => node.action)).toEqual(
      all
        .toReversed()
        .slice(0, 4)
        .map(({ action }) => action),
    )
    const wrong = { filter: { since: '2025-01-02T00:00:00Z', until: '2025-01-01T00:00:00Z' } }
    expect((await send(server.address, document, wrong)).errors?.[0]?.extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      field: 'filter.until',
    })
    expect(await told({ until: '2025-01-01T00:00:00Z' })).toEqual([])
    expect(await told({ since: '2025-01-01T00:00:00Z' })).toHaveLength(all.length)
  })

  it('only grows: the database itself refuses to change, delete or empty it', async () => {
    await expect(hall.db.auditEntry.updateMany({ data: { actor: 'nobody' } })).rejects.toThrow('only grows: UPDATE')
    await expect(hall.db.auditEntry.deleteMany()).rejects.toThrow('only grows: DELETE')
    await expect(hall.db.$executeRaw`TRUNCATE "AuditEntry"`).rejects.toThrow('only grows: TRUNCATE')
  })
})

describe('training and promotion', () => {
  it('are told with their ends; what served when is known', { timeout: 3 * minutes }, async () => {
    const beginning = first.createdAt.toISOString()
    expect(await servedAt(beginning)).toBeNull()
    const start = 'mutation ($input: StartTrainingInput!) { startTraining(input: $input) { name } }'
    const train = async (more: object) => {
      const input = { datasetVersion: 'v1', ...headAlone, ...more }
      const { startTraining } = await ask<{ startTraining: { name: string } }, object>(server.address, start, { input })
      return hall.db.trainingRun.findUniqueOrThrow({ where: { name: startTraining.name } })
    }
    const afterFirst = new Date(Date.now() + 1).toISOString()
    const second = await train({ stage1: { epochs: 500 } })
    await ask(server.address, `mutation { cancelTraining(name: "${second.name}") { name } }`)
    await ask(server.address, `mutation { resumeTraining(name: "${second.name}") { name } }`)
    await ask(server.address, `mutation { cancelTraining(name: "${second.name}") { name } }`)
    expect(await told({ subject: first.name })).toMatchObject([
      {
        action: 'START_TRAINING',
        actor: 'anybody',
        before: {},
        after: { status: 'QUEUED', datasetVersion: 'v1', recipe: 'DEFAULT', autoPromote: true },
      },
      { action: 'END_TRAINING', actor: 'system', before: { status: 'RUNNING' }, after: { status: 'COMPLETED' } },
      { action: 'PROMOTE', actor: 'system', before: { serves: null }, after: { serves: first.name } },
    ])
    expect(
      (await told({ subject: second.name })).map(({ action, actor, after }) => [action, actor, after.status]),
    ).toEqual([
      ['START_TRAINING', 'anybody', 'QUEUED'],
      ['CANCEL_TRAINING', 'anybody', 'CANCELLED'],
      ['RESUME_TRAINING', 'anybody', 'QUEUED'],
      ['CANCEL_TRAINING', 'anybody', 'CANCELLED'],
    ])

    // Served already: no row.
    await ask(server.address, `mutation { promote(name: "${first.name}") { name } }`)
    expect(await told({ action: 'PROMOTE' })).toHaveLength(1)
    const third = await train({ fromServing: false, seed: 2 })
    await finished(hall, third.id)
    await ask(server.address, `mutation { promote(name: "${third.name}") { name } }`)
    const now = new Date(Date.now() + 1).toISOString()
    expect(await servedAt(beginning)).toBeNull()
    expect(await servedAt(afterFirst)).toBe(first.name)
    expect(await servedAt(now)).toBe(third.name)

    // Two servers that promote at once: what the trail says last is what the database says serves.
    const other = await startServerOf(hall)
    for (let i = 0; i < 3; i++) {
      await Promise.all(
        [server.address, other.address].map((address, at) =>
          ask(address, `mutation { promote(name: "${(at + i) % 2 ? first.name : third.name}") { name } }`),
        ),
      )
      const active = await hall.db.trainingRun.findFirstOrThrow({ where: { isActive: true } })
      expect(await servedAt(new Date(Date.now() + 1).toISOString())).toBe(active.name)
    }
    await other.close()
    const chain = await told({ action: 'PROMOTE' })
    chain.slice(1).forEach(({ before }, i) => expect(before.serves).toBe(chain[i]?.after.serves))
  })

  it('of a clock that was set back, the later promotion counts', async () => {
    const version = await addVersion(hall.db, 'clock')
    const [early, late] = [await addRun(hall.db, 'early', version.id), await addRun(hall.db, 'late', version.id)]
    const row = (id: string, at: string) =>
      hall.db.auditEntry.create({
        data: {
          at,
          actor: 'x',
          actorName: 'x',
          action: 'PROMOTE',
          subjectType: 'TrainingRun',
          subjectId: id,
          before: {},
          after: {},
        },
      })
    await row(early.id, '2040-01-01T12:00:05Z')
    await row(late.id, '2040-01-01T12:00:03Z')
    expect(await servedAt('2040-01-01T12:00:04Z')).toBe('late')
    expect(await servedAt('2040-01-01T12:00:06Z')).toBe('late')
  })
})
