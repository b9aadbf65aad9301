/**
 * The console: what `npm run build` made of `console/`, read once and sent from memory. What can be fetched is what was read: an
 * address is a key to look up, never a path to open.
 */
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { isBuilt } from '../release.js'
import { remembered } from '../remembered.js'

/** A build has a console of its own; the sources have that of the last build. */
const folder = fileURLToPath(new URL(isBuilt ? '../console/' : '../../dist/console/', import.meta.url))

interface Asset {
  readonly type: string
  readonly plain: Buffer
  readonly gzipped: Buffer
  readonly etag: string
  /** Its name says what is in it: it never changes. */
  readonly isHashed: boolean
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}

const assets = remembered(async (): Promise<ReadonlyMap<string, Asset>> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile() && types[path.extname(entry.name)] !== undefined)
  return new Map(
    await Promise.all(
      files.map(async ({ parentPath, name }) => {
        const file = path.join(parentPath, name)
        const address = `/${path.relative(folder, file).split(path.sep).join('/')}`
        const plain = await readFile(file)
        const asset: Asset = {
          type: types[path.extname(name)] ?? '',
          plain,
          gzipped: await promisify(gzip)(plain),
          // Weak: it stands for the compressed bytes as well.
          etag: `W/"${createHash('sha256').update(plain).digest('hex').slice(0, 32)}"`,
          isHashed: address.startsWith('/assets/'),
        }
        return [address === '/index.html' ? '/' : address, asset] as const
      }),
    ),
  )
})

/** Everything comes from here, and the browser sees to it. Photos that are about to be sent are shown as blobs; the parts write styles. */
const rules =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' blob: data:; media-src blob:; " +
  "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

/** @returns whether the address is one of the console's, and was answered */
export async function serveConsole(
  request: IncomingMessage,
  response: ServerResponse,
  pathname: string,
): Promise<boolean> {
  const found = (await assets().catch(notBuilt))?.get(pathname)
  if (!found) return false
  const { type, etag, isHashed, plain, gzipped } = found
  const headers = {
    'content-type': type,
    etag,
    vary: 'accept-encoding',
    'cache-control': isHashed ? 'public, max-age=31536000, immutable' : 'no-cache',
    'content-security-policy': rules,
    'referrer-policy': 'no-referrer',
  }
  if (request.headers['if-none-match'] === etag) {
    response.writeHead(304, headers).end()
    return true
  }
  const isGzip = request.headers['accept-encoding']?.includes('gzip') ?? false
  const body = isGzip ? gzipped : plain
  response.writeHead(200, { ...headers, 'content-length': body.length, ...(isGzip && { 'content-encoding': 'gzip' }) })
  response.end(request.method === 'HEAD' ? undefined : body)
  return true
}

/** The API serves without it. */
function notBuilt(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}
