/** The session of this browser: a cookie that the server sets for a token, and that no script reads. */

import { addressOf } from './address-of.js'

/** The cookie is the browser's, and so is who is signed in: all its tabs hear of it. */
const channel = new BroadcastChannel('wastex.session')
const tellOthers = () => channel.postMessage('changed')

/** @param changed called when another tab has signed in or out @returns ends it */
export function onSessionChange(changed: () => void): () => void {
  channel.addEventListener('message', changed)
  return () => channel.removeEventListener('message', changed)
}

/** @throws Error with words for the person */
export async function signIn(token: string): Promise<void> {
  const answer = await fetch(addressOf('session'), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token }),
  }).catch(() => undefined)
  if (!answer) throw new Error('The server does not answer. Is it running?')
  if (answer.status === 401) throw new Error('This token is unknown, was revoked, or has expired.')
  if (!answer.ok) throw new Error('The server could not sign you in. Try again in a moment.')
  tellOthers()
}

/** @throws Error when the cookie is still there */
export async function signOut(): Promise<void> {
  const { ok } = await fetch(addressOf('session'), { method: 'DELETE' })
  if (!ok) throw new Error('The server could not sign you out. Try again in a moment.')
  tellOthers()
}
