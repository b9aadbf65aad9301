/** Keras' InceptionV3 weights in HDF5, batch norm separate (the official file) or folded already: both read the same way. */
import type { Dataset, File, Group } from 'h5wasm/node'
import { collect, foldBatchNorm, type Convolution, type Convolutions } from './backbone.js'

/** @throws Error that says what is missing in the file. */
export async function readKerasFile(file: string): Promise<Convolutions> {
  // Half a second and 80 MB, needed once by whoever trains: not at every start.
  const h5 = await import('h5wasm/node')
  await h5.ready
  const opened = new h5.File(file, 'r')
  try {
    return collect((name) => readConvolution(opened, name))
  } finally {
    opened.close()
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
