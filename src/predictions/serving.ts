/** The model that answers, and the pointer that a promotion moves. */
import type { Config, Precision } from '../config.js'
import type { TrainingRun } from '../db.js'
import { messageOf, WasteXError } from '../errors.js'
import type { Thresholds } from '../model/card.js'
import { runFolder } from '../model/run-folder.js'
import { type LoadedModel, loadModel, type ModelOfRun } from './model-folder.js'
import { referenceThresholds } from './ood.js'
import { fullPace, halfPace } from './pace.js'
import { type Answer, type Asked, Queue } from './queue.js'

/** After which whoever found no model, though one is promoted, may ask again. */
const loadingMs = 2_000

export class ServingModel {
  readonly loadedAt = new Date()
  private readonly queue: Queue

  constructor(
    private readonly loaded: LoadedModel,
    readonly thresholds: Thresholds,
  ) {
    this.queue = new Queue(loaded.streams)
  }

  get precision(): Precision {
    return this.loaded.precision
  }
  /** Why it computes in float32 although int8 was asked for. */
  get int8Refused(): string | undefined {
    return this.loaded.int8Refused
  }

  get run(): { readonly id: string; readonly name: string } {
    const { id, name } = this.loaded.card.run
    return { id, name }
  }
  get classLabels(): readonly string[] {
    return this.loaded.card.classLabels
  }

  /** Logits divided by it make probabilities that mean what they say; null: it is not known. */
  get temperature(): number | null {
    return this.loaded.card.calibration?.temperature ?? null
  }

  /** @param photo uint8 [299, 299, 3] */
  infer(photo: Uint8Array, asked?: Asked): Promise<Answer> {
    return this.queue.infer(photo, asked)
  }

  /** Milliseconds after which it may take a photo of this client again; undefined: it does now. */
  fullForMs(client: string): number | undefined {
    return this.queue.fullForMs(client)
  }

  /** A photo that waits for it gives way to one of this client. @returns whether there was one */
  giveWayTo(client: string): boolean {
    return this.queue.giveWayTo(client)
  }

  /** Photos that wait for it. */
  get waiting(): number {
    return this.queue.length
  }

  /** Resolves with the reason when a thread of it has crashed: it cannot answer any more. */
  get death(): Promise<Error> {
    return this.loaded.streams.death
  }

  /** Answers what it has taken, then frees all it holds. */
  async retire(): Promise<void> {
    await this.queue.drain()
    await this.loaded.streams.close()
  }
}

export class Serving {
  /** Undefined until the first promotion. */
  current: ServingModel | undefined
  /** Why the run that should serve does not, for `/ready`. */
  problem: string | undefined
  /** The run that should serve, while its model is loaded and no other one answers. */
  loading: string | undefined
  /** Called when the model that serves has crashed; `current` is undefined by then. */
  onLost: ((model: ServingModel, error: Error) => void) | undefined

  constructor(private readonly config: Pick<Config, 'modelsDir' | 'oodThresholds' | 'precision'>) {}

  /** @throws WasteXError NO_MODEL */
  model(): ServingModel {
    if (this.current) return this.current
    if (this.loading !== undefined)
      throw new WasteXError('NO_MODEL', `The model of run “${this.loading}” is being loaded. Try again in a moment.`, {
        retryAfterMs: loadingMs,
      })
    if (this.problem !== undefined)
      throw new WasteXError(
        'NO_MODEL',
        'The model that is promoted cannot be loaded at the moment. Try again later, or promote another run (promote).',
        { retryAfterMs: loadingMs },
      )
    throw new WasteXError('NO_MODEL', 'No model serves yet. Train one (startTraining) and promote it (promote).')
  }

  /** Loads and warms a run's model beside the serving one. @throws Error with the reason it must not serve. */
  async prepare(run: ModelOfRun & Pick<TrainingRun, 'name' | 'attempt'>): Promise<ServingModel> {
    const { oodThresholds, precision } = this.config
    const pace = this.current ? halfPace : fullPace
    const loaded = await loadModel(runFolder(this.config, run), run, precision, pace)
    return new ServingModel(loaded, oodThresholds === 'reference' ? referenceThresholds : loaded.card.thresholds)
  }

  /** From the next call on, `model` answers; the old one finishes what it has and is freed. */
  async swap(model: ServingModel): Promise<void> {
    const old = this.current
    this.current = model
    this.problem = undefined
    void model.death.then((error) => this.lose(model, error))
    await old?.retire()
  }

  async close(): Promise<void> {
    const old = this.current
    this.current = undefined
    await old?.retire()
  }

  private lose(model: ServingModel, error: Error): void {
    if (this.current !== model) return
    this.current = undefined
    this.problem = `the model of run “${model.run.name}” has crashed: ${messageOf(error)}`
    // Its other threads go too, once they have answered.
    void model.retire()
    this.onLost?.(model, error)
  }
}
