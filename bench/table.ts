/** The table: what was measured, against what, and what it is to reach. */

export interface Row {
  readonly what: string
  readonly ours: string
  /** What it is measured against, in the same run. */
  readonly against: string
  readonly ratio: string
  readonly goal: string
  /** undefined: a figure without a goal. */
  readonly reached: boolean | undefined
}

export const seconds = (ms: number) => (ms >= 10_000 ? `${(ms / 1000).toFixed(0)} s` : `${(ms / 1000).toFixed(2)} s`)
export const milliseconds = (ms: number) => (ms >= 1000 ? seconds(ms) : `${ms.toPrecision(3)} ms`)
export const mebibytes = (bytes: number) => `${Math.round(bytes / 2 ** 20)} MiB`
export const perSecond = (rate: number) => `${rate.toPrecision(3)}/s`

/** A ratio that is to be at least so much. */
export const atLeast = (value: number, goal: number, unit: '×' | '%') => verdict(value, goal, unit, '≥', value >= goal)
/** A ratio that is to be at most so much. */
export const atMost = (value: number, goal: number, unit: '×' | '%') => verdict(value, goal, unit, '≤', value <= goal)

function verdict(value: number, goal: number, unit: '×' | '%', sign: string, reached: boolean) {
  const shown = (ratio: number) => (unit === '%' ? `${(100 * ratio).toFixed(0)} %` : `${ratio.toPrecision(3)} ×`)
  return { ratio: shown(value), goal: `${sign} ${shown(goal)}`, reached }
}

const mark = (reached: boolean | undefined) => (reached === undefined ? '' : reached ? 'yes' : '**no**')

export function markdown(rows: readonly Row[]): string {
  const head = ['what', 'WasteX', 'against', 'ratio', 'goal', 'reached']
  const lines = rows.map(({ what, ours, against, ratio, goal, reached }) => [
    what,
    ours,
    against,
    ratio,
    goal,
    mark(reached),
  ])
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

export const oneLine = ({ what, ours, against, ratio, goal, reached }: Row) =>
  `${reached === false ? '✗' : '·'} ${what}: ${ours}${against ? ` against ${against}` : ''}${ratio ? ` = ${ratio}` : ''}${goal ? ` (goal ${goal})` : ''}`
