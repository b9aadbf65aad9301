/** Many files as one: a plain tar, so that anybody's `tar` opens it as well. Each is hashed as it goes by. */
import { createHash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import { Header } from 'tar'

const block = 512
const readAtOnce = 2 ** 20
const zerosAfter = (size: number) => Buffer.alloc((block - (size % block)) % block)

/** Names and SHA-256 of the files of an archive. */
export type Hashes = Map<string, string>

/** @param hashes gets the file's, when the last of it has gone by */
export async function* packFile(name: string, file: FileHandle, hashes: Hashes): AsyncGenerator<Uint8Array> {
  const { size } = await file.stat()
  yield* pack(name, size, bytesOf(file, 0, size), hashes)
}

export async function* packText(name: string, text: string, hashes: Hashes): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text)
  yield* pack(name, bytes.length, [bytes], hashes)
}

/** After the last file. */
export const endOfArchive = (): Uint8Array => Buffer.alloc(2 * block)

async function* pack(
  name: string,
  size: number,
  content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  hashes: Hashes,
): AsyncGenerator<Uint8Array> {
  const header = new Header({ path: name, size, mode: 0o600, mtime: new Date(), type: 'File' })
  if (header.encode()) throw new Error(`${name} does not fit into an archive`)
  if (header.block) yield header.block
  const hash = createHash('sha256')
  let packed = 0
  for await (const some of content) {
    hash.update(some)
    packed += some.length
    yield some
  }
  if (packed !== size) throw new Error(`${name} was changed while it was read`)
  yield zerosAfter(size)
  hashes.set(name, hash.digest('hex'))
}

export interface PackedFile {
  readonly name: string
  readonly content: () => AsyncIterable<Uint8Array>
}

/** In order. @throws Error when it is cut or damaged between two files; whether what is in them is right, hashes tell */
export async function* unpack(archive: FileHandle): AsyncGenerator<PackedFile> {
  for (let at = 0; ;) {
    const { buffer, bytesRead } = await archive.read(Buffer.alloc(block), 0, block, at)
    const header = bytesRead === block ? new Header(buffer) : undefined
    if (header?.nullBlock) return
    if (!header?.cksumValid || header.type !== 'File' || header.path === undefined || header.size === undefined)
      throw new Error(`it is cut or damaged at byte ${at}`)
    const { path: name, size } = header
    const start = at + block
    yield { name, content: () => bytesOf(archive, start, size) }
    at = start + size + zerosAfter(size).length
  }
}

async function* bytesOf(file: FileHandle, start: number, length: number): AsyncGenerator<Uint8Array> {
  for (let done = 0; done < length;) {
    const size = Math.min(readAtOnce, length - done)
    const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(size), 0, size, start + done)
    if (bytesRead === 0) return // it ends early: its hash says so
    yield buffer.subarray(0, bytesRead)
    done += bytesRead
  }
}
