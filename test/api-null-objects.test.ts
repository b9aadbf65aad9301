/** Every nullable object of the schema is asked for twice, with all that is below it: where it is null, and where it is an object. */
import { rm } from 'node:fs/promises'
import {
  buildClientSchema,
  getIntrospectionQuery,
  getNamedType,
  getNullableType,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  isInterfaceType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
} from 'graphql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { encodeId } from '../src/api/ids.js'
import type { TrainingRun } from '../src/db.js'
import { photoFile } from '../src/photos/store.js'
import { trainingRows } from '../src/versions/training-rows.js'
import { changeCard } from './support/change-card.js'
import { type Answer, ask, file, send, upload } from './support/client.js'
import { drawnPhoto } from './support/drawn-photo.js'
import type { TestHall } from './support/hall.js'
import { addJudgedRun } from './support/judged-run.js'
import { addImage, addRun } from './support/rows.js'
import { startTestServer, type TestServer } from './support/server.js'
import { bearer } from './support/tokens.js'
import { openTrainedHall } from './support/trained-hall.js'
import { settingsOf, startServerOf } from './support/training.js'

type Fields = Record<string, unknown>
/** @param all the selection of everything below the field @returns the field's value, and what went wrong */
type Probe = (all: string) => Promise<{ value: unknown; codes: string[] }>
interface Case {
  readonly whereNull: Probe
  readonly whereObject: Probe
}

let hall: TestHall
/** Its model knows every photo. */
let server: TestServer
/** The same, but chance sends every photo to review. */
let sampling: TestServer
/** Nothing is in it. */
let empty: TestServer
let headers: Record<string, string>
let run: TrainingRun
/** Global ids. */
const images = { queued: '', claimed: '', taken: '', erased: '' }
/** Content hash of a photo without an Image. */
let neverReviewed: string

const data = (address: string, document: string, variables: object = {}) =>
  ask<Fields, object>(address, document, variables, { headers })
/** @param at from the data to the field: names, and places in lists */
function seen({ data, errors = [] }: Answer<Fields>, at: string) {
  const step = (holder: unknown, name: string) => (holder as Fields | null | undefined)?.[name]
  return { value: at.split('.').reduce<unknown>(step, data), codes: errors.map(({ extensions }) => extensions.code) }
}
const asked =
  (at: string, document: (all: string) => string, variables: () => object = () => ({}), of = () => server): Probe =>
  async (all) =>
    // Nobody has to sign in where there is no token.
    seen(await send<Fields, object>(of().address, document(all), variables(), of() === empty ? {} : { headers }), at)

const photo = async (seed: number) => file(await drawnPhoto(seed), `${seed}.jpg`)

async function prepare(): Promise<void> {
  const { createToken } = (await ask(
    server.address,
    'mutation { createToken(name: "first", role: ADMIN) { secret token { createdBy { name } } } }',
  )) as { createToken: { secret: string } }
  headers = bearer(createToken.secret)
  await data(server.address, 'mutation { createToken(name: "second", role: DEVICE) { secret } }')

  const ids = await Promise.all(Object.keys(images).map(() => addImage(hall.db)))
  const [queued = '', claimed = '', taken = '', erased = ''] = ids.map(({ id }) => encodeId('Image', id))
  Object.assign(images, { queued, claimed, taken, erased })
  await data(server.address, 'mutation ($ids: [ID!]!) { claim(desk: "a", ids: $ids) { id } }', { ids: [claimed] })
  const label = 'mutation ($id: ID!, $as: String!) { label(id: $id, classLabel: $as) { id } }'
  await data(server.address, label, { id: taken, as: 'paper' })
  await data(server.address, 'mutation { createVersion(input: { name: "v2", activate: true }) { name } }')
  const named = encodeId('Image', (await addImage(hall.db)).id)
  await data(server.address, label, { id: named, as: 'a class in no version' })

  const rows = await trainingRows(hall.db, 1)
  const photos = rows.filter(({ split }) => split === 'TEST')
  const answers = photos.map(({ classLabel }) => classLabel)
  const judged = { versionId: 1, photos, classLabels: [...new Set(answers)].toSorted(), answers }
  const older = { ...judged, run }
  await addRun(hall.db, 'bare', 1)
  await addJudgedRun(hall.db, 'judged', { ...judged, older, run: { startedFromId: run.id } })
  await addJudgedRun(hall.db, 'judged-alone', { ...judged, older, run: { baselineId: null } })
  // The photo of a file that its owner has deleted.
  const [imported] = rows
  if (!imported) return expect.fail('the version has no photo')
  await rm(photoFile(hall.config, imported))
  neverReviewed = imported.contentHash
}

