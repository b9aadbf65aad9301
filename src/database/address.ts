/** DATABASE_URL as people write it. */
import connectionString from 'pg-connection-string'
import { messageOf } from '../errors.js'

const escapes = 'In a user name or password write / as %2F, ? as %3F, # as %23, @ as %40 and % as %25.'

/** @returns what is wrong with it, in a sentence that does not repeat it: it may hold a password */
export function problemOfAddress(text: string): string | undefined {
  if (/^\s|\s$|^["']/.test(text)) return 'It is malformed: it begins or ends with a space or a quotation mark.'
  const [, scheme] = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text) ?? []
  if (scheme === undefined) return 'It is malformed: it has no postgresql:// at its beginning.'
  if (!/^postgres(ql)?$/i.test(scheme)) return `It is an address of “${scheme}”, and WasteX needs PostgreSQL.`
  // Without a host: the socket's folder is a parameter.
  if (!URL.canParse(text.replace('@/', '@localhost/')) || text.includes('#'))
    return `It is malformed: it cannot be taken apart into user, password, host and port. ${escapes}`
  let database: string | null | undefined
  try {
    ;({ database } = connectionString.parse(text))
  } catch (error) {
    if (error instanceof URIError) return `It is malformed: it holds a % that stands for no character. ${escapes}`
    // The certificates that it names are read here.
    const { code, path } = error as NodeJS.ErrnoException
    return path === undefined ? `${messageOf(error)}.` : `It names the file ${path}, which cannot be read (${code}).`
  }
  return database || process.env['PGDATABASE'] ? undefined : `It names no database after the host. ${escapes}`
}
