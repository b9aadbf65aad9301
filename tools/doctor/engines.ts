/** Whether the native libraries compute: each is tried in a process of its own, which one that does not fit may end. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { access } from 'node:fs/promises'
import type { Config } from '../../src/config.js'
import { kerasFile } from '../../src/model/weights/keras-download.js'
import { nsfwjsFile } from '../../src/model/weights/nsfwjs.js'
import { weightsFolder } from '../../src/model/weights/find.js'
import path from 'node:path'
import { type Finding, fail, ok, warn } from './finding.js'

const root = fileURLToPath(new URL('../..', import.meta.url))
const shim = new URL('../../src/model/network/removed-from-node.js', import.meta.url).href
const patienceMs = 60_000

const scripts = {
  tensorflow: `
    const tf = require('@tensorflow/tfjs-node')
    const [sum] = tf.matMul(tf.ones([64, 64]), tf.ones([64, 64])).sum().dataSync()
    if (sum !== 64 ** 3) throw new Error('it multiplies wrongly: ' + sum)
    console.log('tfjs-node ' + tf.version['tfjs-node'])`,
  onnxruntime: `
    import { readFileSync } from 'node:fs'
    import { OnnxGraph, FLOAT } from './src/model/network/onnx-graph.ts'
    import { openSession } from './src/predictions/session.ts'
    const graph = new OnnxGraph()
    const product = graph.node('MatMul', [graph.input('x', [2]), graph.constant(Float32Array.of(1, 2, 3, 4), [2, 2])])
    graph.output(product, 'y', [2], FLOAT)
    const session = await openSession(graph.encode('doctor'), { threads: 1 })
    const { y } = await session.run(Float32Array.of(1, 1), 1)
    if (y.join() !== '4,6') throw new Error('it multiplies wrongly: ' + y)
    console.log('onnxruntime-node ' + JSON.parse(readFileSync('node_modules/onnxruntime-node/package.json')).version)`,
}

function tried(what: string, args: string[], judge: (error: string) => Finding): Promise<Finding> {
  return new Promise((resolve) => {
    const env = { ...process.env, TF_CPP_MIN_LOG_LEVEL: '2' }
    execFile(process.execPath, args, { cwd: root, timeout: patienceMs, env }, (error, stdout, stderr) => {
      if (!error) return resolve(ok(what, `${stdout.trim().split('\n').at(-1)}, multiplies`))
      const lines = stderr.split('\n').map((line) => line.trim())
      resolve(judge(lines.find((line) => /error/i.test(line)) ?? String(error.signal ?? error.code)))
    })
  })
}

export const tensorflow = () =>
  tried('tfjs-node', ['--import', shim, '-e', scripts.tensorflow], (error) =>
    warn(
      'tfjs-node',
      `does not work (${error}): node tools/setup/tensorflow.mjs. Without it WasteX serves and cannot train.`,
    ),
  )

export const onnxruntime = () =>
  tried('onnxruntime', ['--import', 'tsx', '--input-type=module', '-e', scripts.onnxruntime], (error) =>
    fail('onnxruntime', `does not work (${error}): npm ci, on a platform that onnxruntime-node supports.`),
  )

/** Where training would take them from, without fetching any. */
export async function weights({ weightsFile }: Pick<Config, 'weightsFile'>): Promise<Finding> {
  const isThere = (file: string) =>
    access(file).then(
      () => true,
      () => false,
    )
  if (weightsFile !== undefined)
    return (await isThere(weightsFile))
      ? ok('weights', `${weightsFile} (WASTEX_WEIGHTS)`)
      : fail('weights', `WASTEX_WEIGHTS names ${weightsFile}, and there is no such file: correct it, or unset it.`)
  const keras = path.join(weightsFolder(), kerasFile)
  if (await isThere(keras)) return ok('weights', keras)
  const mend = `downloaded at the first training; without a network put ${kerasFile} into ${weightsFolder()}`
  const standIn = path.join(weightsFolder(), nsfwjsFile)
  return warn('weights', (await isThere(standIn)) ? `${standIn} stands in, and is worse; ${mend}` : `none yet: ${mend}`)
}
