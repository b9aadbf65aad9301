/** Starts a worker thread from a module of ours, built or (in tests and tools) straight from its TypeScript. */
import { Worker, type WorkerOptions } from 'node:worker_threads'

/** @param module `new URL('./worker.js', import.meta.url)`: named as it will be called when built. */
export function startThread(module: URL, options: WorkerOptions = {}): Worker {
  // In a thread that was started so itself, tsx has put a question mark behind the name.
  if (!new URL(import.meta.url).pathname.endsWith('.ts')) return new Worker(module, options)
  // Node 20 runs no TypeScript, and a worker inherits no loader: it gets one of its own.
  const source = module.href.replace(/\.js$/, '.ts')
  const boot = `import('tsx/esm/api').then(({ tsImport }) => tsImport(${JSON.stringify(source)}, ${JSON.stringify(import.meta.url)}))`
  return new Worker(boot, { ...options, eval: true, execArgv: [] })
}
