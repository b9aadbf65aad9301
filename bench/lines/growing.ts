/** How cost grows with the number of photos. Rows and kept features are made up; what is computed of them is computed. */
import { link, mkdir, readdir } from 'node:fs/promises'
import path from 'node:path'
import {
  CancelTrainingDocument,
  CreateVersionDocument,
  SetActiveVersionDocument,
  StartTrainingDocument,
  TrainingEventsDocument,
  VersionDocument,
} from '../../documents/generated/graphql.js'
import { views } from '../../src/photos/views.js'
import { trainingRows } from '../../src/versions/training-rows.js'
import { type House, stageNoise } from '../house.js'
import type { Bench } from '../bench.js'
import { median, timed } from '../statistics.js'
import { mebibytes, milliseconds, type Row, seconds } from '../table.js'
import { makeUp } from './versioning.js'

/** The second is the reference deployment's first version. */
const sizes = [1_000, 10_217, 100_000]
const epochs = 3
/** A bench may go on in the folder of another. */
const stamp = Date.now().toString(36)

export async function* growing(bench: Bench): AsyncGenerator<Row> {
  const house = await bench.house()
  for (const size of sizes) {
    const name = `grown-${stamp}-${size}`
    const photos = `${size.toLocaleString('en')} photos`
    const id = await makeUp(house, name, size)
    const { client } = house
    await stageNoise(house)
    const version = await timed(() =>
      client.ask(CreateVersionDocument, { input: { name: `${name}-2`, parent: name, activate: false } }),
    )
    const activate = await timed(() => client.ask(SetActiveVersionDocument, { name }))
    const pages: number[] = []
    for (let i = 0; i < 10; i++) pages.push(await timed(() => client.ask(VersionDocument, { name, first: 50 })))
    yield figure(
      `${photos}: createVersion; activate; first page`,
      `${milliseconds(version)}; ${milliseconds(activate)}; ${milliseconds(median(pages))}`,
    )
    await keepFeatures(house, id)
    const { loadingMs, epochMs, rss } = await trainHead(house, name)
    yield figure(
      `${photos}: finding their kept features; an epoch of the head; memory of the server at most`,
      `${seconds(loadingMs)}; ${seconds(epochMs)}; ${mebibytes(rss)}`,
    )
  }
}

/** A file can have 65,000 names at most (ext4). */
const sources = 64

/** Features for photos that are not there: each a link to those of one that is. */
async function keepFeatures({ db, config }: House, versionId: number): Promise<void> {
  const folder = path.join(config.dataDir, 'features')
  const [key = ''] = await readdir(folder)
  const real = await db.photo.findMany({ where: { root: { not: '/nowhere' } }, take: sources, orderBy: { id: 'asc' } })
  const kept = real.map(({ contentHash }) => path.join(folder, key, contentHash.slice(0, 2), `${contentHash}.whole`))
  const rows = await trainingRows(db, versionId)
  for (const [i, { contentHash, split }] of rows.entries()) {
    const own = path.join(folder, key, contentHash.slice(0, 2))
    if (i < 4096) await mkdir(own, { recursive: true })
    for (const view of split === 'TRAIN' ? views : ['whole'])
      await link(kept[i % kept.length] as string, path.join(own, `${contentHash}.${view}`))
  }
}

/** The first epochs of stage 1 in a server that has done nothing before. */
async function trainHead(house: House, datasetVersion: string) {
  await house.restart()
  const { client, server } = house
  const started = performance.now()
  const { startTraining } = await client.ask(StartTrainingDocument, { input: { datasetVersion, fromServing: false } })
  const times: number[] = []
  let loadingMs = 0
  for await (const { trainingEvents: event } of client.follow(TrainingEventsDocument, {
    run: startTraining.name,
    after: 0,
  })) {
    if (event.__typename === 'TrainingStageStarted' && event.stage === 'HEAD') loadingMs = performance.now() - started
    if (event.__typename === 'TrainingEpochCompleted') times.push(1000 * event.seconds)
    if (times.length === epochs) break
  }
  const rss = await server.peakRss()
  await client.ask(CancelTrainingDocument, { name: startTraining.name })
  return { loadingMs, epochMs: median(times), rss }
}

const figure = (what: string, ours: string): Row => ({
  what,
  ours,
  against: '',
  ratio: '',
  goal: '',
  reached: undefined,
})
