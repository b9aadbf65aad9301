/**
 * glibc keeps what a program frees: in one arena a thread, in blocks of up to 32 MiB. After a training that is 1.5 GiB, after each
 * promotion 20 MiB. So a server limits what glibc keeps, and has it give the rest back after a training.
 */
import { createRequire } from 'node:module'
import { promisify } from 'node:util'
import type koffi from 'koffi'
import type { Log } from './log.js'

/**
 * From glibc's malloc.h, with our values: bytes, bytes, arenas. What is given back at once has to be had again, page by page: with
 * glibc's own start values (128 KiB) fine-tuning took 1.65 times as long as with none set, with these 1.15 times, and as much memory
 * was left after a training (600 MiB; 760 MiB with none set).
 */
const options = [
  { name: -1 /* M_TRIM_THRESHOLD */, value: 2 ** 22 },
  { name: -3 /* M_MMAP_THRESHOLD */, value: 2 ** 22 },
  { name: -8 /* M_ARENA_MAX */, value: 2 },
] as const

interface Glibc {
  mallopt(name: number, value: number): number
  /** On a thread of its own: with much to give back it takes some tenths of a second. */
  trim(): Promise<unknown>
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
    glibc = { mallopt: program.func('int mallopt(int name, int value)'), trim: () => promisify(trim)(0) }
    for (const { name, value } of options) glibc.mallopt(name, value)
  } catch (error) {
    log.info({ error }, 'the C library has no settings for the memory that it keeps')
  }
}

/** What is free goes back to the system. */
export async function giveMemoryBack(): Promise<void> {
  await glibc?.trim()
}
