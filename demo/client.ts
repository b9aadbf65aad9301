/** What a phone, an operator and a trainer would be: a client of the public API, by the documents in `documents/`. */
import { createClient } from 'graphql-ws'
import WebSocket from 'ws'
import type { TypedDocumentString } from '../documents/generated/graphql.js'

interface Answer<T> {
  data?: T | null
  errors?: readonly { message: string; extensions?: { code?: string } }[]
}

export class Client {
  private readonly url: string
  private readonly sockets

  /** @param address http://host:port */
  constructor(address: string) {
    this.url = `${address}/graphql`
    this.sockets = createClient({ url: this.url.replace('http', 'ws'), webSocketImpl: WebSocket, lazy: true })
  }

  /** @throws Error with the service's own words */
  async ask<T, V>(document: TypedDocumentString<T, V>, variables: V): Promise<T> {
    return await this.send<T>({
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: document.toString(), variables }),
    })
  }

  /** By the GraphQL multipart request specification. @param name the variable of type `Upload!` */
  async upload<T, V>(document: TypedDocumentString<T, V>, name: keyof V & string, photo: File): Promise<T> {
    const body = new FormData()
    body.set('operations', JSON.stringify({ query: document.toString(), variables: { [name]: null } }))
    body.set('map', JSON.stringify({ photo: [`variables.${name}`] }))
    body.set('photo', photo)
    return await this.send<T>({ headers: { 'graphql-preflight': '1' }, body })
  }

  /** What a subscription tells, until it completes. */
  async *follow<T, V extends Record<string, unknown>>(
    document: TypedDocumentString<T, V>,
    variables: V,
  ): AsyncGenerator<T> {
    const results = this.sockets.iterate<T>({ query: document.toString(), variables })
    for await (const result of results) {
      if (result.errors) throw new Error(result.errors.map((error) => error.message).join('; '))
      if (result.data) yield result.data
    }
  }

  async close(): Promise<void> {
    await this.sockets.dispose()
  }

  private async send<T>(request: { headers: Record<string, string>; body: string | FormData }): Promise<T> {
    const response = await fetch(this.url, {
      method: 'POST',
      ...request,
      headers: { accept: 'application/graphql-response+json', ...request.headers },
    })
    const { data, errors } = (await response.json()) as Answer<T>
    if (errors || !data) {
      throw new Error(errors?.map((e) => `${e.extensions?.code ?? 'error'}: ${e.message}`).join('; ') ?? 'no answer')
    }
    return data
  }
}
