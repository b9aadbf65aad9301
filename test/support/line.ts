/** The line between a browser and a server: it can be cut, as a lost network is, and mended. */
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

export interface Line {
  /** Of the server, by this line. */
  readonly address: string
  /** Whatever is open breaks; nobody comes through until it is mended. */
  cut(): void
  mend(): void
  close(): Promise<void>
}

/** @param address of a server, `http://127.0.0.1:port` */
export async function openLine(address: string): Promise<Line> {
  const { hostname, port } = new URL(address)
  const ends = new Set<Socket>()
  const breakAll = () => ends.forEach((end) => end.destroy())
  let isCut = false
  const server = createServer((near) => {
    if (isCut) return void near.destroy()
    const far = connect(Number(port), hostname)
    for (const [end, other] of [
      [near, far],
      [far, near],
    ] as const) {
      ends.add(end)
      end.pipe(other)
      end.on('error', () => other.destroy())
      end.on('close', () => {
        ends.delete(end)
        other.destroy()
      })
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut() {
      isCut = true
      breakAll()
    },
    mend: () => void (isCut = false),
    async close() {
      server.close()
      breakAll()
      await once(server, 'close')
    },
  }
}
