/** Everybody at work at once, each writing down what was sent and what was acknowledged: the client's side of the truth. */
import { setTimeout as pause } from 'node:timers/promises'
import { createHash } from 'node:crypto'
import { answerOf, dataOf, file, post, upload } from './client.js'
import { withComment } from './drawn-photo.js'

/** What an operator said of a photo: a label, or one of these. */
export type Verdict = 'NONE' | 'REJECTED' | 'ERASED' | (string & {})

interface Classified {
  readonly ood: boolean
  readonly image: { readonly id: string; readonly contentHash: string } | null
}
interface Keyed {
  readonly key: string
  readonly kind: 'known' | 'unknown'
  readonly bytes: Buffer
}

/** What clients know after any number of crashes. */
export interface Ledger {
  /** Photos of each kind: sent at all, and answered. */
  readonly sent: { known: number; unknown: number }
  readonly answered: { known: number; unknown: number }
  /** Under an Idempotency-Key: the last one that was answered, and the one that was not. */
  readonly keyed: { answered?: Keyed & { readonly answer: Classified }; pending?: Keyed | undefined }
  /** Content hash of each photo that was acknowledged as kept, by the id of its Image. */
  readonly kept: Map<string, string>
  /** `pending`: asked for, and never answered. */
  readonly verdicts: Map<string, { now: Verdict; pending: Verdict | undefined }>
  /** Versions that were acknowledged, with their number of photos. */
  readonly versions: Map<string, number>
  readonly serving: { acknowledged: string; pending: string | undefined }
  /** How many rows the audit trail must have of each request that was acknowledged. */
  readonly deeds: Map<string, number>
}

export const emptyLedger = (): Ledger => ({
  sent: { known: 0, unknown: 0 },
  answered: { known: 0, unknown: 0 },
  keyed: {},
  kept: new Map(),
  verdicts: new Map(),
  versions: new Map(),
  serving: { acknowledged: '', pending: undefined },
  deeds: new Map(),
})

export interface LoadPlan {
  readonly address: string
  readonly ledger: Ledger
  readonly known: Buffer
  /** A JPEG that the model sends to review. */
  readonly unknown: Buffer
  /** Completed runs: who promotes goes round them. */
  readonly runs: readonly string[]
  readonly importFolder: string
  /** No two rounds share a photo or a name. */
  readonly round: number
  readonly signal: AbortSignal
}

const classifyDocument = 'mutation ($image: Upload!) { classify(image: $image) { ood image { id contentHash } } }'

/** @param key left out: sent without one. @throws Error unless it is answered */
async function sendPhoto(address: string, bytes: Buffer, key?: string): Promise<Classified> {
  const { data, errors } = await upload<{ classify: Classified }, object>(
    address,
    classifyDocument,
    { image: file(bytes, 'photo.jpg') },
    { headers: key === undefined ? {} : { 'idempotency-key': key } },
  )
  if (!data) throw new Error(`classify: ${errors?.[0]?.message}`)
  return data.classify
}

function noteAnswer(ledger: Ledger, bytes: Buffer, { ood, image }: Classified): void {
  ledger.answered[ood ? 'unknown' : 'known']++
  if (!image) return
  if (createHash('sha256').update(bytes).digest('hex') !== image.contentHash)
    throw new Error('it answers another photo')
  ledger.kept.set(image.id, image.contentHash)
}

async function phone(plan: LoadPlan, number: number, isKeyed: boolean): Promise<void> {
  const { address, ledger, known, unknown, round, signal } = plan
  for (let i = 0; !signal.aborted; i++) {
    const kind = i % 2 === 0 ? 'known' : 'unknown'
    const bytes = kind === 'known' ? known : withComment(unknown, `${round} ${number} ${i}`)
    const key = `phone-${round}-${number}-${i}`
    ledger.sent[kind]++
    if (isKeyed) ledger.keyed.pending = { key, kind, bytes }
    const answer = await sendPhoto(address, bytes, isKeyed ? key : undefined)
    noteAnswer(ledger, bytes, answer)
    if (isKeyed) Object.assign(ledger.keyed, { answered: { key, kind, bytes, answer }, pending: undefined })
  }
}

/**
 * What a phone does that heard nothing: it sends the same again. What was answered before is answered as before.
 * @returns whether both were as they should be
 */
