/** `npm start` and `npm test` in one clone, at once: one sets up, the other waits. */
import { createHash } from 'node:crypto'
import { readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'

/** Longer than any step of a set-up may take. */
const limitMs = 45 * 60_000

export async function withLock(root, waiting, work) {
  const name = `wastex-setup-${createHash('sha256').update(root).digest('hex').slice(0, 12)}.lock`
  const file = path.join(os.tmpdir(), name)
  const until = performance.now() + limitMs
  for (let hasSaid = false; !take(file); hasSaid = true) {
    if (!hasSaid) waiting()
    if (performance.now() > until)
      throw new Error(
        `Another set-up of this folder did not end in ${limitMs / 60_000} minutes. If none runs, remove ${file}, and start again.`,
      )
    await new Promise((resolve) => setTimeout(resolve, 300))
  }
  const release = () => rmSync(file, { force: true })
  process.once('exit', release)
  try {
    return await work()
  } finally {
    process.off('exit', release)
    release()
  }
}

function take(file) {
  try {
    writeFileSync(file, ownProcess(), { flag: 'wx' })
    return true
  } catch (error) {
    if (error.code !== 'EEXIST') throw error
    if (!isHeld(file)) rmSync(file, { force: true })
    return false
  }
}

/** A killed process leaves its lock behind. */
function isHeld(file) {
  try {
    return isOther(readFileSync(file, 'utf8'))
  } catch {
    return false // It was released just now.
  }
}

/** Process ids are given again, in a container that was restarted the very same: where the system says when a process began, that counts. */
export const ownProcess = () => `${process.pid} ${startOf('self')}`

/** @param {string} written by `ownProcess` @returns whether it is another process, and still there */
export function isOther(written) {
  const [pid, start] = written.split(' ')
  if (Number(pid) === process.pid || !isRunning(Number(pid))) return false
  return start === undefined || start === '' || startOf(Number(pid)) === start
}

/** Field 22 of its `stat`, and the table of processes that its id belongs to; empty where the system does not say. */
function startOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return `${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]}@${readlinkSync('/proc/self/ns/pid')}`
  } catch {
    return ''
  }
}

function isRunning(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}
