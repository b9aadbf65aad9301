/** How many SQL statements each document costs: a fixed number, however long its lists are. */
import { PrismaPg } from '@prisma/adapter-pg'
import { Kind, parse } from 'graphql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { anybody } from '../src/access/actor.js'
import { makeYoga } from '../src/api/yoga.js'
import { PrismaClient } from '../src/db.js'
import { Serving } from '../src/predictions/serving.js'
import { Promotion } from '../src/promotion/promotion.js'
import { Training } from '../src/training/training.js'
import { openTestHall, type TestHall } from './support/hall.js'
import { contract, ownDocuments } from './support/contract.js'
import { addImage, addRun, addVersion } from './support/rows.js'

let hall: TestHall
let yoga: ReturnType<typeof makeYoga>
let disconnect: () => Promise<void>
const statements: string[] = []

beforeAll(async () => {
  hall = await openTestHall()
  const adapter = new PrismaPg({ connectionString: hall.databaseUrl, options: '-c timezone=UTC' })
  const db = new PrismaClient({ adapter, log: [{ emit: 'event', level: 'query' }] })
  db.$on('query', ({ query }) => statements.push(query))
  disconnect = () => db.$disconnect()
  const counted = { ...hall, db }
  const serving = new Serving(hall.config)
  const training = new Training(counted, async () => {})
  await addVersion(hall.db, 'active', { metal: 1 }, { isActive: true })
  yoga = makeYoga({ hall: counted, serving, training, promotion: new Promotion(counted, serving) })
})
afterAll(async () => {
  await disconnect()
  await hall.close()
})

const namesIn = (text: string) =>
  parse(text).definitions.flatMap((one) => (one.kind === Kind.OPERATION_DEFINITION ? (one.name?.value ?? []) : []))

/** BEGIN and COMMIT, which Prisma wraps around some, are not counted. */
async function statementsOf(documents: ReadonlyMap<string, string>, operationName: string, variables: object) {
  const query = [...documents.values()].find((text) => namesIn(text).includes(operationName))
  statements.length = 0
  const request = {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, operationName, variables }),
  }
  const response = await yoga.fetch('http://server/graphql', request, { actor: anybody })
  const answer = (await response.json()) as { errors?: unknown }
  expect(answer.errors, operationName).toBeUndefined()
  return statements.filter((statement) => !/^(BEGIN|COMMIT|ROLLBACK)/.test(statement)).length
}

const globalId = (id: string) => btoa(`Image:${id}`)

/** More of everything: the larger, the more. */
async function grow(name: string, size: number): Promise<{ ids: string[]; run: string }> {
  const version = await addVersion(hall.db, name, { glass: 4 * size, [`class of ${name}`]: 3 })
  for (let i = 0; i < 3 * size; i++) {
    await addImage(hall.db, { addedToDataset: true, versionId: version.id, reviewed: true })
    const run = await addRun(hall.db, `${name} ${i}`, version.id)
    const epochs = [1, 2, 3].map((epoch) => ({ runId: run.id, stage: 'HEAD' as const, epoch }))
    const figures = { loss: 1, accuracy: 1, learningRate: 1, seconds: 1 }
    await hall.db.runEpoch.createMany({ data: epochs.map((epoch) => ({ ...epoch, ...figures })) })
  }
  await addImage(hall.db, { reviewed: true, staged: true, assignedLabel: 'glass' })
  const ids = []
  for (let i = 0; i < 4 * size; i++) ids.push(globalId((await addImage(hall.db)).id))
  return { ids, run: `${name} 0` }
}

/** Those that read or change what is in lists, and what each costs. */
const expected = {
  ReviewQueue: 3,
  StagedImages: 3,
  OneImage: 3,
  Versions: 3,
  Version: 5,
  Diff: 7,
  Classes: 2,
  Runs: 3,
  Run: 4,
  Dashboard: 4,
  Label: 8,
  Unlabel: 6,
  MarkReviewed: 5,
  Reject: 6,
  LabelMany: 8,
  SetActiveVersion: 8,
}

/** Ours ask for more: each photo as the active version has it, for one. */
const expectedOfOurs = {
  ...expected,
  ReviewQueue: 5,
  StagedImages: 5,
  OneImage: 5,
  Label: 10,
  Unlabel: 8,
  MarkReviewed: 8,
  Reject: 8,
  LabelMany: 10,
  Dashboard: 5,
  Diff: 12,
  ClaimNext: 11,
  Claim: 10,
}

describe.each([
  ['our documents', ownDocuments, expectedOfOurs],
  ['the contract', contract, expected],
] as const)('the number of SQL statements of %s (the contract needs ../shared/contract)', (which, documents, costs) => {
  it.skipIf(!documents)('is small, and stays the same when lists grow', async () => {
    const before = await addVersion(hall.db, `before ${which}`, { metal: 1 })
    for (const size of [1, 4]) {
      const version = `${which} ${size}`
      const { ids, run } = await grow(version, size)
      const [id] = ids
      const page = { first: 50 }
      const variables: Record<keyof typeof expectedOfOurs, object> = {
        ReviewQueue: page,
        StagedImages: page,
        OneImage: { id },
        Versions: page,
        Version: { name: version, ...page },
        Diff: { from: before.name, to: version, ...page },
        Classes: {},
        Runs: page,
        Run: { name: run },
        Dashboard: {},
        ClaimNext: { desk: 'a', ...page },
        Claim: { desk: 'a', ids },
        Label: { id, classLabel: 'glass' },
        Unlabel: { id },
        MarkReviewed: { id },
        Reject: { id },
        LabelMany: { ids, classLabel: 'glass' },
        SetActiveVersion: { name: version },
      }
      const counts: Record<string, number> = {}
      for (const [name, given] of Object.entries(variables)) {
        if (name in costs) counts[name] = await statementsOf(documents ?? new Map(), name, given)
      }
      expect(counts).toEqual(costs)
    }
  })
})

const labelsElsewhere = `query Elsewhere($version: String!, $other: String!) {
  datasetVersion(name: $version) { entries(first: 50) { edges { node { classLabel labelIn(version: $other) } } } }
}`

it('is small, too, where each row says what another version labels it as', async () => {
  const [few, many] = [await addVersion(hall.db, 'few', { cork: 2 }), await addVersion(hall.db, 'many', { cork: 30 })]
  const counts = []
  for (const [version, other] of [
    [few, many],
    [many, few],
  ] as const)
    counts.push(
      await statementsOf(new Map([['own', labelsElsewhere]]), 'Elsewhere', {
        version: version.name,
        other: other.name,
      }),
    )
  expect(counts).toEqual([4, 4])
})