beforeAll(async () => {
  ;({ hall, run } = await openTrainedHall())
  await changeCard(hall, run, (card) => (card.thresholds = { energy: 1e9, confidence: 0, novelty: null }))
  server = await startServerOf(hall)
  sampling = await startTestServer({ ...settingsOf(hall), WASTEX_REVIEW_SHARE: '1' })
  empty = await startTestServer()
  await prepare()
}, 600_000)
afterAll(async () => {
  for (const one of [empty, sampling, server]) await one.close()
  await hall.close()
})

const ofImage = (field: string, object: 'claimed' | 'taken'): Case => {
  const document = (all: string) => `query ($id: ID!) { image(id: $id) { ${field} ${all} } }`
  const of = (which: keyof typeof images) => asked(`image.${field}`, document, () => ({ id: images[which] }))
  return { whereNull: of('queued'), whereObject: of(object) }
}
const ofRun = (field: string, runs: { isNull: string; isObject: string }): Case => {
  const document = (all: string) =>
    `query ($name: String!) { trainingRun(name: $name) { ${field.replaceAll('.', ' { ')} ${all} ${'}'.repeat(field.split('.').length)} }`
  const of = (name: string) => asked(`trainingRun.${field}`, document, () => ({ name }))
  return { whereNull: of(runs.isNull), whereObject: of(runs.isObject) }
}
const ofVersion = (field: string, versions: { isNull: string; isObject: string }): Case => {
  const of = (name: string) =>
    asked(`datasetVersion.${field}`, (all) => `{ datasetVersion(name: "${name}") { ${field} ${all} } }`)
  return { whereNull: of(versions.isNull), whereObject: of(versions.isObject) }
}
const ofEstimate = (field: string, inputs: { isNull: string; isObject: string }): Case => {
  const of = (input: string) =>
    asked(
      `trainingEstimate.${field}`,
      (all) => `{ trainingEstimate(input: { datasetVersion: "v1" ${input} }) { ${field} ${all} } }`,
    )
  return { whereNull: of(inputs.isNull), whereObject: of(inputs.isObject) }
}
/** A field that is an object or an error: it is nullable so that its neighbours survive the error. */
const foundOrNot = (field: string, found: string, notFound: string): Case => {
  const of = (args: string) => asked(field, (all) => `{ ${field}(${args}) ${all} }`)
  return { whereNull: of(notFound), whereObject: of(found) }
}

/** Several ways to the same field, one after another. */
const everyWay =
  (...probes: Probe[]): Probe =>
  async (all) => {
    const answers: Awaited<ReturnType<Probe>>[] = []
    for (const probe of probes) answers.push(await probe(all))
    const odd = answers.find(({ value }) => (value === null) !== (answers[0]?.value === null))
    return odd ?? { value: answers[0]?.value, codes: answers.flatMap(({ codes }) => codes) }
  }

const classified =
  (at: string, document: (all: string) => string, of: () => TestServer, photos: () => Promise<object>): Probe =>
  async (all) =>
    seen(await upload<Fields, object>(of().address, document(all), await photos(), { headers }), at)
const one = (field: string, seed: number, of: () => TestServer, name = 'classify') =>
  classified(
    `${name}.${field}`,
    (all) => `mutation ($image: Upload!) { ${name}(image: $image) { ${field} ${all} } }`,
    of,
    async () => ({ image: await photo(seed) }),
  )
/** The first is a photo, the second is none. */
const several = (field: string, of = () => server) =>
  classified(
    `classifyMany.${field}`,
    (all) =>
      `mutation ($images: [Upload!]!) { classifyMany(images: $images) { ${field
        .split('.')
        .slice(1)
        .join(' { ')} ${all} ${'}'.repeat(field.split('.').length - 1)} }`,
    of,
    async () => ({ images: [await photo(11), file(Buffer.from('no photo'), 'none.jpg')] }),
  )

/** A request that was answered before there were heat maps, and comes again. */
const oldAnswer: Probe = async (all) => {
  const ask = async () =>
    upload<Fields, object>(
      server.address,
      `mutation ($image: Upload!) { classify(image: $image) { heatMap ${all} } }`,
      { image: await photo(12) },
      { headers: { ...headers, 'idempotency-key': 'old' } },
    )
  await ask()
  await hall.db.$executeRaw`
    UPDATE "IdempotencyKey" SET answers = answers #- '{classify,heatMap}' WHERE key = 'old'`
  return seen(await ask(), 'classify.heatMap')
}

const runningNow: Probe = async (all) => {
  const { id } = await addRun(hall.db, 'running', 1, { status: 'QUEUED' })
  const answer = await asked('runningTraining', () => `{ runningTraining ${all} }`)(all)
  await hall.db.trainingRun.delete({ where: { id } })
  return answer
}

