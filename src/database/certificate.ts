/** The certificate that a PostgreSQL server shows, trusted or not, so that a person is told which one is not. */
import { once } from 'node:events'
import net from 'node:net'
import tls from 'node:tls'

/** In PostgreSQL's protocol: "may we speak TLS?" */
const sslRequest = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f])
const limitMs = 5_000

export interface Certificate {
  readonly subject: string
  readonly issuer: string
  /** When it begins and ceases to hold, as OpenSSL writes it. */
  readonly from: string
  readonly to: string
  /** Host names and addresses that it is for. */
  readonly names: string
}

/** Looks and hangs up: no user or password is sent. @returns undefined where there is none to be seen */
export async function certificateAt(host: string, port: number): Promise<Certificate | undefined> {
  const signal = AbortSignal.timeout(limitMs)
  const socket = net.connect(port, host)
  try {
    await once(socket, 'connect', { signal })
    socket.write(sslRequest)
    const [answer] = (await once(socket, 'data', { signal })) as [Buffer]
    if (answer.toString() !== 'S') return undefined
    const secure = tls.connect({ socket, rejectUnauthorized: false, ...(net.isIP(host) === 0 && { servername: host }) })
    await once(secure, 'secureConnect', { signal })
    const { subject, issuer, valid_from: from, valid_to: to, subjectaltname } = secure.getPeerCertificate()
    return { subject: inWords(subject), issuer: inWords(issuer), from, to, names: subjectaltname ?? inWords(subject) }
  } catch {
    return undefined // the caller says what failed; this is only about its certificate
  } finally {
    socket.destroy()
  }
}

const inWords = (name: tls.Certificate) =>
  Object.entries(name)
    .map(([part, value]) => `${part}=${String(value)}`)
    .join(', ')
