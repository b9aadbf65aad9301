/** `npm start` and `npm test` in one clone, at once: one sets up, the other waits. */
import { createHash } from 'node:crypto'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'

export async function withLock(root, waiting, work) {
  const name = `wastex-setup-${createHash('sha256').update(root).digest('hex').slice(0, 12)}.lock`
  const file = path.join(os.tmpdir(), name)
  for (let hasSaid = false; !take(file); hasSaid = true) {
    if (!hasSaid) waiting()
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
    writeFileSync(file, String(process.pid), { flag: 'wx' })
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
    return isRunning(Number(readFileSync(file, 'utf8')))
  } catch {
    return false // It was released just now.
  }
}

export function isRunning(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}