export async function sendAgain(address: string, { keyed, ...ledger }: Ledger): Promise<boolean> {
  const { answered, pending } = keyed
  if (pending) {
    noteAnswer({ keyed, ...ledger }, pending.bytes, await sendPhoto(address, pending.bytes, pending.key))
    keyed.pending = undefined
  }
  if (!answered) return true
  const again = await sendPhoto(address, answered.bytes, answered.key)
  return JSON.stringify(again) === JSON.stringify(answered.answer)
}

/** @param rows that the trail must have of it @returns the data, when it was acknowledged */
async function deed<Result>(
  { address, ledger }: LoadPlan,
  rows: number,
  document: string,
  variables: object = {},
): Promise<Result> {
  const response = await post(address, document, variables)
  const data = dataOf(await answerOf<Result>(response))
  ledger.deeds.set(response.headers.get('x-request-id') ?? '', rows)
  return data
}

async function operator(plan: LoadPlan): Promise<void> {
  const { ledger, signal } = plan
  const decide = async (ids: readonly string[], pending: Verdict, field: string) => {
    const before = new Map(ids.map((id) => [id, ledger.verdicts.get(id)?.now ?? 'NONE']))
    for (const id of ids) ledger.verdicts.set(id, { now: before.get(id) ?? 'NONE', pending })
    const isDone = await deed(plan, ids.length, `mutation { ${field} }`).then(
      () => true,
      (error: Error) => {
        // A version has taken it in meanwhile: an answer as good as any.
        if (!error.message.startsWith('409')) throw error
        return false
      },
    )
    for (const id of ids)
      ledger.verdicts.set(id, { now: isDone ? pending : (before.get(id) ?? 'NONE'), pending: undefined })
  }
  for (let i = 0; !signal.aborted; i++) {
    const [fresh, second] = [...ledger.kept.keys()].filter((id) => !ledger.verdicts.has(id))
    if (fresh === undefined || second === undefined) {
      await pause(10)
      continue
    }
    const label = ['bottle', 'can', 'rope'][i % 3] ?? ''
    if (i % 5 === 1) await decide([fresh], 'REJECTED', `reject(id: "${fresh}") { id }`)
    else if (i % 5 === 2) await decide([fresh], 'ERASED', `erasePhoto(id: "${fresh}") { contentHash }`)
    else if (i % 5 === 3)
      await decide([fresh, second], label, `labelMany(ids: ["${fresh}", "${second}"], classLabel: "${label}") { id }`)
    else await decide([fresh], label, `label(id: "${fresh}", classLabel: "${label}") { id }`)
    if (i % 5 === 4) await decide([fresh], 'NONE', `unlabel(id: "${fresh}") { id }`)
  }
}

async function steward(plan: LoadPlan): Promise<void> {
  const { ledger, round, importFolder, signal } = plan
  const make = async (field: string, input: { name: string; path?: string; activate?: boolean }) => {
    const document = `mutation ($input: ${field === 'createVersion' ? 'CreateVersionInput' : 'ImportDatasetInput'}!) { made: ${field}(input: $input) { totalImages } }`
    const { made } = await deed<{ made: { totalImages: number } }>(plan, 1, document, { input })
    ledger.versions.set(input.name, made.totalImages)
  }
  for (let i = 0; !signal.aborted; i++) {
    await make('importDataset', { name: `import-${round}-${i}`, path: importFolder, activate: false })
    await make('createVersion', { name: `version-${round}-${i}` }).catch((error: Error) => {
      if (!error.message.includes('No photo is staged')) throw error
    })
  }
}

async function trainer(plan: LoadPlan): Promise<void> {
  const { ledger, runs, signal } = plan
  for (let i = 1; !signal.aborted; i++) {
    const name = runs[i % runs.length] ?? ''
    const isChange = name !== ledger.serving.acknowledged
    ledger.serving.pending = name
    await deed(plan, isChange ? 1 : 0, 'mutation ($name: String!) { promote(name: $name) { name } }', { name })
    Object.assign(ledger.serving, { acknowledged: name, pending: undefined })
    await pause(100)
  }
}

/** Works until it is told to stop, or until the server is gone. @returns what else went wrong */
export async function everybody(plan: LoadPlan): Promise<string[]> {
  const all = await Promise.allSettled([
    phone(plan, 1, true),
    phone(plan, 2, false),
    operator(plan),
    steward(plan),
    trainer(plan),
  ])
  return all.flatMap(({ status, ...one }) => {
    if (status === 'fulfilled') return []
    const { reason } = one as PromiseRejectedResult
    // The connection broke: what a kill looks like from outside.
    if (reason instanceof TypeError || (reason as { cause?: unknown }).cause) return []
    return [String(reason)]
  })
}
