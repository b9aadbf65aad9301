/** Every document that clients send, against a live server, in the order in which the loop goes. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { Kind, parse } from 'graphql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { drawSamples } from '../demo/draw.js'
import { command } from '../src/access/doer.js'
import { createToken } from '../src/access/tokens.js'
import type { Role } from '../src/db.js'
import * as own from '../documents/generated/graphql.js'
import { type Answer, ask, collect, file, send, type Transport, upload, watch } from './support/client.js'
import { contract, ownDocuments } from './support/contract.js'
import { startTestServer, type TestServer } from './support/server.js'
import { tellApart } from './support/tell-apart.js'
import { bearer, tokenOfEach } from './support/tokens.js'
import { weights } from './support/training.js'

const minutes = 60_000

/** The role that sends each document, by its name in the contract and by ours. */
const roleOf = new Map<string, Role>([
  ...['mobile', 'phone'].map((name) => [`${name}.graphql`, 'DEVICE'] as const),
  ...['operator', 'dashboard', 'screen'].map((name) => [`${name}.graphql`, 'OPERATOR'] as const),
  ...['datasets', 'steward', 'training', 'trainer'].map((name) => [`${name}.graphql`, 'TRAINER'] as const),
])

/** The text that each operation is sent in, that of the contract where it has one, and by whom. */
const texts = new Map(
  [...ownDocuments, ...(contract ?? [])].flatMap(([name, text]) =>
    parse(text).definitions.flatMap((one) =>
      one.kind === Kind.OPERATION_DEFINITION
        ? [[one.name?.value ?? '', { text, role: roleOf.get(name) }] as const]
        : [],
    ),
  ),
)
const sent = new Set<string>()

/** Our own document says which operation, and what its answer looks like. */
function asSent<Result, Variables>(document: own.TypedDocumentString<Result, Variables>) {
  const [operationName = ''] = parse(document.toString()).definitions.flatMap((one) =>
    one.kind === Kind.OPERATION_DEFINITION && one.name ? [one.name.value] : [],
  )
  sent.add(operationName)
  const { text = '', role = 'DEVICE' } = texts.get(operationName) ?? {}
  return { text, options: { operationName, headers: as(role) } }
}

function run<Result, Variables>(document: own.TypedDocumentString<Result, Variables>, variables: Variables) {
  const { text, options } = asSent(document)
  return ask<Result, Variables>(server.address, text, variables, options)
}

function attempt<Result, Variables>(document: own.TypedDocumentString<Result, Variables>, variables: Variables) {
  const { text, options } = asSent(document)
  return send<Result, Variables>(server.address, text, variables, options)
}

function post<Result, Variables extends object>(
  document: own.TypedDocumentString<Result, Variables>,
  variables: Variables,
): Promise<Answer<Result>> {
  const { text, options } = asSent(document)
  return upload<Result, Variables>(server.address, text, variables, options)
}

function listen<Result, Variables extends Record<string, unknown>>(
  document: own.TypedDocumentString<Result, Variables>,
  variables: Variables,
  over: Transport,
) {
  const { text, options } = asSent(document)
  return watch<Result, Variables>(server.address, text, variables, { ...options, over })
}

let server: TestServer
let folder: string
let photos: Buffer[] = []
let odd: Buffer[] = []
let tokens: Record<Role, Record<string, string>> | undefined
const as = (role: Role) => tokens?.[role] ?? {}

async function begin(withTokens: boolean): Promise<void> {
  photos = []
  sent.clear()
  folder = await mkdtemp(path.join(os.tmpdir(), 'wastex-contract-'))
  const drawn = await drawSamples(path.join(folder, 'v1'), { perClass: 12, classes: ['bottle', 'can', 'paper'] })
  for (const sample of drawn) photos.push(await readFile(sample.path))
  const others = await drawSamples(path.join(folder, 'others'), { perClass: 0, odd: 6, seed: 5 })
  odd = await Promise.all(others.map((sample) => readFile(sample.path)))
  await writeFile(path.join(folder, 'v1', 'can', 'broken.jpg'), 'no photo')
  server = await startTestServer({ ...weights, WASTEX_IMPORT_ROOTS: folder })
  tokens = withTokens ? await tokenOfEach(server.db) : undefined
}

