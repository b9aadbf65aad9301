/** Clients that cost as little as can be: the machine that is measured is also theirs. */
import http from 'node:http'
import { ClassifyDocument } from '../documents/generated/graphql.js'

export interface Call {
  /** Milliseconds since the epoch of `performance.now()`. */
  readonly started: number
  readonly ended: number
  readonly client: number
}

export const durations = (calls: readonly Call[]) => calls.map(({ started, ended }) => ended - started)

const agent = new http.Agent({ keepAlive: true, maxSockets: 256 })

/** A request whose body is made once. */
export interface Prepared {
  readonly headers: Record<string, string | number>
  readonly body: Buffer
}

/** `classify` by multipart. */
export function classifyRequest(photo: Uint8Array): Prepared {
  const boundary = 'wastex-bench'
  const part = (name: string, type = '') =>
    `--${boundary}\r\ncontent-disposition: form-data; name="${name}"${type}\r\n\r\n`
  const operations = JSON.stringify({ query: ClassifyDocument.toString(), variables: { image: null } })
  const body = Buffer.concat([
    Buffer.from(`${part('operations')}${operations}\r\n${part('map')}{"0":["variables.image"]}\r\n`),
    Buffer.from(part('0', '; filename="photo.jpg"\r\ncontent-type: image/jpeg')),
    photo,
    Buffer.from(`\r\n--${boundary}--\r\n`),
  ])
  return {
    headers: {
      'content-type': `multipart/form-data; boundary=${boundary}`,
      'graphql-preflight': '1',
      accept: 'application/json',
      'content-length': body.length,
    },
    body,
  }
}

export function queryRequest(query: string, variables: object = {}): Prepared {
  const body = Buffer.from(JSON.stringify({ query, variables }))
  return {
    headers: { 'content-type': 'application/json', accept: 'application/json', 'content-length': body.length },
    body,
  }
}

/** @param from an address of this machine, as which it is sent: 127.0.0.2. @returns the answer's text. @throws Error for any answer with errors: a failed call is not a fast one */
export function send(address: string, { headers, body }: Prepared, from?: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = http.request(
      `${address}/graphql`,
      { method: 'POST', headers, agent, ...(from && { localAddress: from }) },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.once('error', reject)
        response.once('end', () => {
          const text = Buffer.concat(chunks).toString()
          if (response.statusCode === 200 && !text.includes('"errors"')) resolve(text)
          else reject(new Error(`${response.statusCode}: ${text.slice(0, 300)}`))
        })
      },
    )
    request.once('error', reject)
    request.end(body)
  })
}

/** Each client sends its next request when its last one is answered, until `done` says so. */
export async function closedLoop(
  address: string,
  clients: number,
  requests: readonly Prepared[],
  done: () => boolean,
): Promise<Call[]> {
  const calls: Call[] = []
  const client = async (number: number) => {
    for (let i = number; !done(); i++) {
      const started = performance.now()
      await send(address, requests[i % requests.length] as Prepared)
      calls.push({ started, ended: performance.now(), client: number })
    }
  }
  await Promise.all(Array.from({ length: clients }, (_, number) => client(number)))
  return calls
}

/** What was answered within `ms` of the first request; the last answers of a closed loop come after its end. */
export function answersPerSecond(calls: readonly Call[], ms: number): number {
  const end = calls.reduce((first, { started }) => Math.min(first, started), Number.POSITIVE_INFINITY) + ms
  return (1000 * calls.filter(({ ended }) => ended <= end).length) / ms
}

/** For so many milliseconds. */
export const during = (ms: number) => {
  const end = performance.now() + ms
  return () => performance.now() >= end
}

/** One request every so often, whether or not the last one is answered. */
export async function openLoop(address: string, everyMs: number, requests: readonly Prepared[], done: () => boolean) {
  const calls: Promise<Call>[] = []
  for (let i = 0; !done(); i++) {
    const started = performance.now()
    const sent = send(address, requests[i % requests.length] as Prepared)
    calls.push(sent.then(() => ({ started, ended: performance.now(), client: 0 })))
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, everyMs - (performance.now() - started))))
  }
  return Promise.all(calls)
}
