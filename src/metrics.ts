/** What is counted and timed while it runs, in the words of Prometheus. Of this process: another server has its own. */
import { Counter, Gauge, Histogram, Registry } from 'prom-client'

export const registry = new Registry()
const registers = [registry]
const quick = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

export const requests = new Counter({
  name: 'wastex_requests_total',
  help: 'Requests answered, by kind (query, mutation, subscription, other) and code (OK, or of the first error; HTTP status where there is none).',
  labelNames: ['kind', 'code'],
  registers,
})

export const requestSeconds = new Histogram({
  name: 'wastex_request_seconds',
  help: 'From the first byte of a request to the end of its answer; subscriptions are left out.',
  labelNames: ['kind'],
  buckets: [...quick, 30, 60],
  registers,
})

/** Of one photo: its bytes arrive, become pixels, wait for the network, go through it, are counted or kept. */
export type Phase = 'receive' | 'decode' | 'wait' | 'compute' | 'record'

export const phaseSeconds = new Histogram({
  name: 'wastex_classify_phase_seconds',
  help: 'Seconds of each phase of a classified photo: receive, decode, wait, compute, record.',
  labelNames: ['phase'],
  buckets: quick,
  registers,
})

/** @param since by `performance.now()` @returns the moment at which it ended */
export function phaseEnded(phase: Phase, since: number): number {
  const now = performance.now()
  phaseSeconds.observe({ phase }, (now - since) / 1000)
  return now
}

const classified = new Counter({
  name: 'wastex_classified_total',
  help: 'Photos classified, by the most likely class, and whether they were known or unknown (out of distribution).',
  labelNames: ['class', 'verdict'],
  registers,
})

/** A class is a series for as long as the process lives, and operators name classes: more than so many are one. */
const mostClasses = 200
const otherClasses = '(other)'
const seenClasses = new Set<string>()

export function countClassified(classLabel: string, ood: boolean): void {
  if (seenClasses.size < mostClasses) seenClasses.add(classLabel)
  classified.inc({
    class: seenClasses.has(classLabel) ? classLabel : otherClasses,
    verdict: ood ? 'unknown' : 'known',
  })
}

export const subscribers = new Gauge({
  name: 'wastex_subscribers',
  help: 'Subscriptions that are on, over server-sent events and WebSocket.',
  registers,
})

export const uploads = new Gauge({
  name: 'wastex_uploads',
  help: 'Multipart requests in hand: from their head to the end of their answer.',
  registers,
})
export const uploadBytes = new Gauge({
  name: 'wastex_upload_bytes',
  help: 'Bytes for which these hold room: what they declared, or what has come where they declared nothing.',
  registers,
})

export const sockets = new Gauge({ name: 'wastex_sockets', help: 'WebSockets that are open.', registers })
