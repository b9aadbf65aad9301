/** A disk that fails: at the Nth write, sync or rename, once, with the error that a real one has. */
import { disk } from '../../src/disk.js'

const whole = { ...disk }
/** Those of which `everyFault` tries each: who writes has to mind them. */
const operations = ['write', 'sync', 'rename'] as const
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
  const real = whole[operation] as (...args: unknown[]) => Promise<void>
  const broken = async (...args: unknown[]) => {
    if (++count !== nth) return real(...args)
    // A write that fails has often written some of it.
    if (operation === 'write') await real(args[0], Buffer.from(args[1] as Uint8Array).subarray(0, 3))
    throw Object.assign(new Error(`${code}: the test's disk fails at ${operation} ${nth}`), { code })
  }
  Object.assign(disk, { [operation]: broken })
  try {
    await work()
  } finally {
    Object.assign(disk, whole)
  }
  return count >= nth
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
