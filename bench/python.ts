/** Keras in a throw-away environment: TensorFlow from PyPI, in the bench's own folder. */
import { execFile, spawn } from 'node:child_process'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Place } from './place.js'

const run = promisify(execFile)
const script = fileURLToPath(new URL('keras_reference.py', import.meta.url))
/** The version that the set-up builds tfjs-node's library from. */
const tensorflow = 'tensorflow-cpu==2.21.0'

/** @returns the interpreter; undefined where Python or the package is not to be had */
export async function pythonWithTensorFlow({ folder, say }: Place): Promise<string | undefined> {
  const given = process.env['BENCH_PYTHON']
  if (given) return given
  const environment = path.join(folder, 'python')
  try {
    say(`  installing ${tensorflow} into ${environment} (BENCH_PYTHON names an interpreter that has it)`)
    await run('python3', ['-m', 'venv', environment])
    const python = path.join(environment, 'bin', 'python')
    await run(python, ['-m', 'pip', 'install', '--quiet', tensorflow])
    return python
  } catch (error) {
    say(`  no Keras here: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`)
    return undefined
  }
}

export interface KerasRun {
  /** Seconds of each epoch, by stage. */
  epochs: { stage: 1 | 2; seconds: number }[]
  /** Seconds of decoding, loading, evaluating and saving. */
  once: number
  /** In [0, 1], after so many epochs. */
  accuracy: number
}

/** @param photos file with the list that the script reads */
export async function kerasReference(
  python: string,
  { photos, weights, epochs, say }: { photos: string; weights: string; epochs: number; say: Place['say'] },
): Promise<KerasRun> {
  const child = spawn(python, [script, photos, weights, String(epochs)], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '3' },
  })
  const told: KerasRun = { epochs: [], once: 0, accuracy: Number.NaN }
  for await (const line of createInterface({ input: child.stdout })) {
    const { stage, once, seconds, test } = JSON.parse(line) as {
      stage?: 1 | 2
      once?: string
      seconds?: number
      test?: number
    }
    if (test !== undefined) told.accuracy = test
    if (seconds === undefined) continue
    if (once !== undefined) {
      told.once += seconds
      say(`  Keras, ${once}: ${seconds.toFixed(1)} s`)
    }
    if (stage === undefined) continue
    told.epochs.push({ stage, seconds })
    say(`  Keras, stage ${stage}: an epoch in ${seconds.toFixed(1)} s`)
  }
  if (Number.isNaN(told.accuracy)) throw new Error('Keras did not come to its end')
  return told
}
