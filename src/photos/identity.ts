/** A photo is its bytes: the same bytes are the same photo, everywhere. */
import { createHash } from 'node:crypto'

/** @returns SHA-256, 64 hexadecimal digits */
export const contentHash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
