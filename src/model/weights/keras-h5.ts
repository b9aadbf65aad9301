/** Keras' InceptionV3 weights in HDF5, batch norm separate (the official file) or folded already: both read the same way. */
import { open } from 'node:fs/promises'
import type { Dataset, File, Group } from 'h5wasm/node'
import { collect, foldBatchNorm, type Convolution, type Convolutions } from './backbone.js'

/** @throws Error that says what is wrong with the file. */
export async function readKerasFile(file: string): Promise<Convolutions> {
  await checkSignature(file)
  // A second to start and 80 MB: only for those who read weights, not at every start of the server.
  const h5 = await import('h5wasm/node')
  const library = await h5.ready
  library.activate_throwing_error_handler() // else it writes its woes to the terminal and goes on
  const opened = new h5.File(file, 'r')
  try {
    const layers = new Set(opened.keys())
    return collect((name) => {
      if (!layers.has(name)) throw new Error(`${file} has no layer ${name}: it is not Keras' InceptionV3`)
      return readConvolution(opened, name)
    })
  } finally {
    opened.close()
  }
}

const SIGNATURE = Buffer.from('\x89HDF\r\n\x1a\n', 'latin1')

async function checkSignature(file: string): Promise<void> {
  const handle = await open(file)
  try {
    const { buffer } = await handle.read(Buffer.alloc(SIGNATURE.length))
    if (!buffer.equals(SIGNATURE)) throw new Error(`${file} is not an HDF5 file`)
  } finally {
    await handle.close()
  }
}

function readConvolution(file: File, name: string): Convolution {
  const kernel = dataset(file, name, 'kernel')
  if (!kernel) throw new Error(`the file has no kernel of ${name}`)
  const [height, width, channels, filters] = kernel.shape ?? []
  if (!height || !width || !channels || !filters) throw new Error(`the kernel of ${name} has a strange shape`)

  const norm = name.replace('conv2d', 'batch_normalization')
  const required = (weight: string) => {
    const found = dataset(file, norm, weight)
    if (!found) throw new Error(`the file has no ${weight} of ${norm}`)
    return floats(found)
  }
  const gamma = dataset(file, norm, 'gamma')
  return foldBatchNorm(floats(kernel), [height, width, channels, filters], {
    beta: required('beta'),
    mean: required('moving_mean'),
    variance: required('moving_variance'),
    gamma: gamma && floats(gamma),
  })
}

/** A layer's weight by the last part of its name; its group's `weight_names` tell the path. */
function dataset(file: File, layer: string, weight: string): Dataset | undefined {
  const group = file.get(layer) as Group | null
  const names = group?.attrs['weight_names']?.value
  if (!group || !Array.isArray(names)) return undefined
  const name = names.map(String).find((candidate) => candidate.endsWith(`/${weight}:0`))
  return name === undefined ? undefined : ((group.get(name) as Dataset | null) ?? undefined)
}

function floats(source: Dataset): Float32Array {
  const { value } = source
  if (value instanceof Float32Array) return value
  if (value instanceof Float64Array) return Float32Array.from(value)
  throw new Error(`${source.path} does not hold floating-point numbers`)
}
