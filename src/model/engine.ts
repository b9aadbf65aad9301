/** Whether this machine can train: whether TensorFlow's native library is there and works. Serving does without it. */
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export type TrainingEngine = { readonly ok: true } | { readonly ok: false; readonly mend: string }

/** Set-up (tools/setup/tensorflow.mjs) writes here what its probe found under which Node. The same from src/model and from dist/model. */
const verdictFile = fileURLToPath(new URL('../../node_modules/.wastex/tensorflow.json', import.meta.url))

/** The same from src/model and from dist/model: it is JavaScript in both. */
const shim = new URL('./network/removed-from-node.js', import.meta.url).href

const probeMs = 60_000
let found: Promise<TrainingEngine> | undefined

/** Asked once a process. `mend` is a sentence for an operator: what is missing, and how to get it. */
export function trainingEngine(): Promise<TrainingEngine> {
  found ??= Promise.resolve(readVerdict() ?? probe())
  return found
}

function readVerdict(): TrainingEngine | undefined {
  try {
    const { node, ...verdict } = JSON.parse(readFileSync(verdictFile, 'utf8')) as TrainingEngine & { node?: string }
    return node === process.version ? verdict : undefined
  } catch {
    return undefined // The server was started without the set-up.
  }
}

/** In a process of its own: a library that does not fit may end the process that loads it. */
function probe(): Promise<TrainingEngine> {
  const script = "require('@tensorflow/tfjs-node').scalar(1).dataSync()"
  const options = { cwd: fileURLToPath(new URL('../..', import.meta.url)), timeout: probeMs }
  return new Promise((resolve) => {
    execFile(process.execPath, ['--import', shim, '-e', script], options, (error) => {
      const mend =
        "Training needs TensorFlow's native library, which does not load: run `node tools/setup/tensorflow.mjs`."
      resolve(error ? { ok: false, mend } : { ok: true })
    })
  })
}
