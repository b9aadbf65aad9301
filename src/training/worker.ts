/** The training thread. It lowers its own priority before TensorFlow and onnxruntime start theirs, which inherit it. */
import { once } from 'node:events'
import { parentPort, workerData } from 'node:worker_threads'
import { messageOf, WasteXError } from '../errors.js'
import type { Job, Report } from './job.js'
import { giveWay, trainingLevel } from '../thread.js'
import { RunFailure } from './run-failure.js'
import { train } from './train.js'

const port = parentPort
if (!port) throw new Error('This module is a worker thread.')
const job = workerData as Job
const stop = new Uint8Array(job.stop)

class Stopped extends Error {}
const checkStop = () => {
  Atomics.add(stop, 1, 1)
  if (Atomics.load(stop, 0) !== 0) throw new Stopped()
}
/** The main thread looks whether the run is still this attempt's, and says `stop` where it is not. */
const mayWrite = async () => {
  checkStop()
  const answer = once(port, 'message')
  report({ type: 'mayWrite' })
  await answer
  checkStop()
}

/** Progress is thinned out before it is numbered: at most four a second. */
const progressEveryMs = 250
let lastProgress = -Infinity
const report = (said: Report) => {
  if (said.type === 'progress') {
    if (performance.now() - lastProgress < progressEveryMs) return
    lastProgress = performance.now()
  }
  port.postMessage(said)
}

try {
  giveWay(trainingLevel(job.share))
  const result = await train(job, report, checkStop, mayWrite)
  report({ type: 'finished', ...result })
} catch (error) {
  if (error instanceof Stopped) report({ type: 'stopped' })
  else {
    const forPeople = error instanceof RunFailure || error instanceof WasteXError
    const stack = error instanceof Error ? error.stack : undefined
    report({ type: 'failed', message: messageOf(error), stack, forPeople })
  }
}
