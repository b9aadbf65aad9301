/**
 * A data folder as an earlier release leaves it, made by that release's own server through its API: an imported version, a small model
 * that serves, a photo that was labelled, one that waits for review, and a token.
 */
import { createHash } from 'node:crypto'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { drawSamples } from '../../demo/draw.js'
import { commitOf, unpackCode } from './code.js'
import { OldServer } from './server.js'

/** `made.json`. */
export interface ReleaseData {
  readonly release: string
  /** Of an admin. */
  readonly token: string
  readonly run: string
  /** What the model answered on a photo that it was trained on. */
  readonly answer: { readonly file: string; readonly classLabel: string; readonly scores: readonly Score[] }
  /** Of the labelled photo, and of the one that waits. */
  readonly labelled: KeptPhoto
  readonly waiting: KeptPhoto
}
interface Score {
  readonly classLabel: string
  readonly probability: number
}
interface KeptPhoto {
  readonly id: string
  readonly sha256: string
}

const classes = ['bottle', 'can', 'paper'] as const
const newClass = 'bag'
const lookMs = 200

/** Where a data folder's parts lie: settings for the server that serves it, whichever release it is of. */
export const releaseSettings = (folder: string): Record<string, string> => ({
  DATABASE_URL: '',
  WASTEX_DATA: path.join(folder, 'data'),
  WASTEX_MODELS: path.join(folder, 'models'),
  WASTEX_DATASETS: path.join(folder, 'datasets'),
  WASTEX_IMPORT_ROOTS: folder,
})

/** @throws Error that says what is missing, such as the release's commit */
export async function makeReleaseData(
  release: string,
  into: string,
  say: (line: string) => void,
): Promise<ReleaseData> {
  const folder = path.resolve(into)
  mkdirSync(folder, { recursive: true })
  if (readdirSync(folder).length > 0) throw new Error(`${folder} is not empty: name another folder.`)
  const commit = await commitOf(release)
  if (commit === undefined)
    throw new Error(`This clone's history lacks the commit of release ${release}: git fetch --unshallow brings it.`)

  say(`Release ${release}: commit ${commit}`)
  const code = mkdtempSync(path.join(os.tmpdir(), 'wastex-release-'))
  // PostgreSQL runs as another user where we are root.
  chmodSync(code, 0o755)
  try {
    await unpackCode(commit, code, say)
    const server = await OldServer.start(code, releaseSettings(folder))
    try {
      const made = { release, ...(await goThrough(server, folder, say)) }
      writeFileSync(path.join(folder, 'made.json'), `${JSON.stringify(made, null, 2)}\n`)
      return made
    } finally {
      await server.stop()
    }
  } finally {
    rmSync(code, { recursive: true, force: true })
  }
}

async function goThrough(server: OldServer, folder: string, say: (line: string) => void) {
  const photos = path.join(folder, 'photos')
  const [known] = await drawSamples(photos, { perClass: 8, classes: [...classes] })
  await server.ask('mutation ($input: ImportDatasetInput!) { importDataset(input: $input) { name } }', {
    input: { name: 'v1', path: photos, activate: true },
  })
  say('Imported; training')
  const run = await train(server)
  await server.ask('mutation ($name: String!) { promote(name: $name) { name } }', { name: run })

  say('Trained and promoted; classifying')
  const file = known?.path ?? ''
  const { classLabel, scores } = await server.classify(file)
  const unknown = await drawSamples(path.join(folder, 'unknown'), { perClass: 2, classes: [newClass], seed: 2 })
  const kept: KeptPhoto[] = []
  for (const { path: photo } of unknown) {
    // Whatever so small a model thinks of it.
    const { image } = await server.classify(photo, 'sendToReview')
    if (!image) throw new Error(`${photo} did not go to review.`)
    kept.push({ id: image.id, sha256: createHash('sha256').update(readFileSync(photo)).digest('hex') })
  }
  const [labelled, waiting] = kept
  if (!labelled || !waiting) throw new Error('Two photos were to go to review.')
  await server.ask('mutation ($id: ID!, $classLabel: String!) { label(id: $id, classLabel: $classLabel) { id } }', {
    id: labelled.id,
    classLabel: newClass,
  })
  // From here on the server asks for it.
  const { createToken } = await server.ask<{ createToken: { secret: string } }>(
    'mutation { createToken(name: "root", role: ADMIN) { secret } }',
  )
  const answer = { file: path.relative(folder, file), classLabel, scores }
  return { token: createToken.secret, run, answer, labelled, waiting }
}

/** The head alone. @returns the run's name */
async function train(server: OldServer): Promise<string> {
  const input = {
    datasetVersion: 'v1',
    stage1: { epochs: 15 },
    stage2: { epochs: 0 },
    batchSize: 16,
    earlyStopping: false,
  }
  const { startTraining } = await server.ask<{ startTraining: { name: string } }>(
    'mutation ($input: StartTrainingInput!) { startTraining(input: $input) { name } }',
    { input },
  )
  for (;;) {
    const { trainingRun } = await server.ask<{ trainingRun: { status: string; error: string | null } }>(
      'query ($name: String!) { trainingRun(name: $name) { status error } }',
      { ...startTraining },
    )
    if (trainingRun.status === 'COMPLETED') return startTraining.name
    if (!['QUEUED', 'RUNNING'].includes(trainingRun.status))
      throw new Error(`The training is ${trainingRun.status}: ${trainingRun.error}\n${server.said()}`)
    await pause(lookMs)
  }
}
