/** What a client shows to sign in: 256 random bits, in letters. */
import { createHash, randomBytes } from 'node:crypto'

const secretBytes = 32
const shape = /^wastex_[A-Za-z0-9_-]{43}$/

export const newSecret = () => `wastex_${randomBytes(secretBytes).toString('base64url')}`

export const isSecret = (text: string) => shape.test(text)

/**
 * What is kept of it. A plain SHA-256 is right here, where it would be wrong for a password: nobody can try 2^256 of them, and
 * looking a hash up takes as long for a near miss as for any other.
 */
export const hashOf = (secret: string) => createHash('sha256').update(secret).digest('hex')
