/** Whom PostgreSQL runs as: it refuses to run as root. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** `ids` go to `spawn`; empty where we are an ordinary user and PostgreSQL runs as ourselves. */
export interface DatabaseUser {
  readonly name: string
  readonly ids: { readonly uid: number; readonly gid: number } | Record<string, never>
}

/** @throws Error when we are root and the machine has neither a `postgres` nor a `nobody`. */
export function databaseUser(): DatabaseUser {
  if (process.getuid?.() !== 0) return { name: 'ourselves', ids: {} }
  // initdb wants a user that has a line here, so a number alone would not do.
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
  for (const wanted of ['postgres', 'nobody']) {
    const [name, , uid, gid] = users.find(([user]) => user === wanted) ?? []
    if (name && uid && gid) return { name, ids: { uid: Number(uid), gid: Number(gid) } }
  }
  throw new Error(
    'PostgreSQL does not run as root, and this machine has no user “postgres” or “nobody” to run it as: ' +
      'start WasteX as an ordinary user, add such a user, or set DATABASE_URL.',
  )
}

/** Asks the system rather than reading modes: access lists and mounts have a say, too. */
export function canEnter(user: DatabaseUser, folder: string): boolean {
  if (!('uid' in user.ids)) return true
  return spawnSync('/bin/sh', ['-c', 'cd "$1"', 'sh', folder], { ...user.ids, cwd: '/', stdio: 'ignore' }).status === 0
}
