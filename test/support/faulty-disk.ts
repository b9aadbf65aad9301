/** A disk that fails: at the Nth of its operations, once, or at all of them for a while, with the error that a real one has. */
import { existsSync } from 'node:fs'
import { disk } from '../../src/disk.js'

const whole = { ...disk }
const operations = Object.keys(whole) as (keyof typeof disk)[]
const faults = ['ENOSPC', 'EIO'] as const

export interface Fault {
  readonly operation: keyof typeof disk
  /** Which of them fails, from 1. */
  readonly nth: number
  readonly code: (typeof faults)[number]
}

/** @returns whether the fault came: false when there are fewer such operations in `work`. */
export async function withFault({ operation, nth, code }: Fault, work: () => Promise<unknown>): Promise<boolean> {
  let count = 0
  const real = whole[operation] as (...args: unknown[]) => Promise<unknown>
  const broken = async (...args: unknown[]) => {
    if (++count !== nth) return real(...args)
    // A write that fails has often written some of it.
    if (operation === 'write') await real(args[0], Buffer.from('abc'))
    throw failure(code, `${operation} ${nth}`)
  }
  Object.assign(disk, { [operation]: broken })
  try {
    await work()
  } finally {
    Object.assign(disk, whole)
  }
  return count >= nth
}

const failure = (code: Fault['code'], where: string) =>
  Object.assign(new Error(`${code}: the test's disk fails at ${where}`), { code, errno: -1 })

/** Nothing new is taken until `work` is over; what is there can be read, renamed and removed. */
export async function whileFull<T>(work: () => Promise<T>): Promise<T> {
  const full = (where: string) => Promise.reject(failure('ENOSPC', where))
  Object.assign(disk, {
    open: (target: string, flags: 'r' | 'wx') => (flags === 'r' ? whole.open(target, flags) : full('open')),
    write: () => full('write'),
    // A folder that is there needs no room.
    mkdir: (folder: string) => (existsSync(folder) ? whole.mkdir(folder) : full('mkdir')),
  })
  try {
    return await work()
  } finally {
    Object.assign(disk, whole)
  }
}

/** Every single one, until there are no more. @param before each, on a disk that is whole. @returns how many there were */
export async function everyFault(
  work: (fault: Fault) => Promise<unknown>,
  before: () => Promise<unknown> = async () => undefined,
): Promise<number> {
  let count = 0
  for (const code of faults)
    for (const operation of operations)
      for (let nth = 1; ; nth++, count++) {
        await before()
        if (!(await withFault({ operation, nth, code }, () => work({ operation, nth, code })))) break
      }
  return count
}

/** The first, the middle and the last of each kind that `work` does: for what has too many to try every one. */
export async function someFaults(work: () => Promise<unknown>): Promise<Fault[]> {
  const counts = new Map<Fault['operation'], number>()
  for (const operation of operations)
    Object.assign(disk, {
      [operation]: (...args: unknown[]) => {
        counts.set(operation, (counts.get(operation) ?? 0) + 1)
        return (whole[operation] as (...args: unknown[]) => Promise<unknown>)(...args)
      },
    })
  try {
    await work()
  } finally {
    Object.assign(disk, whole)
  }
  return [...counts].flatMap(([operation, count]) =>
    [...new Set([1, Math.ceil(count / 2), count])].map((nth, i) => ({ operation, nth, code: faults[i % 2] ?? 'EIO' })),
  )
}
