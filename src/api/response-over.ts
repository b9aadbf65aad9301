import type { ServerResponse } from 'node:http'

/** The client may have hung up before anybody waits for the end: `close` does not come a second time. */
export function whenOver(response: ServerResponse, done: () => void): void {
  if (response.closed) done()
  else response.once('close', done)
}
