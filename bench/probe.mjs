/** Loaded into a server that is measured (`node --import`): says over IPC what only the process itself knows. */
import { monitorEventLoopDelay } from 'node:perf_hooks'

const resolutionMs = 2
const delay = monitorEventLoopDelay({ resolution: resolutionMs })
delay.enable()
process.on('message', (question) => {
  if (question === 'reset') delay.reset()
  // The histogram counts from one look to the next: what is beyond its own interval is the delay.
  const eventLoopP99Ms = Math.max(0, delay.percentile(99) / 1e6 - resolutionMs)
  process.send?.({ eventLoopP99Ms, rss: process.memoryUsage.rss() })
})
// A measured server ends when its bench does.
process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'))
