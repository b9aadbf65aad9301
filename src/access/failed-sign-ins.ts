/** Counts what was tried in vain, by address: who only guesses does not keep the database busy. */

export const signInLimits = {
  /** Unknown secrets an address and minute. */
  failures: 30,
  windowMs: 60_000,
  /** Addresses that are remembered; beyond, the oldest are forgotten. */
  addresses: 10_000,
} as const

export class FailedSignIns {
  private readonly byAddress = new Map<string, { since: number; count: number }>()

  note(address: string): void {
    const known = this.ofNow(address)
    if (known) known.count++
    else {
      this.byAddress.delete(address) // so that it stands last
      this.byAddress.set(address, { since: Date.now(), count: 1 })
      const [oldest] = this.byAddress.keys()
      if (this.byAddress.size > signInLimits.addresses && oldest !== undefined) this.byAddress.delete(oldest)
    }
  }

  /** Milliseconds until the address may try again; 0: now. */
  waitMs(address: string): number {
    const known = this.ofNow(address)
    return known && known.count >= signInLimits.failures ? known.since + signInLimits.windowMs - Date.now() : 0
  }

  private ofNow(address: string) {
    const known = this.byAddress.get(address)
    return known && known.since + signInLimits.windowMs > Date.now() ? known : undefined
  }
}
