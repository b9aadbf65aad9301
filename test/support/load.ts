/** Everybody at work at once, each writing down what was sent and what was acknowledged: the client's side of the truth. */
import { setTimeout as pause } from 'node:timers/promises'
import { createHash } from 'node:crypto'
import { ask, file, upload } from './client.js'
import { withComment } from './drawn-photo.js'

/** What clients know after any number of crashes. */
export interface Ledger {
  /** Photos of each kind: sent at all, and answered. */
  readonly sent: { known: number; unknown: number }
  readonly answered: { known: number; unknown: number }
  /** Content hash of each photo that was acknowledged as kept, by the id of its Image. */
  readonly kept: Map<string, string>
  /** What an operator called a photo; `pending`: asked for, and never answered. */
  readonly labels: Map<string, { label: string | undefined; pending: string | undefined }>
  /** Versions that were acknowledged, with their number of photos. */
  readonly versions: Map<string, number>
  readonly serving: { acknowledged: string; pending: string | undefined }
}

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

interface Classified {
  classify: { ood: boolean; image: { id: string; contentHash: string } | null }
}
const classifyDocument = 'mutation ($image: Upload!) { classify(image: $image) { ood image { id contentHash } } }'

async function phone({ address, ledger, known, unknown, round, signal }: LoadPlan, number: number): Promise<void> {
  for (let i = 0; !signal.aborted; i++) {
    const kind = i % 2 === 0 ? 'known' : 'unknown'
    const bytes = kind === 'known' ? known : withComment(unknown, `${round} ${number} ${i}`)
    ledger.sent[kind]++
    const answer = await upload<Classified, object>(address, classifyDocument, { image: file(bytes, `${i}.jpg`) })
    const { data, errors } = answer
    if (!data) throw new Error(`classify: ${errors?.[0]?.message}`)
    ledger.answered[data.classify.ood ? 'unknown' : 'known']++
    if (!data.classify.image) continue
    const { id, contentHash } = data.classify.image
    if (createHash('sha256').update(bytes).digest('hex') !== contentHash) throw new Error('it answers another photo')
    ledger.kept.set(id, contentHash)
  }
}

async function operator({ address, ledger, signal }: LoadPlan): Promise<void> {
  for (let i = 0; !signal.aborted; i++) {
    const fresh = [...ledger.kept.keys()].find((id) => !ledger.labels.has(id))
    if (fresh === undefined) {
      await pause(10)
      continue
    }
    const label = ['bottle', 'can', 'rope'][i % 3] ?? ''
    ledger.labels.set(fresh, { label: undefined, pending: label })
    await ask(address, 'mutation ($id: ID!, $label: String!) { label(id: $id, classLabel: $label) { id } }', {
      id: fresh,
      label,
    })
    ledger.labels.set(fresh, { label, pending: undefined })
  }
}

async function steward({ address, ledger, round, importFolder, signal }: LoadPlan): Promise<void> {
  const make = async (field: string, input: { name: string; path?: string; activate?: boolean }) => {
    const document = `mutation ($input: ${field === 'createVersion' ? 'CreateVersionInput' : 'ImportDatasetInput'}!) { made: ${field}(input: $input) { totalImages } }`
    const { made } = await ask<{ made: { totalImages: number } }, object>(address, document, { input })
    ledger.versions.set(input.name, made.totalImages)
  }
  for (let i = 0; !signal.aborted; i++) {
    await make('importDataset', { name: `import-${round}-${i}`, path: importFolder, activate: false })
    await make('createVersion', { name: `version-${round}-${i}` }).catch((error: Error) => {
      if (!error.message.includes('No photo is staged')) throw error
    })
  }
}

async function trainer({ address, ledger, runs, signal }: LoadPlan): Promise<void> {
  for (let i = 1; !signal.aborted; i++) {
    const name = runs[i % runs.length] ?? ''
    ledger.serving.pending = name
    await ask(address, 'mutation ($name: String!) { promote(name: $name) { name } }', { name })
    Object.assign(ledger.serving, { acknowledged: name, pending: undefined })
    await pause(100)
  }
}

/** Works until it is told to stop, or until the server is gone. @returns what else went wrong */
export async function everybody(plan: LoadPlan): Promise<string[]> {
  const all = await Promise.allSettled([phone(plan, 1), phone(plan, 2), operator(plan), steward(plan), trainer(plan)])
  return all.flatMap(({ status, ...one }) => {
    if (status === 'fulfilled') return []
    const { reason } = one as PromiseRejectedResult
    // The connection broke: what a kill looks like from outside.
    if (reason instanceof TypeError || (reason as { cause?: unknown }).cause) return []
    return [String(reason)]
  })
}