describe.each([
  ['where nobody has to sign in', false],
  ['each by the least role that may send it', true],
])('the loop, by the documents that clients send, %s', (_how, withTokens) => {
  beforeAll(() => begin(withTokens), minutes)
  afterAll(async () => {
    await server.close()
    await rm(folder, { recursive: true, force: true })
  })

  it('knows who asks', async () => {
    expect(await run(own.MeDocument, {})).toEqual({
      me: withTokens ? { name: 'device', role: 'DEVICE' } : { name: null, role: 'ADMIN' },
    })
  })

  it('knows no model, no run and no version at first', async () => {
    const nothing = { servingModel: null, trashCounts: [], staged: { totalCount: 0 }, runningTraining: null }
    expect(await run(own.DashboardDocument, {})).toMatchObject(nothing)
    expect(await run(own.RunsDocument, { first: 50 })).toMatchObject({ trainingRuns: { totalCount: 0, edges: [] } })
    expect(await attempt(own.VersionDocument, { name: 'v1', first: 1 })).toMatchObject({ status: 404 })
    const classified = await post(own.ClassifyDocument, { image: file(photos[0] ?? Buffer.of(), 'a.jpg') })
    expect(classified).toMatchObject({ status: 503, errors: [{ extensions: { code: 'NO_MODEL' } }] })
  })

  it('imports a folder, and tells how far it is', async () => {
    const progress = ['SSE', 'WebSocket'] as const
    const told = progress.map((over) => collect(listen(own.ImportProgressDocument, { name: 'v1' }, over)))
    const input = { name: 'v1', path: path.join(folder, 'v1'), notes: 'drawn' }
    const { importDataset } = await run(own.ImportDatasetDocument, { input })
    expect(importDataset).toMatchObject({ name: 'v1', parent: null, isActive: true, totalImages: 36, notes: 'drawn' })
    expect(importDataset.classCounts.map(({ classLabel, count }) => [classLabel, count])).toEqual([
      ['bottle', 12],
      ['can', 12],
      ['paper', 12],
    ])
    for (const one of await Promise.all(told)) {
      expect(one.at(-1)?.importProgress).toMatchObject({ done: 37, total: 37, refused: 1 })
    }
    expect(await attempt(own.ImportDatasetDocument, { input })).toMatchObject({ status: 409 })
    const outside = { name: 'v2', path: '/etc' }
    expect(await attempt(own.ImportDatasetDocument, { input: outside })).toMatchObject({ status: 400 })
    const { datasetVersions } = await run(own.VersionsDocument, { first: 50 })
    expect(datasetVersions).toMatchObject({ totalCount: 1, edges: [{ node: { id: importDataset.id } }] })
    const { datasetVersion } = await run(own.VersionDocument, { name: 'v1', first: 5, filter: { classLabel: 'can' } })
    expect(datasetVersion?.entries).toMatchObject({ totalCount: 12, pageInfo: { hasNextPage: true } })
    expect(datasetVersion?.entries.edges[0]?.node).toMatchObject({ classLabel: 'can', sourceImage: null })
    const { datasetClasses } = await run(own.ClassesDocument, {})
    expect(datasetClasses.map(({ name, introducedIn }) => [name, introducedIn?.name])).toEqual([
      ['bottle', 'v1'],
      ['can', 'v1'],
      ['paper', 'v1'],
    ])
  })

  it('says what a training would take', async () => {
    const { trainingEstimate } = await run(own.TrainingEstimateDocument, { input: { datasetVersion: 'v1' } })
    expect(trainingEstimate).toMatchObject({ seconds: null, epochs: 44, startsFrom: null, basedOn: null })
    expect(trainingEstimate.newViews).toBe(trainingEstimate.views)
  })

  it(
    'trains, is cancelled, goes on, and tells all of it',
    async () => {
      const input = { datasetVersion: 'v1', stage1: { epochs: 2 }, stage2: { epochs: 0 }, batchSize: 16, seed: 3 }
      const { startTraining } = await run(own.StartTrainingDocument, { input })
      expect(startTraining).toMatchObject({ name: 'run-1', datasetVersion: { name: 'v1' }, isActive: false })
      const second = await attempt(own.StartTrainingDocument, { input })
      expect(second).toMatchObject({
        status: 409,
        errors: [{ extensions: { code: 'TRAINING_IN_PROGRESS', run: 'run-1' } }],
      })
      expect((await run(own.DashboardDocument, {})).runningTraining).toMatchObject({ name: 'run-1' })

      expect(await run(own.CancelTrainingDocument, { name: 'run-1' })).toMatchObject({
        cancelTraining: { status: 'CANCELLED' },
      })
      const before = await collect(listen(own.TrainingEventsDocument, { run: 'run-1' }, 'SSE'))
      expect(before.at(-1)?.trainingEvents).toMatchObject({ __typename: 'TrainingStatusChanged', status: 'CANCELLED' })
      expect(await run(own.ResumeTrainingDocument, { name: 'run-1' })).toMatchObject({
        resumeTraining: { name: 'run-1' },
      })

      const all = await Promise.all([
        collect(listen(own.TrainingEventsDocument, { run: 'run-1' }, 'WebSocket')),
        collect(listen(own.TrainingEventsDocument, { run: 'run-1', after: before.length }, 'SSE')),
      ])
      const [whole = [], rest = []] = all.map((told) => told.map(({ trainingEvents }) => trainingEvents))
      expect(whole.map(({ seq }) => seq)).toEqual(whole.map((_, i) => i + 1))
      expect(rest).toEqual(whole.slice(before.length))
      expect(whole.at(-1)).toMatchObject({ __typename: 'TrainingStatusChanged', status: 'COMPLETED' })
      const kinds = new Set(whole.map(({ __typename }) => __typename))
      expect(kinds).toContain('TrainingEpochCompleted')
      expect(kinds).toContain('TrainingEvaluated')

      const { trainingRun } = await run(own.RunDocument, { name: 'run-1' })
      expect(trainingRun).toMatchObject({ status: 'COMPLETED', comparison: null, error: null })
      expect(trainingRun?.epochHistory.map(({ stage, epoch }) => [stage, epoch])).toEqual([
        ['HEAD', 1],
        ['HEAD', 2],
      ])
      expect(trainingRun?.evaluation?.confusionMatrix.classLabels).toEqual(['bottle', 'can', 'paper'])
      for (const { url, bytes } of trainingRun?.artefacts ?? []) {
        const response = await fetch(server.address + url, { headers: as('OPERATOR') })
        expect([response.status, (await response.arrayBuffer()).byteLength]).toEqual([200, bytes])
      }
      // It serves next, and the documents after that need photos that it knows and others that it does not.
      const trained = await server.db.trainingRun.findUniqueOrThrow({ where: { name: 'run-1' } })
      await tellApart(server, trained, { known: photos, unknown: odd })
    },
    5 * minutes,
  )

  it(
    'promotes, and says so',
    async () => {
      const told = (['SSE', 'WebSocket'] as const).map((over) => listen(own.ModelPromotedDocument, {}, over).next())
      // A watcher over SSE or WebSocket is there when a query that was sent after it is answered.
      await settled()
      const { promote } = await run(own.PromoteDocument, { name: 'run-1' })
      expect(promote).toMatchObject({ name: 'run-1', isActive: true })
      for (const { value } of await Promise.all(told)) expect(value).toMatchObject({ modelPromoted: { name: 'run-1' } })
      expect(await run(own.PromoteDocument, { name: 'run-1' })).toEqual({ promote })
      const { servingModel } = await run(own.DashboardDocument, {})
      expect(servingModel).toMatchObject({ run: { name: 'run-1' }, classLabels: ['bottle', 'can', 'paper'] })
    },
    minutes,
  )

  it(
    'classifies: what it knows is counted, what it does not know is kept once',
    async () => {
      const queued = listen(own.ImageQueuedDocument, {}, 'WebSocket').next()
      const counted = listen(own.TrashCountedDocument, {}, 'SSE').next()
      await settled()
      const answers = []
      for (const photo of photos) {
        const { data } = await post(own.ClassifyDocument, { image: file(photo, 'known.jpg') })
        if (data) answers.push(data.classify)
      }
      expect(answers).toHaveLength(photos.length)
      for (const { ood, oodReasons, image, scores, classLabel, servedBy } of answers) {
        expect([oodReasons.length > 0, image !== null]).toEqual([ood, ood])
        expect(scores[0]?.classLabel).toBe(classLabel)
        expect(servedBy.name).toBe('run-1')
      }
      const known = answers.filter(({ ood }) => !ood).length
      expect(known).toBeGreaterThan(0)
      const { classifiedByHour } = await run(own.ClassifiedByHourDocument, {
        from: new Date(Date.now() - minutes).toISOString(),
      })
      expect(classifiedByHour.reduce((sum, row) => sum + row.known, 0)).toBe(known)
      const { trashCounts } = await run(own.DashboardDocument, { from: new Date(Date.now() - minutes).toISOString() })
      expect(trashCounts.reduce((sum, { count }) => sum + count, 0)).toBe(known)

      const images = [file(Buffer.from('no photo'), 'broken.jpg'), ...odd.map((photo) => file(photo, 'odd.jpg'))]
      const { data } = await post(own.ClassifyManyDocument, { images })
      const [broken, ...rest] = data?.classifyMany ?? []
      expect(broken).toMatchObject({ index: 0, classification: null, error: { code: 'UNSUPPORTED_IMAGE' } })
      expect(rest.every(({ error }) => error === null)).toBe(true)
      const kept = rest.flatMap(({ classification }) => classification?.image?.id ?? [])
      expect(kept).toHaveLength(odd.length)
      const again = await post(own.ClassifyManyDocument, { images })
      expect(again.data?.classifyMany.flatMap(({ classification }) => classification?.image?.id ?? [])).toEqual(kept)

      // Whoever has an answer of which the network is sure says that it is wrong.
      const disputed = await post(own.SendToReviewDocument, {
        image: file(photos[answers.findIndex(({ ood }) => !ood)] ?? Buffer.of(), 'known.jpg'),
        classLabel: 'jar',
      })
      expect(disputed.data?.sendToReview).toMatchObject({ ood: false, image: { reviewed: false } })

      // The phone that sent it may look at it; another that sends the same bytes gets it too, and of it what the document asks.
      const [first = ''] = kept
      const look = `{ image(id: "${first}") { topPrediction url } }`
      const { data: seen } = await send<{ image: { url: string } }, object>(
        server.address,
        look,
        {},
        { headers: as('DEVICE') },
      )
      const picture = await fetch(`${server.address}${seen?.image.url}`, { headers: as('DEVICE') })
      expect(picture.status).toBe(200)
      await picture.arrayBuffer()
      if (withTokens) {
        const { secret } = await createToken(server.db, command, { name: 'another phone', role: 'DEVICE' })
        const another = bearer(secret)
        const { text, options } = asSent(own.ClassifyDocument)
        const bytes = images[rest.findIndex(({ classification }) => classification?.image?.id === first) + 1]
        const same = await upload(server.address, text, { image: bytes }, { ...options, headers: another })
        expect(same).toMatchObject({ status: 200, errors: undefined, data: { classify: { image: { id: first } } } })
        expect((await send(server.address, look, {}, { headers: another })).status).toBe(404)
        expect((await fetch(`${server.address}${seen?.image.url}`, { headers: another })).status).toBe(404)
        for (const more of ['image { url }', 'servedBy { id }', 'servedBy { datasetVersion { name } }']) {
          const document = `mutation ($image: Upload!) { classify(image: $image) { ${more} } }`
          const { errors } = await upload(server.address, document, { image: bytes }, { headers: another })
          expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['FORBIDDEN'])
        }
      }

      expect((await queued).value).toMatchObject({ imageQueued: { filename: expect.any(String) } })
      expect((await counted).value).toMatchObject({ trashCounted: { count: 1 } })
    },
    minutes,
  )

  it('reviews', async () => {
    const queue = async () => (await run(own.ReviewQueueDocument, { first: 50, orderBy: 'HIGHEST_NOVELTY' })).images
    const [one, two, three, four] = (await queue()).edges.map(({ node }) => node)
    if (!one || !two || !three || !four) throw new Error('the queue is shorter than was drawn for')
    const before = (await queue()).totalCount
    const changed = listen(own.ImageChangedDocument, {}, 'WebSocket').next()
    await settled()
    const { claimNext } = await run(own.ClaimNextDocument, { desk: 'a', filter: { reviewReason: 'DISPUTED' } })
    expect(claimNext).toMatchObject([{ oodReasons: [], suggestedLabel: 'jar', claim: { desk: 'a' } }])
    expect((await changed).value).toEqual({ imageChanged: claimNext[0] })
    const { claim } = await run(own.ClaimDocument, { desk: 'a', ids: [one.id] })
    expect(claim).toMatchObject([{ id: one.id, reviewReasons: one.oodReasons }])
    expect(await run(own.ReleaseDocument, { desk: 'a' })).toEqual({ release: 2 })
    expect(await run(own.LabelDocument, { id: one.id, classLabel: '  Rope ' })).toMatchObject({
      label: { assignedLabel: 'Rope', reviewed: true, staged: true },
    })
    expect(await run(own.UnlabelDocument, { id: one.id })).toMatchObject({
      unlabel: { assignedLabel: null, reviewed: false, staged: false },
    })
    const { labelMany } = await run(own.LabelManyDocument, { ids: [two.id, one.id], classLabel: 'rope' })
    expect(labelMany.map(({ id, assignedLabel }) => [id, assignedLabel])).toEqual([
      [two.id, 'Rope'],
      [one.id, 'Rope'],
    ])
    expect(await run(own.MarkReviewedDocument, { id: three.id })).toMatchObject({ markReviewed: { reviewed: true } })
    expect(await run(own.RejectDocument, { id: four.id })).toMatchObject({ reject: { rejected: true, staged: false } })
    expect((await queue()).totalCount).toBe(before - 4)
    expect((await run(own.StagedImagesDocument, { first: 10 })).images.totalCount).toBe(2)
    const { image } = await run(own.OneImageDocument, { id: one.id })
    expect(image).toMatchObject({ id: one.id, addedToDataset: false, datasetVersion: null })
    for (const url of [image?.url, image?.thumbnailUrl]) {
      expect((await fetch(`${server.address}${url}`, { headers: as('OPERATOR') })).headers.get('content-type')).toMatch(
        /^image\//,
      )
    }
  })

  it('makes the next version, and says what is new in it', async () => {
    const { createVersion } = await run(own.CreateVersionDocument, { input: { name: 'v2' } })
    expect(createVersion).toMatchObject({ parent: { name: 'v1' }, totalImages: 38, isActive: true })
    expect(await attempt(own.CreateVersionDocument, { input: { name: 'v2' } })).toMatchObject({ status: 409 })
    const { versionDiff } = await run(own.DiffDocument, { from: 'v1', to: 'v2', first: 10 })
    expect(versionDiff).toMatchObject({ addedCount: 2, removedCount: 0, relabelledCount: 0 })
    expect(versionDiff.classCounts).toContainEqual({ classLabel: 'Rope', from: 0, to: 2 })
    const [added] = versionDiff.added.edges.map(({ node }) => node)
    const sourceId = added?.sourceImage?.id ?? ''
    expect(await run(own.OneImageDocument, { id: sourceId })).toMatchObject({
      image: { staged: false, addedToDataset: true, datasetVersion: { name: 'v2' } },
    })
    const refused = await attempt(own.UnlabelDocument, { id: sourceId })
    expect(refused).toMatchObject({ status: 409, errors: [{ extensions: { code: 'CONFLICT' } }] })
    expect(await run(own.SetActiveVersionDocument, { name: 'v1' })).toEqual({
      setActiveVersion: { name: 'v1', isActive: true },
    })
  })

  it('has been through every document', () => {
    expect([...texts.keys()].filter((name) => !sent.has(name))).toEqual([])
  })
})

/** Every subscription that was sent before this has begun: the server takes requests in turn, and its sockets are open. */
async function settled(): Promise<void> {
  for (let i = 0; i < 10; i++) await send(server.address, '{ __typename }', {}, { headers: as('DEVICE') })
}
