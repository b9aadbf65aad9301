/** A network between a server and its database that loses connections: closed, or silent and never closed. */
import net from 'node:net'
import pg from 'pg'

export interface DatabaseProxy {
  /** Of the database, through the proxy. */
  readonly url: string
  /** Closes the connections there are. */
  breakAll(): void
  /** From now on nothing gets through on the connections there are, in either direction; nobody is told. New ones work. */
  silenceAll(): void
  close(): void
}

/** @param breaksAt of what a client sends: a connection on which it comes is closed */
export async function startDatabaseProxy(
  databaseUrl: string,
  breaksAt: (data: Buffer) => boolean = () => false,
): Promise<DatabaseProxy> {
  const { database, user, password, host, port } = new pg.Client({ connectionString: databaseUrl })
  const open = new Set<{ near: net.Socket; far: net.Socket; isSilent: boolean }>()
  const server = net.createServer((near) => {
    const far = host.startsWith('/') ? net.connect(`${host}/.s.PGSQL.${port}`) : net.connect(port, host)
    const pair = { near, far, isSilent: false }
    open.add(pair)
    for (const socket of [near, far]) socket.on('error', () => undefined)
    near.on('close', () => {
      open.delete(pair)
      far.destroy()
    })
    far.on('close', () => pair.isSilent || near.destroy())
    far.on('data', (data) => pair.isSilent || near.write(data))
    near.on('data', (data) => {
      if (pair.isSilent) return
      if (breaksAt(data)) near.destroy()
      else far.write(data)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const login = `${encodeURIComponent(user ?? '')}:${encodeURIComponent(password ?? '')}`
  return {
    url: `postgresql://${login}@127.0.0.1:${(server.address() as net.AddressInfo).port}/${database}`,
    breakAll: () => open.forEach(({ near }) => near.destroy()),
    silenceAll: () => open.forEach((pair) => (pair.isSilent = true)),
    close() {
      server.close()
      for (const { near } of open) near.destroy()
    },
  }
}
