/** Puts WasteX together: what every room needs, in the order in which it is needed, and taken apart the other way round. */
import { SignIn } from './access/sign-in.js'
import { seeToAccessHourly } from './access/hourly.js'
import { hasLiveAdmin } from './access/tokens.js'
import { limitKeptMemory } from './allocator.js'
import { type Server, startServer } from './api/server.js'
import { checkWritable, keepFromOthers, makeDataFolder } from './own-folders.js'
import { type Config, letsOthersIn } from './config.js'
import { openDatabase } from './database/open.js'
import { connect, lockLimits } from './db.js'
import { messageOf } from './errors.js'
import { Events } from './events.js'
import type { Hall } from './hall.js'
import { seeToHourly } from './keeping/hourly.js'
import { createLog } from './log.js'
import { isLoopback } from './loopback.js'
import { trainingEngine } from './model/engine.js'
import { Serving } from './predictions/serving.js'
import { promoteDue } from './promotion/promote-due.js'
import { Promotion } from './promotion/promotion.js'
import { featuresFolder } from './training/features/place.js'
import { checkpointsFolder } from './training/prepare-job.js'
import { sweep } from './sweep.js'
import { Training } from './training/training.js'
import { waitFor } from './wait-for.js'

export interface Started {
  /** http://host:port */
  address: string
  /** What is missing, and how to mend it: WasteX serves without. */
  degraded(): Promise<string[]>
  /** Closes every part, whatever becomes of the others. @returns what went wrong meanwhile, a line each */
  close(): Promise<string[]>
}

/** To the database, for what changes something. */
const connections = 10
const limitsMs = {
  /** For the model to be read and tried. */
  model: 300_000,
  /** For runs that another process left to be looked at. */
  recover: 300_000,
  /** For a part to close: one that hangs does not keep the others, and the database last of all, from that. */
  close: 60_000,
}

/**
 * @param say a line for the person at the terminal
 * @param signal aborted when the start is called off
 * @throws Error with one line that says what to do. Then nothing is left running
 */
export async function start(config: Config, say: (line: string) => void, signal?: AbortSignal): Promise<Started> {
  const waiting = { say, signal }
  const log = createLog(config.logLevel)
  limitKeptMemory(log)
  const closing: (() => Promise<void> | void)[] = []
  const close = async () => {
    const problems: string[] = []
    for (const part of closing.splice(0).toReversed()) {
      try {
        await waitFor({ say: () => undefined }, 'a part to close', limitsMs.close, async () => part())
      } catch (error) {
        log.error({ error }, 'a part did not close in order')
        problems.push(messageOf(error))
      }
    }
    return problems
  }
  try {
    makeDataFolder(config.dataDir)
    await checkWritable(config.dataDir, 'WASTEX_DATA')
    await checkWritable(config.modelsDir, 'WASTEX_MODELS')
    await keepFromOthers(config, log)
    await sweep(config.modelsDir)
    await sweep(config.dataDir)
    await sweep(config.uploadsDir, 1)
    await sweep(checkpointsFolder(config), 1)
    await sweep(featuresFolder(config), 2)
    const database = await openDatabase(config, say, signal)
    closing.push(() => database.stop())
    const db = connect(database.url, connections, 0, lockLimits)
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

    closing.push(seeToAccessHourly(hall))
    const signIn = new SignIn(hall)
    closing.push(() => signIn.close())
    const serving = new Serving(config)
    closing.push(() => serving.close())
    const promotion = new Promotion(hall, serving)
    closing.push(() => promotion.close())
    await waitFor(waiting, 'the model that serves to load', limitsMs.model, () => promotion.follow())
    const training = new Training(hall, (hurry) => promoteDue(hall, promotion, hurry))
    closing.push(() => training.close())
    await waitFor(waiting, 'runs that were interrupted to be looked at', limitsMs.recover, async () => {
      await training.recover()
      await promoteDue(hall, promotion, AbortSignal.abort()) // once: what cannot be now is no reason not to serve
    })

    closing.push(seeToHourly(hall))

    const degraded = async () => {
      const engine = await trainingEngine()
      return [
        ...(serving.problem ? [serving.problem] : serving.current ? [] : ['no model serves yet']),
        ...(engine.ok ? [] : [`training is not possible: ${engine.mend}`]),
      ]
    }
    const loading = () => serving.loading && `The model of run “${serving.loading}” is being loaded.`
    const server: Server = await startServer({ hall, serving, promotion, training }, signIn, { degraded, loading })
    closing.push(() => server.close())
    return { address: server.address, degraded, close }
  } catch (error) {
    for (const problem of await close()) say(`While stopping: ${problem}`)
    throw error
  }
}
