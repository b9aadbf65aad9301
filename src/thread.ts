/** Worker threads: how they start, and who goes first. */
import { readlinkSync } from 'node:fs'
import { getPriority, setPriority } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { Worker, type WorkerOptions } from 'node:worker_threads'

/**
 * Starts a worker thread from a module of ours, built or (in tests and tools) straight from its TypeScript.
 * @param module `new URL('./worker.js', import.meta.url)`: named as it will be called when built
 */
export function startThread(module: URL, options: WorkerOptions = {}): Worker {
  // In a thread that was started so itself, tsx has put a question mark behind the name.
  if (!new URL(import.meta.url).pathname.endsWith('.ts')) return new Worker(module, options)
  const built = builtThread(module)
  if (built !== undefined) return new Worker(built, options)
  // Node 22.12 runs no TypeScript, and a worker inherits no loader: it gets one of its own.
  const source = module.href.replace(/\.js$/, '.ts')
  const boot = `import('tsx/esm/api').then(({ tsImport }) => tsImport(${JSON.stringify(source)}, ${JSON.stringify(import.meta.url)}))`
  return new Worker(boot, { ...options, eval: true, execArgv: [] })
}

/** Tests name the build of what they test: to compile every module anew takes a thread two seconds. */
function builtThread(module: URL): string | undefined {
  const build = process.env['WASTEX_TEST_BUILD']
  const place = path.relative(import.meta.dirname, fileURLToPath(module))
  return build && !place.startsWith('..') ? path.join(build, place) : undefined
}

/** Levels of the network that answers and of the training, above the process's own. Each level weighs 1.25 times the next one. */
const servingLevel = 5
const lowestLevel = 19
const weightPerLevel = 1.25

/**
 * The level at which the kernel gives training its share while every core is wanted by both. The rest goes to serving, of which the
 * network is about four fifths; requests and decoding have the process's own level, and get what they need first.
 * @param share of the processor, 0 to 0.7; 0: what nobody else wants
 */
export function trainingLevel(share: number): number {
  const weight = share / (0.8 * (1 - share))
  const level = Math.floor(servingLevel - Math.log(weight) / Math.log(weightPerLevel))
  return Math.max(0, Math.min(lowestLevel, level))
}

/**
 * The thread that calls this, and those that it starts from now on, give way to others: requests come first, then the network that
 * answers, then training, by weight: none of them is ever kept from computing, and what one leaves the others take.
 * Linux alone can tell one thread from the rest of its process; elsewhere all threads weigh the same.
 * @param level of the network that answers, unless given
 */
export function giveWay(level = servingLevel): void {
  if (process.platform !== 'linux') return
  const thread = Number(path.basename(readlinkSync('/proc/thread-self')))
  // Never back up: a training's own inference stays at its level.
  setPriority(thread, Math.max(getPriority(thread), Math.min(lowestLevel, getPriority(process.pid) + level)))
}
