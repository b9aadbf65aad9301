/** Does it work? The only question that decides anything; asked in a process of its own, for a wrong library may end that. */
import { fileURLToPath } from 'node:url'
import { lastLine, run } from '../run.mjs'

const root = fileURLToPath(new URL('../../..', import.meta.url))

const shim = new URL('../../../src/model/network/removed-from-node.js', import.meta.url).href

const script = `
const tf = require('@tensorflow/tfjs-node')
const product = tf.matMul(tf.tensor2d([[1, 2], [3, 4]]), tf.tensor2d([[5, 6], [7, 8]])).dataSync()
if (product.join() !== '19,22,43,50' || tf.getBackend() !== 'tensorflow') throw new Error('it computes ' + product.join())
console.log('tensorflow ' + require('@tensorflow/tfjs-node').version['tfjs-node'])
`

/** @returns {Promise<string | undefined>} what is wrong, in one line; undefined when it loads and multiplies. */
export async function probe() {
  const { ok, output, end } = await run(process.execPath, ['--import', shim, '-e', script], {
    cwd: root,
    env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '2' },
    limitMs: 60_000,
  })
  if (ok) return undefined
  const error = output.split('\n').find((line) => /^(\w*Error|Error):/.test(line.trim()))
  // TensorFlow's builds use AVX; a processor without it ends the process.
  return end.includes('SIGILL')
    ? 'this processor lacks instructions that TensorFlow needs (AVX)'
    : (error ?? lastLine(output)).trim()
}
