/** The model that answers, and the pointer that a promotion moves. */
import path from 'node:path'
import { messageOf, WasteXError } from '../errors.js'
import type { Card, Thresholds } from '../model/card.js'
import { type Answer, Batcher } from './batcher.js'
import type { Inference } from './inference.js'
import { loadModel, type ModelOfRun } from './model-folder.js'
import { referenceThresholds } from './ood.js'

export class ServingModel {
  readonly loadedAt = new Date()
  private readonly batcher: Batcher

  constructor(
    readonly card: Card,
    readonly thresholds: Thresholds,
    private readonly inference: Inference,
  ) {
    this.batcher = new Batcher(inference)
  }

  get runId(): string {
    return this.card.run.id
  }
  get runName(): string {
    return this.card.run.name
  }
  get classLabels(): readonly string[] {
    return this.card.classLabels
  }

  /** @param pixels uint8 [299, 299, 3] */
  infer(pixels: Uint8Array): Promise<Answer> {
    return this.batcher.infer(pixels)
  }

  /** Resolves with the reason when its thread has crashed: it cannot answer any more. */
  get death(): Promise<Error> {
    return this.inference.death
  }

  /** Answers what it has taken, then frees all it holds. */
  async retire(): Promise<void> {
    await this.batcher.drain()
    await this.inference.close()
  }
}

export class Serving {
  /** Undefined until the first promotion. */
  current: ServingModel | undefined
  /** Why the run that should serve does not, for `/ready`. */
  problem: string | undefined
  /** Called when the model that serves has crashed; `current` is undefined by then. */
  onLost: ((model: ServingModel, error: Error) => void) | undefined

  constructor(
    private readonly modelsDir: string,
    private readonly oodThresholds: 'run' | 'reference',
  ) {}

  /** @throws WasteXError NO_MODEL */
  model(): ServingModel {
    if (this.current) return this.current
    throw new WasteXError('NO_MODEL', 'No model serves yet. Train one (startTraining) and promote it (promote).')
  }

  /** Loads and warms a run's model beside the serving one. @throws Error with the reason it must not serve. */
  async prepare(run: ModelOfRun & { readonly name: string }): Promise<ServingModel> {
    const { card, inference } = await loadModel(path.join(this.modelsDir, run.name), run)
    const thresholds = this.oodThresholds === 'reference' ? referenceThresholds : card.thresholds
    return new ServingModel(card, thresholds, inference)
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
    this.problem = `the model of run “${model.runName}” has crashed: ${messageOf(error)}`
    this.onLost?.(model, error)
  }
}
