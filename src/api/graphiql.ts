/**
 * GraphiQL, with everything it needs in one page: 9 MB, sent compressed and once. It has no field for files; a small one
 * is added, which turns a request whose query declares `Upload` variables into a multipart request.
 */
import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import type { Config } from '../config.js'
import { remembered } from '../remembered.js'
import { preflightHeader } from './request-rules.js'

// In lines that the editor shows whole beside its answers.
const defaultQuery = `# WasteX. Ctrl+Space proposes fields;
# the book on the left describes them all.
# A photo for \`classify\` is chosen below.
# A token goes into the tab “Headers”:
#   { "authorization": "Bearer wastex_..." }
# then the arrows fetch the schema again.
query Dashboard {
  servingModel { run { name } classLabels }
  trashCounts { classLabel count }
  reviewQueue: images(first: 5, filter: { reviewed: false }) { totalCount edges { node { id filename topPrediction } } }
}

mutation Classify($image: Upload!) {
  classify(image: $image) { classLabel confidence ood oodReasons image { id } }
}

subscription TrashCounted { trashCounted { classLabel count } }
`

/** In the browser. GraphiQL looks `fetch` up at each call, so this one is asked. */
const uploads = `
<form id="uploads">
  <label>Files for <code>Upload</code> variables: <input type="file" multiple accept="image/*"></label>
</form>
<style>
  body { display: flex; flex-direction: column; height: 100vh; margin: 0 }
  #root { flex: 1; min-height: 0; height: auto !important }
  #root .graphiql-container { height: 100% !important }
  #uploads { padding: .5rem 1.5rem; font: 14px system-ui; background: #f2f3f5; color: #222 }
</style>
<script>
  {
    const plainFetch = window.fetch
    const chosen = () => [...document.querySelector('#uploads input').files]
    window.fetch = (address, options = {}) => {
      if (typeof options.body !== 'string' || chosen().length === 0) return plainFetch(address, options)
      const operation = JSON.parse(options.body)
      const declared = [...(operation.query ?? '').matchAll(/\\$(\\w+)\\s*:\\s*(\\[?)\\s*Upload\\b/g)]
      if (declared.length === 0) return plainFetch(address, options)
      const variables = { ...operation.variables }, map = {}, files = []
      const add = (path, file) => { map[files.length] = [path]; files.push(file) }
      for (const [, name, list] of declared) {
        variables[name] = list ? chosen().map(() => null) : null
        if (list) chosen().forEach((file, i) => add('variables.' + name + '.' + i, file))
        else add('variables.' + name, chosen()[0])
      }
      const body = new FormData()
      body.set('operations', JSON.stringify({ ...operation, variables }))
      body.set('map', JSON.stringify(map))
      files.forEach((file, i) => body.set(String(i), file, file.name))
      const headers = new Headers(options.headers)
      headers.delete('content-type')
      headers.set('${preflightHeader}', '1')
      return plainFetch(address, { ...options, headers, body })
    }
  }
</script>
`

/** The page comes without: a phone would show it as a desk's, too small to read. */
const viewport = '<meta name="viewport" content="width=device-width, initial-scale=1">'

const headers = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-cache',
  vary: 'accept, accept-encoding',
  // Nothing comes from elsewhere, and the browser sees to it. The editor's workers are blobs.
  'content-security-policy':
    "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval' blob:; worker-src blob:; style-src 'unsafe-inline'; " +
    "img-src 'self' data: blob:; font-src data:; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
}

async function render(): Promise<{ gzipped: Buffer; etag: string }> {
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql')
  const page = renderGraphiQL({
    title: 'WasteX GraphiQL',
    subscriptionsProtocol: 'SSE',
    defaultQuery,
    // A token is typed into the headers: it is kept nowhere, unless whoever typed it says so.
    shouldPersistHeaders: false,
  })
  const body = page.lastIndexOf('<script>', page.indexOf('function prepareBlob'))
  const html = (page.slice(0, body) + uploads + page.slice(body)).replace('<head>', `<head>${viewport}`)
  const etag = `"${createHash('sha256').update(html).digest('hex').slice(0, 32)}"`
  return { gzipped: await promisify(gzip)(html), etag }
}

const compressed = remembered(render)
/** For the few that take nothing compressed: 9 MB, the same for all of them. */
const plain = remembered(async () => promisify(gunzip)((await compressed()).gzipped))

/** A browser that looks at the address gets the page; a program gets GraphQL. */
export const wantsGraphiQL = ({ method, headers: { accept } }: IncomingMessage, url: URL) =>
  method === 'GET' && (accept?.includes('text/html') ?? false) && !url.searchParams.has('query')

export async function serveGraphiQL(
  { graphiql }: Pick<Config, 'graphiql'>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (!graphiql) {
    response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' })
    return void response.end(
      'GraphiQL is off here. WASTEX_GRAPHIQL=on turns it on; programs find GraphQL at this address.\n',
    )
  }
  const { gzipped, etag } = await compressed()
  if (request.headers['if-none-match'] === etag) return void response.writeHead(304, { ...headers, etag }).end()
  if (request.headers['accept-encoding']?.includes('gzip')) {
    response.writeHead(200, { ...headers, etag, 'content-encoding': 'gzip', 'content-length': gzipped.length })
    return void response.end(gzipped)
  }
  response.writeHead(200, { ...headers, etag }).end(await plain())
}
