/** Keras' own release of the weights. Address and MD5 as in keras/src/applications/inception_v3.py of Keras 3.15.1. */
import { createHash } from 'node:crypto'
import { writeFileWhole } from '../../disk.js'

export const kerasFile = 'inception_v3_weights_tf_dim_ordering_tf_kernels_notop.h5'
const ADDRESS = `https://storage.googleapis.com/tensorflow/keras-applications/inception_v3/${kerasFile}`
/** Keras publishes no better hash. */
const MD5 = 'bcbd6486424b2319ff4ef7d526e38f63'

const CONNECT_MS = 5_000
const DOWNLOAD_MS = 15 * 60_000

/**
 * 88 MB. Where the network is closed, it takes five seconds at most to know.
 * @param target the file to write, whole
 * @throws Error when the file cannot be had, or is not what Keras released
 */
export async function downloadKerasFile(target: string): Promise<void> {
  const limit = new AbortController()
  let timer = setTimeout(() => limit.abort(new Error('no answer within five seconds')), CONNECT_MS)
  try {
    const response = await fetch(ADDRESS, { signal: limit.signal })
    if (!response.ok) throw new Error(`the server answered ${response.status}`)
    clearTimeout(timer)
    timer = setTimeout(() => limit.abort(new Error('it took too long')), DOWNLOAD_MS)
    const bytes = new Uint8Array(await response.arrayBuffer())
    const found = createHash('md5').update(bytes).digest('hex')
    if (found !== MD5) throw new Error(`what came is not Keras' file: its MD5 is ${found}`)
    await writeFileWhole(target, bytes)
  } finally {
    clearTimeout(timer)
  }
}
