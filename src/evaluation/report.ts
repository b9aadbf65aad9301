import type { Metrics } from './metrics.js'

const columns = ['precision', 'recall', 'f1-score', 'support'] as const
const width = 9

/**
 * The text of `classification_report.txt`, line for line as scikit-learn's `classification_report` prints it. What is
 * undefined is a dash, and is left out of the averages.
 */
export function classificationReport(metrics: Metrics, digits = 4): string {
  const { perClass, testImages } = metrics
  const nameWidth = Math.max('weighted avg'.length, ...perClass.map((c) => [...c.classLabel].length))
  const figure = (value: number | null) => (value === null ? '-' : value.toFixed(digits)).padStart(width)
  const line = (name: string, figures: readonly string[], support: number) =>
    `${name.padStart(nameWidth + name.length - [...name].length)}  ${figures.join(' ')} ${String(support).padStart(width)}`
  const row = (name: string, p: number | null, r: number | null, f: number | null, support: number) =>
    line(name, [p, r, f].map(figure), support)
  const weighted = (metric: 'precision' | 'recall' | 'f1') => {
    const defined = perClass.flatMap((c) => (c[metric] === null ? [] : { value: c[metric], weight: c.support }))
    const weight = defined.reduce((sum, c) => sum + c.weight, 0)
    return weight === 0 ? null : defined.reduce((sum, c) => sum + c.value * c.weight, 0) / weight
  }
  return [
    `${' '.repeat(nameWidth)}  ${columns.map((column) => column.padStart(width)).join(' ')}`,
    '',
    ...perClass.map((c) => row(c.classLabel, c.precision, c.recall, c.f1, c.support)),
    '',
    line('accuracy', [' '.repeat(width), ' '.repeat(width), figure(metrics.accuracy)], testImages),
    row('macro avg', metrics.precision, metrics.recall, metrics.macroF1, testImages),
    row('weighted avg', weighted('precision'), weighted('recall'), weighted('f1'), testImages),
    '',
  ].join('\n')
}
