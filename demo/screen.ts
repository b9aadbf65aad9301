/** What the person at the terminal sees: a heading a chapter, a line that moves while something is done. */

const start = performance.now()
const isTerminal = process.stdout.isTTY
/** Where nothing can be overwritten, a line at every so many per cent. */
const stride = 25

/** 75 as `1:15`. */
export const clock = (seconds: number) => {
  const whole = Math.max(0, Math.round(seconds))
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`
}

export const secondsSinceStart = () => (performance.now() - start) / 1000

export const say = (line: string) => process.stdout.write(`       ${line}\n`)
export const heading = (title: string) =>
  process.stdout.write(`\n${clock(secondsSinceStart()).padStart(5)}  ${title}\n`)

const bar = (share: number, width = 24) => '█'.repeat(Math.round(share * width)).padEnd(width, '░')

/** A moving line. Time left: as told, else from the pace so far. */
export class Progress {
  private readonly began = performance.now()
  private shown = -1

  constructor(private readonly what: string) {}

  show(done: number, total: number, etaSeconds?: number | null, remark = ''): void {
    const share = total === 0 ? 1 : Math.min(1, done / total)
    const spent = (performance.now() - this.began) / 1000
    const left = etaSeconds ?? (done > 0 ? (spent / done) * (total - done) : null)
    const line = `${this.what} ${bar(share)} ${done}/${total}${left === null ? '' : `, ${clock(left)} left`}${remark}`
    if (isTerminal) process.stdout.write(`\r\u001B[K       ${line}`)
    else {
      const step = Math.floor((100 * share) / stride)
      if (step > this.shown) say(line)
      this.shown = step
    }
  }

  /** Replaces the moving line by what came of it. */
  end(result: string): void {
    if (isTerminal) process.stdout.write('\r\u001B[K')
    say(result)
  }
}
