/**
 * Which run serves: moved here, followed by every process. A process hears of another one's promotion by a message, and looks by
 * itself every few seconds, in case that message was lost.
 */
import type { Doer } from '../access/doer.js'
import { keepReceipt } from '../access/receipts.js'
import { conflict, messageOf, notFound } from '../errors.js'
import { every } from '../every.js'
import type { TrainingRun } from '../db.js'
import type { Hall } from '../hall.js'
import { artefactsOf } from '../model/card.js'
import type { Serving, ServingModel } from '../predictions/serving.js'
import { markActive } from './mark.js'

/** A model that crashes or is refused is loaded again by itself, but not over and over. */
const restBetweenMs = 60_000
/** Between looks whether what serves here is what should. */
const compareMs = 5_000

/** What is read of a run to serve it. */
type RunToServe = Pick<TrainingRun, 'id' | 'name' | 'attempt' | 'classLabels' | 'artefacts'>

export class Promotion {
  /** Promotions go one after another: at no time are more than two models in memory. */
  private turn: Promise<unknown> = Promise.resolve()
  private unfollow: (() => void) | undefined
  private stopComparing: (() => Promise<void>) | undefined
  /** The run that was last loaded, or refused: that one is tried again by `catchUpAt` alone. */
  private tried: string | undefined
  private again: NodeJS.Timeout | undefined
  /** By `performance.now()`, as the next. */
  private againAt = Number.NEGATIVE_INFINITY
  private loadedAgainAt = Number.NEGATIVE_INFINITY
  private closed = false
  /** The id of the run that should serve and cannot. */
  private refused: string | undefined

  /** @param restMs at least so long between two times that what should serve is loaded again */
  constructor(
    private readonly hall: Hall,
    private readonly serving: Serving,
    private readonly restMs = restBetweenMs,
  ) {}

  /** Loads what should serve, and from now on whatever another process promotes. */
  async follow(): Promise<void> {
    const catchUp = () => this.catchUp()
    this.unfollow = this.hall.events.on('modelPromoted', catchUp, catchUp)
    this.serving.onLost = ({ run }, error) => {
      this.hall.log.error({ error, run: run.name }, 'the model that served has crashed')
      this.catchUpAt(this.loadedAgainAt + this.restMs)
    }
    this.stopComparing = every(
      compareMs,
      () => this.compare(),
      (error) =>
        this.hall.log.warn({ error }, 'whether the right run serves could not be looked up; it is tried again'),
    )
    await this.inTurn(() => this.loadActive())
  }

  /**
   * Makes this run serve: loads and warms its model aside, marks it, swaps. The serving run answers as if done.
   * @throws WasteXError NOT_FOUND; CONFLICT when it is not COMPLETED or its model is refused (the old one keeps answering)
   */
  promote(by: Doer, name: string): Promise<TrainingRun>
  /**
   * @param over the id of the run that it is to replace; null: of none
   * @returns undefined when another one serves by the time that it is loaded, which takes seconds: that one goes on
   */
  promote(by: Doer, name: string, over: string | null): Promise<TrainingRun | undefined>
  promote(by: Doer, name: string, over?: string | null): Promise<TrainingRun | undefined> {
    return this.inTurn(async () => {
      const run = await this.hall.db.trainingRun.findUnique({ where: { name } })
      if (!run) throw notFound('training run', name)
      if (run.status !== 'COMPLETED') throw conflict(`Run “${name}” is ${run.status}: only a COMPLETED run can serve.`)
      if (run.isActive && this.serving.current?.run.id === run.id) {
        await keepReceipt(this.hall.db, by, { id: run.id })
        return run
      }
      const model = await this.prepare(run)
      let promoted: TrainingRun | undefined
      try {
        promoted = await markActive(this.hall.db, by, run.id, over)
      } finally {
        if (!promoted) await model.retire()
      }
      if (!promoted) return undefined
      this.tried = run.id
      await this.serving.swap(model)
      this.hall.log.info({ run: name }, 'promoted')
      return promoted
    })
  }

  async close(): Promise<void> {
    this.closed = true
    this.unfollow?.()
    this.serving.onLost = undefined
    clearTimeout(this.again)
    await this.stopComparing?.()
    await this.turn
  }

  private async prepare(run: TrainingRun): Promise<ServingModel> {
    try {
      return await this.load(run)
    } catch (error) {
      this.hall.log.error({ error, run: run.name }, 'model refused')
      throw conflict(
        `The model of run “${run.name}” is refused: ${messageOf(error)}. What served before goes on serving.`,
      )
    }
  }

  private async load(run: RunToServe): Promise<ServingModel> {
    const { id, name, attempt, classLabels } = run
    const model = await this.serving.prepare({ id, name, attempt, classLabels, artefacts: artefactsOf(run) })
    const { int8Refused: reason } = model
    if (reason !== undefined) this.hall.log.warn({ run: name, reason }, 'serves in float32: its int8 is refused')
    return model
  }

  private async compare(): Promise<void> {
    const run = await this.runToServe()
    const isRight = run?.id === this.serving.current?.run.id && !this.serving.problem
    if (run && !isRight && run.id !== this.tried) await this.inTurn(() => this.loadActive())
  }

  private async runToServe(): Promise<RunToServe | undefined> {
    const [run] = await this.hall.events.look<RunToServe>(
      'SELECT id, name, attempt, "classLabels", artefacts FROM "TrainingRun" WHERE "isActive"',
    )
    return run
  }

  private catchUp(): void {
    void this.inTurn(() => this.loadActive()).catch((error: unknown) => {
      this.hall.log.error({ error }, 'could not read which run should serve')
      this.catchUpAt(performance.now() + this.restMs)
    })
  }

  /** Whatever is waited for is done by then. */
  private catchUpAt(time: number): void {
    if (this.closed || (this.again && this.againAt <= time)) return
    clearTimeout(this.again)
    this.againAt = time
    this.again = setTimeout(
      () => {
        this.again = undefined
        this.loadedAgainAt = performance.now()
        this.catchUp()
      },
      Math.max(0, time - performance.now()),
    ).unref()
  }

  private async loadActive(): Promise<void> {
    if (this.closed) return
    const run = await this.runToServe()
    if (!run) return
    this.tried = run.id
    if (run.id === this.serving.current?.run.id) {
      // Another one should have served meanwhile, and was refused.
      this.serving.problem = undefined
      return
    }
    const serves = this.serving.current?.run.name
    try {
      // One that was refused is only tried again.
      if (serves === undefined && this.refused !== run.id) this.serving.loading = run.name
      await this.serving.swap(await this.load(run))
    } catch (error) {
      this.refused = run.id
      const instead = serves === undefined ? '' : `; run “${serves}” goes on serving`
      this.serving.problem = `the model of run “${run.name}” is refused: ${messageOf(error)}${instead}`
      this.hall.log.error({ error, run: run.name }, 'the run that should serve is refused')
      this.catchUpAt(performance.now() + this.restMs)
    } finally {
      this.serving.loading = undefined
    }
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.turn.then(work)
    this.turn = done.catch(() => undefined) // its caller has the error; the next in turn does not wait for it
    return done
  }
}
