/**
 * glibc keeps what a program frees: in one arena a thread, in blocks of up to 32 MiB. After a training that is 1.5 GiB, after each
 * promotion 20 MiB. So a server limits what glibc keeps, and has it give the rest back after a training, together with the pages of
 * TensorFlow's libraries (260 MB), which nothing but training uses.
 */
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { promisify } from 'node:util'
import type koffi from 'koffi'
import type { Log } from './log.js'

/** From glibc's malloc.h. */
const option = { trimThreshold: -1, mmapThreshold: -3, mostArenas: -8 } as const
/** From Linux' mman.h, MADV_PAGEOUT: unlike MADV_DONTNEED it never loses what a page has of its own. */
const pageOutAdvice = 21
const mostArenas = 2
/** What a server keeps at most at the end of an arena, and the size from which a block goes back to the system by itself. Bytes. */
const kept = { trim: 2 ** 20, block: 2 ** 17 }
/**
 * The same while it trains. What goes back has to be had again, page by page: by the thresholds above fine-tuning took 1.65 times as
 * long as with none, by these 1.15 times, and as much was left after the training. Six promotions by these left 1 GB.
 */
const keptInTraining = { trim: 2 ** 22, block: 2 ** 22 }

interface Glibc {
  mallopt(name: number, value: number): number
  /** On a thread of its own: with much to give back it takes some tenths of a second. */
  trim(): Promise<unknown>
  /** The system may take these pages: they are read again from their file when they are wanted. Bytes. */
  pageOut(address: bigint, length: bigint): Promise<unknown>
}

/** undefined: another C library or another system, or the package for this platform is missing. */
let glibc: Glibc | undefined

/** Called once, at the start: what was allocated before stays where it is. */
export function limitKeptMemory(log: Log): void {
  if (process.platform !== 'linux') return
  try {
    const { load } = createRequire(import.meta.url)('koffi') as typeof koffi
    const program = load(null)
    const { async: trim } = program.func('int malloc_trim(size_t pad)')
    const { async: advise } = program.func('int madvise(uintptr_t address, size_t length, int advice)')
    glibc = {
      mallopt: program.func('int mallopt(int name, int value)'),
      trim: () => promisify(trim)(0),
      pageOut: (address, length) => promisify(advise)(address, length, pageOutAdvice),
    }
    glibc.mallopt(option.mostArenas, mostArenas)
    keep(kept)
  } catch (error) {
    log.info({ error }, 'the C library has no settings for the memory that it keeps')
  }
}

function keep({ trim, block }: typeof kept): void {
  glibc?.mallopt(option.trimThreshold, trim)
  glibc?.mallopt(option.mmapThreshold, block)
}

/** Until `giveMemoryBack`. */
export function keepMemoryToTrain(): void {
  keep(keptInTraining)
}

/** What is free goes back to the system, and what will be free as before the training. */
export async function giveMemoryBack(): Promise<void> {
  if (!glibc) return
  keep(kept)
  await glibc.trim()
  for (const line of (await readFile('/proc/self/maps', 'utf8')).split('\n')) {
    const [, from, to] = /^([0-9a-f]+)-([0-9a-f]+) .*\/libtensorflow[^/]*$/.exec(line) ?? []
    if (from && to) await glibc.pageOut(BigInt(`0x${from}`), BigInt(`0x${to}`) - BigInt(`0x${from}`))
  }
}
