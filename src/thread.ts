/** Worker threads: how they start, and who goes first. */
import { readlinkSync } from 'node:fs'
import { getPriority, setPriority } from 'node:os'
import path from 'node:path'
import { Worker, type WorkerOptions } from 'node:worker_threads'

/**
 * Starts a worker thread from a module of ours, built or (in tests and tools) straight from its TypeScript.
 * @param module `new URL('./worker.js', import.meta.url)`: named as it will be called when built
 */
export function startThread(module: URL, options: WorkerOptions = {}): Worker {
  // In a thread that was started so itself, tsx has put a question mark behind the name.
  if (!new URL(import.meta.url).pathname.endsWith('.ts')) return new Worker(module, options)
  // Node 22.12 runs no TypeScript, and a worker inherits no loader: it gets one of its own.
  const source = module.href.replace(/\.js$/, '.ts')
  const boot = `import('tsx/esm/api').then(({ tsImport }) => tsImport(${JSON.stringify(source)}, ${JSON.stringify(import.meta.url)}))`
  return new Worker(boot, { ...options, eval: true, execArgv: [] })
}

/**
 * The thread that calls this, and those that it starts from now on, give way to others: requests come first, then the network that
 * answers, then training. Linux alone can tell one thread from the rest of its process.
 */
export function giveWay(to: 'requests' | 'serving'): void {
  if (process.platform !== 'linux') return
  const thread = Number(path.basename(readlinkSync('/proc/thread-self')))
  // Never back up: a training's own inference stays behind that which serves.
  setPriority(thread, Math.max(getPriority(thread), to === 'requests' ? 5 : 19))
}
