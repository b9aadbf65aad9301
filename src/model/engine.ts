/** Can this machine train? TensorFlow's native library is the one part that set-up may have failed to get. */
import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'

export type TrainingEngine = { ok: true } | { ok: false; mend: string }

let known: Promise<TrainingEngine> | undefined

/** Asked once a process. Loads the library in a process of its own: one that does not fit this machine may crash. */
export const trainingEngine = (): Promise<TrainingEngine> => (known ??= probe())

function probe(): Promise<TrainingEngine> {
  const library = createRequire(import.meta.url).resolve('@tensorflow/tfjs-node')
  const script = `const tf = require(${JSON.stringify(library)}); if (tf.scalar(6).mul(7).dataSync()[0] !== 42) process.exit(1)`
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['-e', script], { stdio: 'ignore' })
    const broken = () =>
      resolve({
        ok: false,
        mend: 'TensorFlow’s native library is missing: run “npm run setup”, which says what it lacks.',
      })
    child.once('error', broken)
    child.once('exit', (code) => (code === 0 ? resolve({ ok: true }) : broken()))
  })
}
