/**
 * Photos, small copies of them, and the files of runs. What can be fetched is what the database knows: an address is a key
 * to look up, never a path to open.
 */
import { open, stat } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { type Actor, mayAct } from '../access/actor.js'
import { WasteXError } from '../errors.js'
import type { Hall } from '../hall.js'
import { artefactsOf } from '../model/card.js'
import { runFolder } from '../model/run-folder.js'
import type { FilePath } from '../photos/path-text.js'
import { photoFile } from '../photos/store.js'
import { thumbnail, type ThumbnailSize } from '../photos/thumbnail.js'
import { mimeTypeOf, type PhotoType, typeByHead } from '../photos/type.js'
import { visiblePhotos } from './visible.js'

interface Found {
  readonly type: string
  readonly etag: string
  readonly caching: string
  /** A file to send, or the bytes themselves when that is what is asked for. */
  readonly file: FilePath
  readonly bytes?: () => Promise<Uint8Array | undefined>
}

/** A photo's address means the same for ever, yet not that it is there: what is erased is not shown from a browser's cache. */
const askedEachTime = 'private, no-cache'
/** But for small copies: who scrolls through a hundred thousand photos does not ask for each again. docs/lifecycle.md says so. */
const keptForADay = 'private, max-age=86400'

const hash = /^[0-9a-f]{64}$/
/** The longest magic number is WebP's, 12 bytes. */
const headBytes = 16

const artefactTypes: Readonly<Record<string, string>> = {
  '.json': 'application/json',
  '.csv': 'text/csv; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.png': 'image/png',
}

/**
 * Answers `/files/...`; 404 for whatever is not known, or is another's and the actor may see its own alone; 410 for what was
 * erased. @throws WasteXError UNAUTHENTICATED, OVERLOADED
 */
export async function serveFile(
  hall: Hall,
  actor: Actor | WasteXError,
  request: IncomingMessage,
  response: ServerResponse,
  pathname: string,
) {
  if (actor instanceof WasteXError) throw actor
  const found = await find(hall, actor, pathname)
  if (found === 'erased') return void response.writeHead(410).end()
  if (!found) return void response.writeHead(404).end()
  const headers = {
    'content-type': found.type,
    etag: found.etag,
    'cache-control': found.caching,
    // What a browser keeps is for whoever was signed in then.
    vary: 'authorization, cookie',
    // A file is looked at or saved; whatever is in it, it runs nothing here.
    'content-security-policy': "default-src 'none'; sandbox",
  }
  if (request.headers['if-none-match'] === found.etag) return void response.writeHead(304, headers).end()
  if (found.bytes) {
    const bytes = await found.bytes()
    if (!bytes) return void response.writeHead(404).end()
    response.writeHead(200, { ...headers, 'content-length': bytes.length })
    return void response.end(request.method === 'HEAD' ? undefined : bytes)
  }
  const { size } = await stat(found.file)
  response.writeHead(200, { ...headers, 'content-length': size })
  if (request.method === 'HEAD') return void response.end()
  const handle = await open(found.file)
  await pipeline(handle.createReadStream(), response)
}

async function find(hall: Hall, actor: Actor, pathname: string): Promise<Found | 'erased' | undefined> {
  const [, , kind, ...rest] = pathname.split('/').map(decoded)
  const [first = '', second = '', ...more] = rest
  if (more.length > 0) return undefined
  if (kind === 'photos' && !second) return findPhoto(hall, actor, first)
  if (kind === 'thumbnails' && !second) return findThumbnail(hall, actor, first, 'SMALL')
  if (kind === 'thumbnails' && second === 'large') return findThumbnail(hall, actor, first, 'LARGE')
  if (kind === 'runs' && mayAct(actor, 'OPERATOR')) return findArtefact(hall, first, second)
  return undefined
}

function decoded(part: string): string {
  try {
    const text = decodeURIComponent(part)
    return text.includes('\0') ? '' : text
  } catch {
    return ''
  }
}

async function findPhoto(hall: Hall, actor: Actor, contentHash: string): Promise<Found | 'erased' | undefined> {
  const photo =
    hash.test(contentHash) && (await hall.db.photo.findUnique({ where: { contentHash, AND: visiblePhotos(actor) } }))
  if (!photo) return undefined
  if (photo.erasedAt !== null) return 'erased'
  const file = photoFile(hall.config, photo)
  const type = await typeOf(file, photo.bytes)
  if (!type) {
    hall.log.warn({ file }, 'a photo is gone, or is no longer the one that was read')
    return undefined
  }
  return { type: mimeTypeOf[type], etag: `"${photo.storedHash}"`, caching: askedEachTime, file }
}

/** Imported photos lie where their owner can change them. @returns undefined when the file is not the size it had, or no photo. */
async function typeOf(file: FilePath, bytes: number): Promise<PhotoType | undefined> {
  const facts = await stat(file).catch(() => undefined)
  if (facts?.size !== bytes) return undefined
  const handle = await open(file)
  try {
    const { buffer } = await handle.read(Buffer.alloc(headBytes), 0, headBytes, 0)
    return typeByHead(buffer)
  } finally {
    await handle.close()
  }
}

async function findThumbnail(
  hall: Hall,
  actor: Actor,
  contentHash: string,
  size: ThumbnailSize,
): Promise<Found | 'erased' | undefined> {
  const photo = await findPhoto(hall, actor, contentHash)
  if (!photo || photo === 'erased') return photo
  return {
    ...photo,
    type: mimeTypeOf.jpeg,
    etag: photo.etag.replace(/"$/, `-${size.toLowerCase()}"`),
    caching: keptForADay,
    bytes: () =>
      thumbnail(photo.file, size).catch((error: unknown) => {
        if (error instanceof WasteXError && error.code === 'OVERLOADED') throw error
        hall.log.warn({ error, file: photo.file }, 'a photo is no longer one that can be decoded')
        return undefined
      }),
  }
}

async function findArtefact(hall: Hall, runName: string, name: string): Promise<Found | undefined> {
  const run = await hall.db.trainingRun.findUnique({
    where: { name: runName },
    select: { name: true, attempt: true, artefacts: true },
  })
  const artefact = run && artefactsOf(run).find((known) => known.name === name)
  if (!artefact) return undefined
  const file = path.join(runFolder(hall.config, run), artefact.name)
  // Not by its hash: that of a model takes as long as to send it, and whoever loads one has the hash in the card and in the etag.
  const facts = await stat(file).catch(() => undefined)
  if (facts?.size !== artefact.bytes) {
    hall.log.warn({ file }, 'a file of a run is gone, or is no longer the one that was written')
    return undefined
  }
  const type = artefactTypes[path.extname(name)] ?? 'application/octet-stream'
  return { type, etag: `"${artefact.sha256}"`, caching: askedEachTime, file }
}
