/** A data folder of release 0.1.0, made by that release's own code, under this one. */
import { createHash } from 'node:crypto'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { commitOf } from '../tools/release-data/code.js'
import { makeReleaseData, type ReleaseData, releaseSettings } from '../tools/release-data/make.js'
import { ask, file, upload } from './support/client.js'
import { ServerProcess } from './support/server-process.js'
import { bearer } from './support/tokens.js'
import { headAlone, weights } from './support/training.js'

const release = '0.1.0'
const minutes = 600_000
const isThere = (await commitOf(release)) !== undefined
if (!isThere)
  process.stderr.write(`SKIPPED: the history of this clone lacks release ${release} (git fetch --unshallow).\n`)

describe.skipIf(!isThere)(`a data folder of release ${release}`, () => {
  let folder: string
  let made: ReleaseData
  let server: ServerProcess
  let address: string
  const headers = () => ({ headers: bearer(made.token) })
  const asAdmin = <Result>(document: string, variables: object = {}) =>
    ask<Result, object>(address, document, variables, headers())

  beforeAll(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'wastex-release-data-'))
    chmodSync(folder, 0o755) // PostgreSQL runs as another user where we are root.
    Object.assign(process.env, weights)
    made = await makeReleaseData(release, folder, () => {})
    server = new ServerProcess({ ...releaseSettings(folder), ...weights })
    address = await server.address()
  }, minutes)

  afterAll(async () => {
    server?.signal('SIGTERM')
    await server?.ended
    rmSync(folder, { recursive: true, force: true })
  }, minutes)

  const classify = async () => {
    const bytes = await readFile(path.join(folder, made.answer.file))
    const query =
      'mutation ($image: Upload!) { classify(image: $image) { classLabel scores { classLabel probability } } }'
    const { data, errors } = await upload<{ classify: Omit<ReleaseData['answer'], 'file'> }, object>(
      address,
      query,
      { image: file(bytes, 'p.jpg') },
      headers(),
    )
    return data?.classify ?? expect.fail(JSON.stringify(errors))
  }

  it('serves the model that served, with the same answer', async () => {
    const { servingModel } = await asAdmin<{ servingModel: { run: object } }>('{ servingModel { run { name } } }')
    expect(servingModel.run).toEqual({ name: made.run })
    const { classLabel, scores } = await classify()
    expect(classLabel).toBe(made.answer.classLabel)
    expect(scores.map((score) => score.classLabel)).toEqual(made.answer.scores.map((score) => score.classLabel))
    for (const [i, { probability }] of scores.entries())
      expect(probability).toBeCloseTo(made.answer.scores[i]?.probability ?? Number.NaN, 4)
  })

  it('has its photos, the labels on them, and the files of its run', async () => {
    const fetched = (url: string) => fetch(new URL(url, address), headers())
    const photo = 'fragment P on Image { id url thumbnailUrl reviewed staged assignedLabel }'
    const both = await asAdmin<Record<'labelled' | 'waiting', { url: string; thumbnailUrl: string }>>(
      `query ($labelled: ID!, $waiting: ID!) { labelled: image(id: $labelled) { ...P } waiting: image(id: $waiting) { ...P } } ${photo}`,
      { labelled: made.labelled.id, waiting: made.waiting.id },
    )
    expect(both).toMatchObject({
      labelled: { reviewed: true, staged: true, assignedLabel: 'bag' },
      waiting: { reviewed: false, staged: false, assignedLabel: null },
    })
    for (const { url, thumbnailUrl } of [both.labelled, both.waiting]) {
      for (const picture of [url, thumbnailUrl]) expect((await fetched(picture)).status).toBe(200)
    }
    const { trainingRun } = await asAdmin<{
      trainingRun: { artefacts: { name: string; url: string; sha256: string }[] }
    }>('query ($name: String!) { trainingRun(name: $name) { artefacts { name url sha256 } } }', { name: made.run })
    expect(trainingRun.artefacts.length).toBeGreaterThan(3)
    for (const { name, url, sha256 } of trainingRun.artefacts) {
      const bytes = Buffer.from(await (await fetched(url)).arrayBuffer())
      expect(createHash('sha256').update(bytes).digest('hex'), name).toBe(sha256)
    }
  })

  it('grows by what was labelled, trains on it, and serves the new model', { timeout: minutes }, async () => {
    const version = { name: 'v2', activate: true }
    await asAdmin('mutation ($input: CreateVersionInput!) { createVersion(input: $input) { name } }', {
      input: version,
    })
    const { startTraining } = await asAdmin<{ startTraining: { name: string } }>(
      'mutation ($input: StartTrainingInput!) { startTraining(input: $input) { name } }',
      { input: { datasetVersion: 'v2', ...headAlone } },
    )
    const runOf = () =>
      asAdmin<{ trainingRun: object }>(
        'query ($name: String!) { trainingRun(name: $name) { status error } }',
        startTraining,
      )
    await expect
      .poll(runOf, { timeout: minutes, interval: 200 })
      .not.toMatchObject({ trainingRun: { status: expect.stringMatching(/QUEUED|RUNNING/) } })
    expect(await runOf()).toEqual({ trainingRun: { status: 'COMPLETED', error: null } })
    await asAdmin('mutation ($name: String!) { promote(name: $name) { name } }', startTraining)
    const { servingModel } = await asAdmin<{ servingModel: object }>('{ servingModel { run { name } } }')
    expect(servingModel).toEqual({ run: startTraining })
    await classify()
  })
})
