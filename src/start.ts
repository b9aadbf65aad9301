/** Puts the house together: what every room needs, in the order in which it is needed, and taken apart the other way round. */
import path from 'node:path'
import { system } from './access/doer.js'
import { SignIn } from './access/sign-in.js'
import { sweepReceiptsHourly } from './access/sweep-receipts.js'
import { hasLiveAdmin } from './access/tokens.js'
import { type Server, startServer } from './api/server.js'
import { type Config, letsOthersIn } from './config.js'
import { openDatabase } from './database/open.js'
import { connect, type Db, type TrainingRun } from './db.js'
import { checkWritable, sweep } from './disk.js'
import { messageOf } from './errors.js'
import { Events } from './events.js'
import type { Hall } from './hall.js'
import { seeToHourly } from './keeping/hourly.js'
import { createLog } from './log.js'
import { isLoopback } from './loopback.js'
import { trainingEngine } from './model/engine.js'
import { Serving } from './predictions/serving.js'
import { Promotion } from './promotion/promotion.js'
import { Training } from './training/training.js'

export interface House {
  /** http://host:port */
  address: string
  /** What is missing, and how to mend it: WasteX serves without. */
  degraded(): Promise<string[]>
  close(): Promise<void>
}

/**
 * @param say a line for the person at the terminal
 * @throws Error with one line that says what to do
 */
export async function start(config: Config, say: (line: string) => void): Promise<House> {
  const closing: (() => Promise<void> | void)[] = []
  const close = async () => {
    for (const part of closing.splice(0).toReversed()) await part()
  }
  try {
    const log = createLog(config.logLevel)
    await checkWritable(config.dataDir, 'WASTEX_DATA')
    await checkWritable(config.modelsDir, 'WASTEX_MODELS')
    await sweep(config.modelsDir)
    await sweep(config.dataDir)
    await sweep(config.uploadsDir, 1)
    await sweep(path.join(config.dataDir, 'checkpoints'), 1)
    await sweep(path.join(config.dataDir, 'features'), 2)
    const database = await openDatabase(config, say)
    closing.push(() => database.stop())
    const db = connect(database.url)
    closing.push(() => db.$disconnect())
    if (letsOthersIn(config) && !(await hasLiveAdmin(db))) {
      const [setting, value] = isLoopback(config.host)
        ? ['WASTEX_TRUST_PROXY', config.trustedProxies]
        : ['HOST', config.host]
      throw new Error(
        `${setting}=${value} lets others in, and there is no token for an admin yet: make one with \`npm run token -- create NAME --role admin\`, or leave ${setting} out to be reached from this machine only.`,
      )
    }
    const events = await Events.open(database.url, log)
    closing.push(() => events.close())
    const hall: Hall = { config, db, events, log, databaseUrl: database.url }

    closing.push(sweepReceiptsHourly(hall))
    const signIn = new SignIn(hall)
    closing.push(() => signIn.close())
    const serving = new Serving(config)
    closing.push(() => serving.close())
    const promotion = new Promotion(hall, serving)
    await promotion.follow()
    closing.push(() => promotion.close())
    const training = new Training(hall, async (run) => {
      if (run.autoPromote && (await mayTakeOver(db, run))) await promotion.promote(system, run.name)
    })
    await training.recover()
    closing.push(() => training.close())

    closing.push(seeToHourly(hall))

    const degraded = async () => {
      const engine = await trainingEngine()
      return [
        ...(serving.problem ? [serving.problem] : serving.current ? [] : ['no model serves yet']),
        ...(engine.ok ? [] : [`training is not possible: ${engine.mend}`]),
      ]
    }
    const server: Server = await startServer({ hall, serving, promotion, training }, signIn, degraded)
    closing.push(() => server.close())
    return { address: server.address, degraded, close }
  } catch (error) {
    await close().catch((second: unknown) => say(`While stopping: ${messageOf(second)}`))
    throw error
  }
}

/** The very first run has nothing to be compared with; a later one must be recommended over what serves at this moment. */
async function mayTakeOver(db: Db, run: TrainingRun): Promise<boolean> {
  if ((await db.trainingRun.count({ where: { promotedAt: { not: null } } })) === 0) return true
  const active = await db.trainingRun.findFirst({ where: { isActive: true }, select: { id: true } })
  return run.recommendation === 'PROMOTE' && run.baselineId === active?.id
}
