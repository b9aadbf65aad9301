/** Seconds by phase, for the card. */
export class PhaseClock {
  private readonly seconds: Record<string, number> = {}
  private phase: string | undefined
  private since = performance.now()

  start(phase: string): void {
    const now = performance.now()
    if (this.phase) this.seconds[this.phase] = (this.seconds[this.phase] ?? 0) + (now - this.since) / 1000
    this.phase = phase
    this.since = now
  }

  /** Ends the phase that is on. */
  stop(): Record<string, number> {
    this.start('')
    delete this.seconds['']
    return Object.fromEntries(Object.entries(this.seconds).map(([phase, s]) => [phase, Math.round(s * 100) / 100]))
  }
}
