/** Why a given server cannot be used, in one sentence for a person, without the password that its address may hold. */
import { messageOf } from '../errors.js'
import { certificateAt } from './certificate.js'
import { parse } from './session.js'

const defaultPort = 5432
const orBuiltIn = 'or unset DATABASE_URL to use the built-in PostgreSQL'

/** Of Node's errors about certificates, by their code. */
const certificateError = /CERT|^(HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|UNABLE_TO_)/

/** What a client with this address would connect to: the environment fills in what the address leaves out. */
export function serverOf(url: string): { host: string; port: number; name: string; database: string; user: string } {
  const address = parse(url)
  const host = address.host || process.env['PGHOST'] || 'localhost'
  const port = Number(address.port || process.env['PGPORT'] || defaultPort)
  const user = address.user || process.env['PGUSER'] || process.env['USER'] || ''
  const database = address.database || process.env['PGDATABASE'] || user
  return { host, port, name: `${host}:${port}`, database, user }
}

/** What WasteX itself says of a database: it needs no explanation. */
export class Unfit extends Error {}

/** @returns an Error whose message says what to do */
export async function explained(url: string, error: unknown): Promise<Error> {
  return error instanceof Unfit ? error : new Error(await sentence(url, error), { cause: error })
}

async function sentence(url: string, error: unknown): Promise<string> {
  const { host, port, name, database, user } = serverOf(url)
  const { code = '', severity } = (error ?? {}) as Readonly<Record<string, string>>
  const said = messageOf(error) || code
  if (certificateError.test(code)) return aboutCertificate(host, port, code, said)
  if (said.includes('does not support SSL connections'))
    return `The PostgreSQL server at ${name} does not offer TLS, which sslmode in DATABASE_URL (or PGSSLMODE) asks for: turn it on there, or use sslmode=disable in a network that you trust.`
  switch (code) {
    case '28P01':
    case '28000':
      return `The PostgreSQL server at ${name} refuses the user “${user}” of DATABASE_URL (${said}): correct the user or the password, ${orBuiltIn}.`
    case '42501':
      return `The user “${user}” of DATABASE_URL lacks a right in the database “${database}” at ${name} (${said}): grant it, or use another user.`
    case '53300':
      return `The PostgreSQL server at ${name} has no free connection for the user “${user}” (${said}): WasteX needs up to 25. Raise max_connections or the limit of the user, or end other sessions.`
    case '08P01':
      return `The server at ${name} does not speak PostgreSQL’s protocol as WasteX needs it (${said}). If it is a connection pooler, let it pool by session, or give DATABASE_URL the address of PostgreSQL itself.`
    default:
      if (severity !== undefined)
        return `The PostgreSQL server at ${name} refuses what WasteX needs (${said}): mend that there, or use another server.`
      return `No PostgreSQL server answers at ${name} for the database “${database}” (${said}): start it, correct DATABASE_URL, ${orBuiltIn}.`
  }
}

async function aboutCertificate(host: string, port: number, code: string, said: string): Promise<string> {
  const shown = await certificateAt(host, port)
  const which = shown ? `(subject ${shown.subject}; issuer ${shown.issuer})` : '(it could not be read)'
  const certificate = `The certificate ${which} of the PostgreSQL server at ${host}:${port}`
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return `${certificate} is for other names (${shown?.names ?? said}): use one of them as the host in DATABASE_URL, or give the server a certificate for “${host}”.`
  if (code === 'CERT_HAS_EXPIRED')
    return `${certificate} has expired (it was valid until ${shown?.to ?? 'some time ago'}): renew it. If that time is not past, correct this machine’s clock.`
  if (code === 'CERT_NOT_YET_VALID')
    return `${certificate} is not valid before ${shown?.from ?? 'later'}: correct this machine’s clock, or the certificate.`
  return `${certificate} is not trusted (${said}). Give the certificate of the CA that issued it: add sslrootcert=/path/to/ca.pem to DATABASE_URL, or set NODE_EXTRA_CA_CERTS=/path/to/ca.pem.`
}
