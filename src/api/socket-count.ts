/** So many sockets in all, and so many of one address; this machine's own addresses may have all of them. */
import { isThisMachine } from '../loopback.js'

export class SocketCount {
  private all = 0
  private readonly byAddress = new Map<string, number>()

  constructor(private readonly limits: { readonly sockets: number; readonly perAddress: number }) {}

  /** @returns a function for when it is gone; undefined: one too many */
  enter(address: string): (() => void) | undefined {
    const own = this.byAddress.get(address) ?? 0
    if (this.all >= this.limits.sockets) return undefined
    if (own >= this.limits.perAddress && !isThisMachine(address)) return undefined
    this.all++
    this.byAddress.set(address, own + 1)
    let gone = false
    return () => {
      if (gone) return
      gone = true
      this.all--
      const left = (this.byAddress.get(address) ?? 1) - 1
      if (left > 0) this.byAddress.set(address, left)
      else this.byAddress.delete(address)
    }
  }
}
