/** What the server tells of itself, by its settings. */
import { once } from 'node:events'
import { getIntrospectionQuery } from 'graphql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { send } from './support/client.js'
import { startTestServer, type TestServer } from './support/server.js'
import { tokenOfEach } from './support/tokens.js'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer({ WASTEX_GRAPHIQL: 'off', WASTEX_INTROSPECTION: 'off' })
})
afterAll(() => server.close())

const introspection = getIntrospectionQuery()

describe('where the settings say off', () => {
  it('the schema is not told, over HTTP or a socket; names that are known can be asked for', async () => {
    for (const query of [introspection, '{ __type(name: "Image") { name } }']) {
      const { data, errors } = await send(server.address, query)
      expect(data).toBeUndefined()
      expect(new Set(errors?.map(({ extensions }) => extensions.code))).toEqual(new Set(['GRAPHQL_VALIDATION_FAILED']))
    }
    expect((await send(server.address, '{ __typename servingModel { __typename } }')).status).toBe(200)
    const socket = new WebSocket(`${server.address.replace('http', 'ws')}/graphql`, 'graphql-transport-ws')
    await once(socket, 'open')
    socket.send('{"type":"connection_init"}')
    await once(socket, 'message')
    socket.send(JSON.stringify({ type: 'subscribe', id: '1', payload: { query: introspection } }))
    expect(String((await once(socket, 'message'))[0])).toContain('GRAPHQL_VALIDATION_FAILED')
    socket.close()
  })

  it('a browser gets no GraphiQL', async () => {
    const response = await fetch(`${server.address}/graphql`, { headers: { accept: 'text/html' } })
    expect(response.status).toBe(404)
    expect(await response.text()).toContain('WASTEX_GRAPHIQL=on')
  })
})

describe('where they say on', () => {
  it('the schema is told to whoever has signed in', async () => {
    const own = await startTestServer()
    const { DEVICE } = await tokenOfEach(own.db)
    expect((await send(own.address, introspection)).status).toBe(401)
    expect((await send(own.address, introspection, {}, { headers: DEVICE })).status).toBe(200)
    await own.close()
  })
})
