/** What one look found: a line. */
export interface Finding {
  readonly verdict: 'ok' | 'warn' | 'fail'
  readonly what: string
  /** What is so; where it is not well, what mends it. */
  readonly says: string
}

export const ok = (what: string, says: string): Finding => ({ verdict: 'ok', what, says })
export const warn = (what: string, says: string): Finding => ({ verdict: 'warn', what, says })
export const fail = (what: string, says: string): Finding => ({ verdict: 'fail', what, says })

export const gibibytes = (bytes: number) => `${(bytes / 2 ** 30).toFixed(1)} GiB`