const nobody = '00000000-0000-4000-8000-000000000000'
const cases: Record<string, Case> = {
  'Image.datasetVersion': ofImage('datasetVersion', 'taken'),
  'Image.claim': ofImage('claim', 'claimed'),
  'Image.activeEntry': ofImage('activeEntry', 'taken'),
  'VersionEntry.sourceImage': {
    whereNull: asked(
      'datasetVersion.entries.edges.0.node.sourceImage',
      (all) => `{ datasetVersion(name: "v1") { entries(first: 1) { edges { node { sourceImage ${all} } } } } }`,
    ),
    whereObject: asked(
      'image.activeEntry.sourceImage',
      (all) => `query ($id: ID!) { image(id: $id) { activeEntry { sourceImage ${all} } } }`,
      () => ({ id: images.taken }),
    ),
  },
  'DatasetVersion.parent': ofVersion('parent', { isNull: 'v1', isObject: 'v2' }),
  'DatasetVersion.importReport': ofVersion('importReport', { isNull: 'v2', isObject: 'v1' }),
  'DatasetClass.introducedIn': {
    whereNull: asked('datasetClasses.0.introducedIn', (all) => `{ datasetClasses { introducedIn ${all} } }`),
    whereObject: asked('datasetClasses.1.introducedIn', (all) => `{ datasetClasses { introducedIn ${all} } }`),
  },
  'TrainingRun.startedFrom': ofRun('startedFrom', { isNull: 'bare', isObject: 'judged' }),
  'TrainingRun.evaluation': ofRun('evaluation', { isNull: 'bare', isObject: 'judged' }),
  'TrainingRun.comparison': ofRun('comparison', { isNull: 'bare', isObject: 'judged' }),
  'Comparison.baseline': ofRun('comparison.baseline', { isNull: 'judged-alone', isObject: 'judged' }),
  'TrainingEstimate.startsFrom': ofEstimate('startsFrom', { isNull: 'fromServing: false', isObject: '' }),
  'TrainingEstimate.basedOn': ofEstimate('basedOn', { isNull: '', isObject: 'stage2: { epochs: 0 }' }),
  'Classification.heatMap': { whereNull: oldAnswer, whereObject: one('heatMap', 13, () => server) },
  'Classification.image': {
    whereNull: everyWay(
      one('image', 14, () => server),
      several('0.classification.image'),
    ),
    whereObject: everyWay(
      one('image', 15, () => sampling),
      several('0.classification.image', () => sampling),
      one('image', 16, () => server, 'sendToReview'),
    ),
  },
  'ClassifyResult.classification': {
    whereNull: several('1.classification'),
    whereObject: several('0.classification'),
  },
  'ClassifyResult.error': { whereNull: several('0.error'), whereObject: several('1.error') },
  'Photo.image': {
    whereNull: asked(
      'erasePhoto.image',
      (all) => `mutation ($id: ID!) { erasePhoto(id: $id) { image ${all} } }`,
      () => ({ id: neverReviewed }),
    ),
    whereObject: asked(
      'erasePhoto.image',
      (all) => `mutation ($id: ID!) { erasePhoto(id: $id) { image ${all} } }`,
      () => ({ id: images.erased }),
    ),
  },
  'AccessToken.createdBy': {
    whereNull: asked(
      'tokens.edges.0.node.createdBy',
      (all) => `{ tokens(last: 1) { edges { node { createdBy ${all} } } } }`,
    ),
    whereObject: asked(
      'tokens.edges.0.node.createdBy',
      (all) => `{ tokens(first: 1) { edges { node { createdBy ${all} } } } }`,
    ),
  },
  'Query.node': {
    whereNull: asked(
      'node',
      (all) => `query ($id: ID!) { node(id: $id) ${all} }`,
      () => ({ id: encodeId('Image', nobody) }),
    ),
    whereObject: asked(
      'node',
      (all) => `query ($id: ID!) { node(id: $id) ${all} }`,
      () => ({ id: images.taken }),
    ),
  },
  'Query.image': {
    whereNull: asked(
      'image',
      (all) => `query ($id: ID!) { image(id: $id) ${all} }`,
      () => ({ id: encodeId('Image', nobody) }),
    ),
    whereObject: asked(
      'image',
      (all) => `query ($id: ID!) { image(id: $id) ${all} }`,
      () => ({ id: images.taken }),
    ),
  },
  'Query.datasetVersion': foundOrNot('datasetVersion', 'name: "v2"', 'name: "none"'),
  'Query.trainingRun': foundOrNot('trainingRun', 'name: "judged"', 'name: "none"'),
  'Query.runningTraining': {
    whereNull: asked('runningTraining', (all) => `{ runningTraining ${all} }`),
    whereObject: runningNow,
  },
  'Query.servingModel': {
    whereNull: asked(
      'servingModel',
      (all) => `{ servingModel ${all} }`,
      () => ({}),
      () => empty,
    ),
    whereObject: asked('servingModel', (all) => `{ servingModel ${all} }`),
  },
  'Query.activeRunAt': {
    whereNull: asked('activeRunAt', (all) => `{ activeRunAt(time: "2000-01-01T00:00:00.000Z") ${all} }`),
    whereObject: asked(
      'activeRunAt',
      (all) => `query ($now: DateTime!) { activeRunAt(time: $now) ${all} }`,
      () => ({ now: new Date().toISOString() }),
    ),
  },
}
/** They are null beside an error only. */
const orNotFound = new Set(['Query.image', 'Query.datasetVersion', 'Query.trainingRun'])

