/** A client of the API as others write it: fetch, server-sent events, WebSocket. */
import { createClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import type { TypedDocumentString } from '../../documents/generated/graphql.js'

/** An operation of `documents/`, or any text. */
export type Document<Result, Variables> = TypedDocumentString<Result, Variables> | string

export interface ClientError {
  message: string
  path?: (string | number)[]
  extensions: { code: string } & Record<string, unknown>
}

export interface Answer<Result> {
  status: number
  data: Result | null | undefined
  errors: ClientError[] | undefined
}

interface Options {
  headers?: Record<string, string>
  operationName?: string
}

const json = 'application/json'

export async function answerOf<Result>(response: Response): Promise<Answer<Result>> {
  const body = (await response.json()) as Pick<Answer<Result>, 'data' | 'errors'>
  return { status: response.status, data: body.data, errors: body.errors }
}

export const post = <Result, Variables>(
  address: string,
  document: Document<Result, Variables>,
  variables?: Variables,
  { headers, operationName }: Options = {},
): Promise<Response> =>
  fetch(`${address}/graphql`, {
    method: 'POST',
    headers: { 'content-type': json, accept: json, ...headers },
    body: JSON.stringify({ query: document.toString(), variables, operationName }),
  })

/** Whatever the server answers, errors and all. */
export async function send<Result, Variables>(
  address: string,
  document: Document<Result, Variables>,
  variables?: Variables,
  options?: Options,
): Promise<Answer<Result>> {
  return answerOf(await post(address, document, variables, options))
}

/** The data. @throws Error when there are errors */
export async function ask<Result, Variables>(
  address: string,
  document: Document<Result, Variables>,
  variables?: Variables,
  options?: Options,
): Promise<Result> {
  return dataOf(await send(address, document, variables, options))
}

export function dataOf<Result>({ data, errors, status }: Answer<Result>): Result {
  if (errors || !data) throw new Error(`${status}: ${errors?.map(({ message }) => message).join('; ')}`)
  return data
}

export const file = (bytes: Uint8Array, name: string) => new File([new Uint8Array(bytes)], name)

/**
 * Sends files by multipart request.
 * @param variables with a File, or a list of them, where the operation wants an Upload
 */
export async function upload<Result, Variables extends object>(
  address: string,
  document: Document<Result, Variables>,
  variables: Variables,
  { headers, operationName }: Options = {},
): Promise<Answer<Result>> {
  const map: Record<string, string[]> = {}
  const files: File[] = []
  const place = (found: File, at: string) => {
    map[files.length] = [at]
    files.push(found)
    return null
  }
  const plain = Object.entries(variables).map(([name, value]: [string, unknown]) => {
    if (value instanceof File) return [name, place(value, `variables.${name}`)]
    if (!Array.isArray(value)) return [name, value]
    return [name, value.map((one: unknown, i) => (one instanceof File ? place(one, `variables.${name}.${i}`) : one))]
  })
  const body = new FormData()
  body.set(
    'operations',
    JSON.stringify({ query: document.toString(), variables: Object.fromEntries(plain), operationName }),
  )
  body.set('map', JSON.stringify(map))
  files.forEach((one, i) => body.set(String(i), one))
  const response = await fetch(`${address}/graphql`, {
    method: 'POST',
    headers: { accept: json, 'graphql-preflight': '1', ...headers },
    body,
  })
  return answerOf(response)
}

export type Transport = 'SSE' | 'WebSocket'

/** What a subscription tells. Subscribed when the first value, or `subscribed`, is there. @throws Error when there are errors */
export function watch<Result, Variables extends Record<string, unknown>>(
  address: string,
  document: Document<Result, Variables>,
  variables?: Variables,
  { over = 'WebSocket', operationName, headers = {} }: Options & { over?: Transport } = {},
): AsyncGenerator<Result, void, undefined> {
  const payload = { query: document.toString(), variables, operationName }
  return over === 'SSE' ? watchEvents(address, payload, headers) : watchSocket(address, payload, headers)
}

interface Payload {
  query: string
  variables: Record<string, unknown> | undefined
  operationName: string | undefined
}

async function* watchEvents<Result>(
  address: string,
  payload: Payload,
  headers: Record<string, string>,
): AsyncGenerator<Result, void, undefined> {
  const leave = new AbortController()
  const response = await fetch(`${address}/graphql`, {
    method: 'POST',
    headers: { 'content-type': json, accept: 'text/event-stream', ...headers },
    body: JSON.stringify(payload),
    signal: leave.signal,
  })
  let text = ''
  try {
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += chunk
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        const fields = Object.fromEntries(
          text
            .slice(0, end)
            .split('\n')
            .map((line) => line.split(/: ?(.*)/s)),
        )
        text = text.slice(end + 2)
        if (fields['event'] === 'complete') return
        if (fields['event'] === 'next') yield dataOf({ status: response.status, ...JSON.parse(fields['data']) })
      }
    }
  } finally {
    leave.abort()
  }
}

async function* watchSocket<Result>(
  address: string,
  payload: Payload,
  headers: Record<string, string>,
): AsyncGenerator<Result, void, undefined> {
  const client = createClient({
    url: `${address.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    // A browser's socket has no headers.
    connectionParams: headers,
  })
  try {
    for await (const result of client.iterate(payload)) yield dataOf({ status: 0, ...result } as Answer<Result>)
  } finally {
    await client.dispose()
  }
}

/** All that a subscription tells until it completes. */
export async function collect<Result>(told: AsyncIterable<Result>): Promise<Result[]> {
  const all: Result[] = []
  for await (const one of told) all.push(one)
  return all
}
