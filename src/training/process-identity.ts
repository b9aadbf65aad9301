/** Which process is it, and is it surely gone? For the start after a crash: nobody has to wait for a lease to end. */
import { readFileSync, readlinkSync } from 'node:fs'
import os from 'node:os'

interface Identity {
  /** The running kernel and its table of processes: within it a process id means something. */
  readonly machine: string
  readonly pid: number
  /** Process ids are given again: this tells one from the next. Null where the system does not say. */
  readonly started: string | null
}

/** Of a container, its own processes. Without Linux there is the machine's name alone. */
function ownMachine(): string {
  try {
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${readlinkSync('/proc/self/ns/pid')}`
  } catch {
    return os.hostname()
  }
}

/** Field 22 of its `stat`; the second one, its name in brackets, may have anything in it. */
function startOf(pid: number | 'self'): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null
  } catch {
    return null
  }
}

/** As it is kept in a row. */
export const ownIdentity = (): string =>
  JSON.stringify({ machine: ownMachine(), pid: process.pid, started: startOf('self') } satisfies Identity)

/** @returns false also for a process of another machine: of that one nothing is known here */
export function isGone(identity: string): boolean {
  const { machine, pid, started } = JSON.parse(identity) as Identity
  // Where the system does not tell one process from the next, two machines may have one name, too.
  if (started === null || machine !== ownMachine()) return false
  try {
    process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH'
  }
  // One that is not ours to signal is there, but may be another one.
  return startOf(pid) !== started
}
