/**
 * Whose connections there are. An address has a share of them. When all but a reserve are taken, whoever has few displaces one that is
 * idle of the address that has most; and when that cannot be, or the address has its share, what comes is let in on the reserve:
 * for operators, and for those who ask whether the server is well. Of the reserve the oldest idle one gives way.
 */
import type { Socket } from 'node:net'

export interface ConnectionLimits {
  /** In all, the reserve among them. */
  readonly connections: number
  /** Of one address. */
  readonly perAddress: number
}

/** The part of all connections that is kept for operators, 0 to 1. */
export const reserveShare = 0.05

interface Connection {
  readonly socket: Socket
  readonly address: string
  readonly onReserve: boolean
  /** Requests that are not answered yet; one that became a WebSocket is for ever. */
  inHand: number
}

export class Connections {
  /** In each set whoever was busy last stands last. */
  private readonly byAddress = new Map<string, Set<Connection>>()
  private readonly reserve = new Set<Connection>()
  private readonly bySocket = new WeakMap<Socket, Connection>()
  private ordinary = 0

  constructor(private readonly limits: ConnectionLimits) {}

  /** Hangs up on one that has no place. */
  enter(socket: Socket): void {
    const address = socket.remoteAddress ?? ''
    const onReserve = !this.hasRoomFor(address)
    if (onReserve && this.reserve.size >= this.mostOnReserve && !hangUp(oldestIdle(this.reserve)))
      return void socket.destroy()
    const connection: Connection = { socket, address, onReserve, inHand: 0 }
    const own = onReserve ? this.reserve : (this.byAddress.get(address) ?? new Set())
    if (!onReserve) {
      this.byAddress.set(address, own)
      this.ordinary++
    }
    own.add(connection)
    this.bySocket.set(socket, connection)
    // Also when it was displaced: until it has closed it counts.
    socket.once('close', () => {
      own.delete(connection)
      if (onReserve) return
      this.ordinary--
      if (own.size === 0) this.byAddress.delete(address)
    })
  }

  /** @returns a function for when the request has been answered */
  busy(socket: Socket): () => void {
    const connection = this.bySocket.get(socket)
    if (!connection) return () => undefined
    connection.inHand++
    return () => {
      connection.inHand--
      const own = connection.onReserve ? this.reserve : this.byAddress.get(connection.address)
      if (own?.delete(connection)) own.add(connection)
    }
  }

  isOnReserve(socket: Socket): boolean {
    return this.bySocket.get(socket)?.onReserve ?? false
  }

  private get mostOnReserve(): number {
    return Math.max(1, Math.floor(this.limits.connections * reserveShare))
  }

  private hasRoomFor(address: string): boolean {
    const own = this.byAddress.get(address)?.size ?? 0
    if (own >= this.limits.perAddress) return false
    if (this.ordinary < this.limits.connections - this.mostOnReserve) return true
    const larger = [...this.byAddress.values()].filter(({ size }) => size > own + 1).sort((a, b) => b.size - a.size)
    return larger.some((connections) => hangUp(oldestIdle(connections)))
  }
}

function oldestIdle(connections: ReadonlySet<Connection>): Connection | undefined {
  for (const connection of connections) if (connection.inHand === 0 && !connection.socket.destroyed) return connection
  return undefined
}

/** @returns whether there was one */
function hangUp(connection: Connection | undefined): boolean {
  connection?.socket.destroy()
  return connection !== undefined
}
