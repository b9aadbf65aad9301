/** What is taken for a photo, and how much of this machine the reading of photos may take. */
import { availableParallelism } from 'node:os'

export const photoLimits = Object.freeze({
  /** Bytes of a photo. */
  bytes: 10 * 1024 * 1024,
  /** More are refused from the header, before anything is decoded. */
  pixels: 25_000_000,
  minSide: 16,
  maxSide: 12_000,
  /** Until a photo must be decoded. The slowest that the other limits let in takes one or two seconds on a free core. */
  decodeMs: 10_000,
  /** Photos from phones that wait to be decoded; each holds the memory of its bytes. */
  waiting: 64,
  /** Small copies that wait to be made; a page of the console shows a hundred. */
  picturesWaiting: 256,
})

/** libuv's threads are the whole process's: files, names and compression need one, too. */
const threads = Number(process.env['UV_THREADPOOL_SIZE'] ?? 4)

/** Photos that are decoded at once: by the thread that answers phones and imports, and by one that trains. */
export const decodesAtOnce = Object.freeze({
  serving: Math.max(1, Math.min(availableParallelism(), threads - 2)),
  training: 1,
})
