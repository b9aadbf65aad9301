/** Which run serves: moved here, followed by every process. */
import type { Doer } from '../access/doer.js'
import { keepReceipt } from '../access/receipts.js'
import { leaveTrail } from '../access/trail.js'
import { conflict, messageOf, notFound } from '../errors.js'
import type { TrainingRun } from '../db.js'
import { publish } from '../events.js'
import type { Hall } from '../hall.js'
import type { Artefact } from '../model/card.js'
import type { Serving, ServingModel } from '../predictions/serving.js'

/** A model that crashes again so soon is not loaded again by itself: it would only crash over and over. */
const reloadGapMs = 60_000

export class Promotion {
  /** Promotions go one after another: at no time are more than two models in memory. */
  private turn: Promise<unknown> = Promise.resolve()
  private unfollow: (() => void) | undefined
  private reloadedAt = Number.NEGATIVE_INFINITY

  constructor(
    private readonly hall: Hall,
    private readonly serving: Serving,
  ) {}

  /** Loads what should serve, and from now on whatever another process promotes. */
  async follow(): Promise<void> {
    const catchUp = () =>
      void this.inTurn(() => this.loadActive()).catch((error: unknown) =>
        this.hall.log.error({ error }, 'could not read which run should serve; asked again at the next promotion'),
      )
    this.unfollow = this.hall.events.on('modelPromoted', catchUp, catchUp)
    this.serving.onLost = ({ run }, error) => {
      this.hall.log.error({ error, run: run.name }, 'the model that served has crashed')
      const now = performance.now()
      if (now - this.reloadedAt < reloadGapMs) return
      this.reloadedAt = now
      catchUp()
    }
    await this.inTurn(() => this.loadActive())
  }

  /**
   * Makes this run serve: loads and warms its model aside, marks it, swaps. The serving run answers as if done.
   * @throws WasteXError NOT_FOUND; CONFLICT when it is not COMPLETED or its model is refused (the old one keeps answering)
   */
  promote(by: Doer, name: string): Promise<TrainingRun> {
    return this.inTurn(async () => {
      const run = await this.hall.db.trainingRun.findUnique({ where: { name } })
      if (!run) throw notFound('training run', name)
      if (run.status !== 'COMPLETED') throw conflict(`Run “${name}” is ${run.status}: only a COMPLETED run can serve.`)
      if (run.isActive && this.serving.current?.run.id === run.id) {
        await keepReceipt(this.hall.db, by, { id: run.id })
        return run
      }
      const model = await this.prepare(run)
      let promoted: TrainingRun
      try {
        promoted = await this.mark(by, run.id)
      } catch (error) {
        await model.retire()
        throw error
      }
      await this.serving.swap(model)
      this.hall.log.info({ run: name }, 'promoted')
      return promoted
    })
  }

  close(): void {
    this.unfollow?.()
    this.serving.onLost = undefined
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

  private async load(run: TrainingRun): Promise<ServingModel> {
    const model = await this.serving.prepare(modelOf(run))
    const { int8Refused: reason } = model
    if (reason !== undefined) this.hall.log.warn({ run: run.name, reason }, 'serves in float32: its int8 is refused')
    return model
  }

  private mark(by: Doer, id: string): Promise<TrainingRun> {
    return this.hall.db.$transaction(async (tx) => {
      // Two processes that promote at once take turns here.
      await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext('wastex promotion'))`
      const before = await tx.trainingRun.findFirst({ where: { isActive: true }, select: { id: true, name: true } })
      await tx.trainingRun.updateMany({ where: { isActive: true, id: { not: id } }, data: { isActive: false } })
      const run = await tx.trainingRun.update({ where: { id }, data: { isActive: true, promotedAt: new Date() } })
      const subject = { type: 'TrainingRun', id, name: run.name } as const
      const changed = { before: { serves: before?.name ?? null }, after: { serves: run.name } }
      await leaveTrail(tx, by, before?.id === id ? [] : [{ action: 'PROMOTE', subject, ...changed }])
      await keepReceipt(tx, by, { id })
      await publish(tx, 'modelPromoted', { runId: id })
      return run
    })
  }

  private async loadActive(): Promise<void> {
    const run = await this.hall.db.trainingRun.findFirst({ where: { isActive: true } })
    if (!run || run.id === this.serving.current?.run.id) return
    try {
      await this.serving.swap(await this.load(run))
    } catch (error) {
      this.serving.problem = `the model of run “${run.name}” is refused: ${messageOf(error)}`
      this.hall.log.error({ error, run: run.name }, 'the run that should serve is refused')
    }
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.turn.then(work)
    this.turn = done.catch(() => undefined) // its caller has the error; the next in turn does not wait for it
    return done
  }
}

/** `artefacts` is written by training alone, as `Artefact[]`. */
const modelOf = ({ id, name, classLabels, artefacts }: TrainingRun) => ({
  id,
  name,
  classLabels,
  artefacts: artefacts as unknown as Artefact[],
})
