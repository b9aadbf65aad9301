/** Loaded into a server of a test before it starts: at SIGUSR2 it collects its garbage and says what it holds. Needs --expose-gc. */
import { readdirSync, readFileSync } from 'node:fs'

/**
 * @typedef {object} Resources
 * @property {number} rss bytes
 * @property {number} heap bytes
 * @property {number} threads
 * @property {number} descriptors open files and sockets
 * @property {Record<string, number>} handles what keeps Node's loop alive, by kind
 */

let told = 0
process.on('SIGUSR2', () => {
  globalThis.gc?.()
  setTimeout(() => {
    globalThis.gc?.()
    const { rss, heapUsed } = process.memoryUsage()
    const status = readFileSync('/proc/self/status', 'utf8')
    const handles = {}
    for (const kind of process.getActiveResourcesInfo()) handles[kind] = (handles[kind] ?? 0) + 1
    const resources = {
      rss,
      heap: heapUsed,
      threads: Number(/^Threads:\s*(\d+)/m.exec(status)?.[1]),
      descriptors: readdirSync('/proc/self/fd').length,
      handles,
    }
    console.log(`resources ${++told} ${JSON.stringify(resources)}`)
  }, 200)
})