const fieldsOf = (type: GraphQLNamedType | undefined): GraphQLField<unknown, unknown>[] =>
  isObjectType(type) || isInterfaceType(type) ? Object.values(type.getFields()) : []

/** Each field below a type that needs no argument, so many levels deep; of a page, one row. */
function everythingOf(schema: GraphQLSchema, type: GraphQLNamedType, levels = 2): string {
  const fields = fieldsOf(type).flatMap((field) => {
    const inner = getNamedType(field.type)
    if (field.args.some(isRequiredArgument)) return []
    if (isLeafType(inner)) return [field.name]
    if (levels === 0) return []
    // What makes up a page is no level of its own.
    const deep = /^(edges|node|pageInfo)$/.test(field.name) ? levels : levels - 1
    const page = field.args.some(({ name }) => name === 'first') ? '(first: 1)' : ''
    return [`${field.name}${page} ${everythingOf(schema, inner, deep)}`]
  })
  const kinds = isInterfaceType(type)
    ? schema.getPossibleTypes(type).map((kind) => `... on ${kind.name} ${everythingOf(schema, kind, 0)}`)
    : []
  return `{ __typename ${[...fields, ...kinds].join(' ')} }`
}

describe('a nullable object', () => {
  let schema: GraphQLSchema
  let nullable: Map<string, GraphQLNamedType>

  beforeAll(async () => {
    schema = buildClientSchema(await ask<never, object>(server.address, getIntrospectionQuery(), {}, { headers }))
    const named = Object.values(schema.getTypeMap()).filter(({ name }) => !name.startsWith('__'))
    const objects = named.flatMap((type) =>
      fieldsOf(type).flatMap((field): [string, GraphQLNamedType][] => {
        const inner = getNamedType(field.type)
        const list = getNullableType(field.type)
        const isNullable = !isNonNullType(field.type) || (isListType(list) && !isNonNullType(list.ofType))
        return isNullable && !isLeafType(inner) ? [[`${type.name}.${field.name}`, inner]] : []
      }),
    )
    nullable = new Map(objects)
  })

  it('of the schema has its case here (else: add it to `cases`)', () => {
    expect(Object.keys(cases).toSorted()).toEqual([...nullable.keys()].toSorted())
  })

  it.each(Object.keys(cases))('%s is answered where it is null and where it is an object', async (name) => {
    const type = nullable.get(name) ?? expect.fail(`the schema has no ${name}`)
    // A list of objects with all below them would cost more than an operation may.
    const all = everythingOf(schema, type, name === 'DatasetClass.introducedIn' ? 0 : 2)
    const codes = orNotFound.has(name) ? ['NOT_FOUND'] : []
    expect(await cases[name]?.whereNull(all)).toEqual({ value: null, codes })
    expect(await cases[name]?.whereObject(all)).toEqual({ value: expect.any(Object), codes: [] })
  })
})

describe('classify', () => {
  const counted = async () => {
    const { _sum } = await hall.db.trashCounter.aggregate({ _sum: { totalCount: true, oodCount: true } })
    return (_sum.totalCount ?? 0) + (_sum.oodCount ?? 0)
  }

  it('counts a photo when its answer can be given, and not when the rows of the answer cannot be read', async () => {
    const answer = () => one('servedBy', 17, () => server)('{ name datasetVersion { name } }')
    const before = await counted()
    await hall.db.$executeRaw`ALTER TABLE "DatasetVersion" RENAME TO "Elsewhere"`
    try {
      expect((await answer()).codes).toEqual(['INTERNAL_SERVER_ERROR'])
    } finally {
      await hall.db.$executeRaw`ALTER TABLE "Elsewhere" RENAME TO "DatasetVersion"`
    }
    expect(await counted()).toBe(before)
    expect(await answer()).toMatchObject({ value: { datasetVersion: { name: 'v1' } }, codes: [] })
    expect(await counted()).toBe(before + 1)
  })
})
