import { describe, expect, it } from 'vitest'
import { evaluate, metricsOf } from '../src/evaluation/metrics.js'
import { classificationReport } from '../src/evaluation/report.js'

// Reference figures: scikit-learn 1.9.1, scipy 1.17.1: confusion_matrix, log_loss(truth, softmax(logits)),
// precision_recall_fscore_support(..., zero_division=nan), classification_report. The photos come from a generator that
// both languages can write: x = (1664525 x + 1013904223) mod 2^32.
const labels = ['box', 'bottle', 'can', 'jar']
const [photos, classes] = [60, 4]

function sixtyPhotos() {
  let x = 7
  const numbers = Array.from({ length: photos * classes + photos }, () => {
    x = (1_664_525 * x + 1_013_904_223) % 2 ** 32
    return x / 2 ** 32
  })
  // Nothing is a jar.
  const truth = Int32Array.from(numbers.slice(photos * classes), (u) => Math.floor(u * 3))
  const logits = Float32Array.from(numbers.slice(0, photos * classes), (u) => u * 6 - 3)
  truth.forEach((t, i) => {
    logits[i * classes + t] = (logits[i * classes + t] ?? 0) + 1.5
    logits[i * classes + 3] = (logits[i * classes + 3] ?? 0) - 1
  })
  return { truth, logits }
}

describe('evaluate', () => {
  it('agrees with scikit-learn, and leaves out a class without test photos', () => {
    const metrics = evaluate({ classLabels: labels, ...sixtyPhotos() })
    expect(metrics.confusionMatrix).toEqual({
      classLabels: labels,
      counts: [
        [8, 4, 4, 1],
        [6, 13, 3, 1],
        [2, 6, 9, 3],
        [0, 0, 0, 0],
      ],
    })
    expect(metrics.loss).toBeCloseTo(1.256_330_575_6, 6)
    expect(metrics.accuracy).toBe(0.5)
    expect(metrics.precision).toBeCloseTo(0.542_572_463_768_115_9, 12)
    expect(metrics.recall).toBeCloseTo(0.495_268_542_199_488_46, 12)
    expect(metrics.macroF1).toBeCloseTo(0.516_688_625_384_277_5, 12)
    expect(metrics.testImages).toBe(60)
    expect(metrics.perClass[2]).toEqual({ classLabel: 'can', precision: 0.5625, recall: 0.45, f1: 0.5, support: 20 })
    expect(metrics.perClass[3]).toEqual({ classLabel: 'jar', precision: null, recall: null, f1: null, support: 0 })
  })

  it('does not depend on the order of the classes', () => {
    const { truth, logits } = sixtyPhotos()
    const order = [2, 0, 3, 1]
    const shuffled = evaluate({
      classLabels: order.map((c) => labels[c] ?? ''),
      truth: truth.map((t) => order.indexOf(t)),
      logits: Float32Array.from({ length: logits.length }, (_, i) => {
        const row = Math.floor(i / classes)
        return logits[row * classes + (order[i % classes] ?? 0)] ?? Number.NaN
      }),
    })
    const straight = evaluate({ classLabels: labels, truth, logits })
    for (const metric of ['loss', 'accuracy', 'precision', 'recall', 'macroF1'] as const) {
      expect(shuffled[metric]).toBeCloseTo(straight[metric] ?? Number.NaN, 12)
    }
    expect(new Set(shuffled.perClass)).toEqual(new Set(straight.perClass))
  })

  it('a class that is never named has no precision and an F1 of 0', () => {
    const metrics = metricsOf(['box', 'can'], [0, 0, 1], [0, 0, 0], null)
    expect(metrics.perClass[1]).toEqual({ classLabel: 'can', precision: null, recall: 0, f1: 0, support: 1 })
    expect(metrics.precision).toBe(2 / 3)
    expect(metrics.recall).toBe(0.5)
    expect(metrics.macroF1).toBeCloseTo(0.4, 12)
  })

  it('is all null without photos', () => {
    const metrics = evaluate({ classLabels: ['box', 'can'], truth: [], logits: new Float32Array(0) })
    expect(metrics).toMatchObject({
      loss: null,
      accuracy: null,
      precision: null,
      recall: null,
      macroF1: null,
      testImages: 0,
    })
    expect(classificationReport(metrics)).not.toContain('NaN')
  })

  it('has a finite loss for logits of 1e4, and gives a tie to the first class', () => {
    const metrics = evaluate({
      classLabels: ['a', 'b'],
      truth: [0, 1, 1],
      logits: Float32Array.of(1e4, -1e4, 1e4, -1e4, 3, 3),
    })
    expect(metrics.loss).toBeCloseTo((0 + 2e4 + Math.LN2) / 3, 6)
    expect(metrics.confusionMatrix.counts).toEqual([
      [1, 0],
      [2, 0],
    ])
    expect(JSON.parse(JSON.stringify(metrics))).toEqual(metrics)
  })

  it('throws at what cannot be: NaN, a truth that is no class, a wrong shape', () => {
    const classLabels = ['a', 'b']
    expect(() => evaluate({ classLabels, truth: [0], logits: Float32Array.of(Number.NaN, 1) })).toThrow('not finite')
    expect(() => evaluate({ classLabels, truth: [2], logits: Float32Array.of(0, 1) })).toThrow('no class')
    expect(() => evaluate({ classLabels, truth: [0], logits: Float32Array.of(0, 1, 2) })).toThrow('3 logits')
  })
})

describe('the classification report', () => {
  const truth = [0, 0, 0, 1, 1, 1, 1, 2, 2]

  it('is what scikit-learn prints', () => {
    const metrics = metricsOf(['box', 'paper ball', 'can'], truth, [0, 0, 1, 1, 1, 1, 0, 2, 1], null)
    expect(classificationReport(metrics)).toBe(
      '              precision    recall  f1-score   support\n\n         box     0.6667    0.6667    0.6667         3\n  paper ball     0.6000    0.7500    0.6667         4\n         can     1.0000    0.5000    0.6667         2\n\n    accuracy                         0.6667         9\n   macro avg     0.7556    0.6389    0.6667         9\nweighted avg     0.7111    0.6667    0.6667         9\n',
    )
  })

  it('stays aligned under a long label', () => {
    const metrics = metricsOf(
      ['a very long class label', 'paper ball', 'can'],
      truth,
      [0, 0, 1, 1, 1, 1, 0, 2, 1],
      null,
    )
    expect(classificationReport(metrics, 2)).toBe(
      '                         precision    recall  f1-score   support\n\na very long class label       0.67      0.67      0.67         3\n             paper ball       0.60      0.75      0.67         4\n                    can       1.00      0.50      0.67         2\n\n               accuracy                           0.67         9\n              macro avg       0.76      0.64      0.67         9\n           weighted avg       0.71      0.67      0.67         9\n',
    )
  })

  it('prints a dash for what is undefined, and averages without it', () => {
    const report = classificationReport(
      metricsOf(['box', 'paper ball', 'can'], truth, [0, 0, 1, 1, 1, 1, 0, 0, 1], null),
    )
    expect(report).toContain('         can          -    0.0000    0.0000         2\n')
    expect(report).toContain('   macro avg     0.5500    0.4722    0.4127         9\n')
    expect(report).toContain('weighted avg     0.5571    0.5556    0.4868         9\n')
  })
})
