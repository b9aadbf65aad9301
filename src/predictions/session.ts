/** The one door to onnxruntime. */
import * as ort from 'onnxruntime-node'

export interface SessionOptions {
  /** Threads that compute one batch. */
  readonly threads: number
}

export interface Session {
  /** Names of what comes in, flags left out, and of what `run` answers. */
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  /**
   * Computes on the thread that calls it, and holds it as long: a process that serves gives the session a thread of its own.
   * @param input float32, `photos` times the shape of one; by name where the model takes several.
   * @param flags boolean inputs that are true. The model's others are false; one that it does not have is not missed.
   * @returns float32 by output, `photos` times the shape of one; an output of half precision as its bits, uint16: whoever made the
   * model knows. What only a flag asks for is left out without it.
   */
  run<Values extends Float32Array | Uint16Array = Float32Array>(
    input: Float32Array | Readonly<Record<string, Float32Array>>,
    photos: number,
    flags?: readonly string[],
  ): Promise<Record<string, Values>>
  /** Frees the model. A run that is on would fail: drain first. */
  release(): Promise<void>
}

/** @param model the bytes of an ONNX file, or its path. */
export async function openSession(model: Uint8Array | string, { threads }: SessionOptions): Promise<Session> {
  const options: ort.InferenceSession.SessionOptions = {
    executionProviders: ['cpu'],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    graphOptimizationLevel: 'all',
    executionMode: 'sequential',
    // Memory is kept from batch to batch: to have it back from the system every time takes a tenth of the time. What is kept grows
    // with the largest batch (580 MB at 4 photos, 700 at 8), and no batch of ours is larger.
    enableCpuMemArena: true,
    // Threads that spin while they wait take the time of those that work, as soon as training runs beside: on two busy cores
    // a photo took 136 to 214 ms with spinning and 61 to 76 ms without; with one core busy 91 and 53, on one thread 48.
    extra: { session: { intra_op: { allow_spinning: '0' }, dynamic_block_base: '4' } },
    logSeverityLevel: 3,
  }
  const session = await (typeof model === 'string'
    ? ort.InferenceSession.create(model, options)
    : ort.InferenceSession.create(model, options))
  const shapes = new Map(session.inputMetadata.map((input) => [input.name, input.isTensor ? input.shape.slice(1) : []]))
  const ownFlags = session.inputMetadata
    .filter((input) => input.isTensor && input.type === 'bool')
    .map(({ name }) => name)
  const inputs = session.inputNames.filter((name) => !ownFlags.includes(name))
  const [only] = inputs

  return {
    inputs,
    outputs: session.outputNames,
    async run<Values extends Float32Array | Uint16Array>(
      input: Float32Array | Readonly<Record<string, Float32Array>>,
      photos: number,
      flags: readonly string[] = [],
    ) {
      const given = input instanceof Float32Array ? (only === undefined ? {} : { [only]: input }) : input
      const feeds: Record<string, ort.Tensor> = Object.fromEntries(
        Object.entries(given).map(([name, data]) => {
          const shape = shapes.get(name)?.map(Number) ?? []
          return [name, new ort.Tensor('float32', data, [photos, ...shape])]
        }),
      )
      for (const flag of ownFlags) feeds[flag] = new ort.Tensor('bool', [flags.includes(flag)], [])
      const results = Object.entries(await session.run(feeds)).filter(([, { size }]) => size > 0)
      return Object.fromEntries(
        results.map(([name, { data, type }]) => {
          if (data instanceof Float32Array) return [name, data as Values]
          // Newer Nodes have an array type for it; its bits are the same.
          if (type === 'float16' && ArrayBuffer.isView(data))
            return [name, new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2) as Values]
          throw new Error(`the output ${name} is neither float32 nor float16`)
        }),
      )
    },
    release: () => session.release(),
  }
}
