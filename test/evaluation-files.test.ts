import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { confusionPng } from '../src/evaluation/confusion-png.js'
import { renderPng } from '../src/evaluation/render-png.js'
import { historyCsv } from '../src/evaluation/history-csv.js'
import { drawable, graphemesOf, runsOf } from '../src/evaluation/fonts.js'
import { metricsOf } from '../src/evaluation/metrics.js'
import { predictionsCsv, readPredictions } from '../src/evaluation/predictions-csv.js'
import { contentHash } from '../src/photos/identity.js'
import { referenceThresholds } from '../src/predictions/ood.js'

describe('confusion_matrix.png', () => {
  const draw = (labels: string[]) => {
    const truth = labels.flatMap((_, c) => [c, c, c])
    return confusionPng(
      metricsOf(
        labels,
        truth,
        truth.map((t, i) => (i % 3 === 0 ? 0 : t)),
        0.1,
      ),
    )
  }

  it.each([2, 7, 40])('is a picture on white, square cells and all, for %i classes', async (classes) => {
    const png = await draw(Array.from({ length: classes }, (_, c) => `class ${c}`))
    const { data, info } = await sharp(png).removeAlpha().raw().toBuffer({ resolveWithObject: true })
    expect(Math.min(info.width, info.height)).toBeGreaterThan(500)
    expect([...data.subarray(0, 3)]).toEqual([255, 255, 255])
    const blue = countPixels(data, ([r, g, b]) => r < 90 && g < 140 && b > 140)
    expect(blue).toBeGreaterThan(classes * 100)
  })

  it('makes room for long labels, and is not led astray by what XML reserves', async () => {
    const short = await sharp(await draw(['a', 'b'])).metadata()
    const long = await sharp(await draw(['<script>&"\u0001 a label that never ends, never ends', '</text>'])).metadata()
    expect(long.width).toBeGreaterThan(short.width)
    expect(long.height).toBeGreaterThan(short.height)
  })

  it('draws its text: other names, other pixels, in every script that its fonts have', async () => {
    const scripts = [
      'cans',
      'bins',
      '瓶子',
      '缶詰め',
      '유리병',
      '🗑️',
      '👩‍🔬',
      'زجاج',
      'זכוכית',
      'कांच',
      'แก้ว',
      'Стекло',
      'ガラス',
    ]
    const pictures = await Promise.all(scripts.map((name) => draw([name, 'b'])))
    expect(new Set(pictures.map((png) => contentHash(png))).size).toBe(scripts.length)
    for (const name of scripts) expect(graphemesOf(name).map(drawable).join('')).toBe(name)
    expect(runsOf('紙 🗑️ bin').map(({ text }) => text)).toEqual(['紙 ', '🗑️', ' bin'])
  })

  it('names a character that no font has by its number, and says so', async () => {
    expect(drawable('ሀ')).toBe('[U+1200]')
    const [said, plain] = [await draw(['ሀ', 'b']), await draw(['[U+1200]', 'b'])]
    expect((await sharp(said).metadata()).height).toBeGreaterThan((await sharp(plain).metadata()).height ?? 0)
  })

  it.each([[['a', 'b']], [['plastic bottles with a very long name', 'b', 'c']]])(
    'has ink in no margin: %j',
    async (labels) => {
      const { data, info } = await sharp(await draw(labels))
        .removeAlpha()
        .raw()
        .toBuffer({ resolveWithObject: true })
      for (let y = 0; y < info.height; y++)
        for (const x of [0, 10, info.width - 11, info.width - 1]) expect(data[(y * info.width + x) * 3]).toBe(255)
    },
  )
})

function countPixels(data: Buffer, wanted: (pixel: [number, number, number]) => boolean): number {
  let count = 0
  for (let i = 0; i < data.length; i += 3) if (wanted([data[i] ?? 0, data[i + 1] ?? 0, data[i + 2] ?? 0])) count++
  return count
}

it('history.csv has a row an epoch, and an empty cell where there was no validation', () => {
  const epoch = { stage: 'HEAD', epoch: 1, loss: 0.5, accuracy: 0.75, learningRate: 1e-4, seconds: 2.5 }
  expect(historyCsv([{ ...epoch, valLoss: null, valAccuracy: null }])).toBe(
    '\ufeffstage,epoch,loss,accuracy,val_loss,val_accuracy,learning_rate,seconds\nHEAD,1,0.5,0.75,,,0.0001,2.5\n',
  )
})

describe('predictions.csv', () => {
  const photo = { contentHash: 'ab'.repeat(32), classLabel: 'can', novelty: null }

  it('has a row a photo, with its logits, behind a byte-order mark that its own reader knows', () => {
    const text = predictionsCsv(['box', 'can'], referenceThresholds, [{ ...photo, logits: Float32Array.of(-1.5, 0.5) }])
    expect(readPredictions(text, ['box', 'can'])).toEqual(new Map([[photo.contentHash, [-1.5, 0.5]]]))
    const [head, row] = text
      .slice(1)
      .split('\n')
      .map((line) => line.split(','))
    const cells = Object.fromEntries((head ?? []).map((column, i) => [column, row?.[i]]))
    expect(cells).toMatchObject({
      content_hash: photo.contentHash,
      class: 'can',
      predicted: 'can',
      correct: 'true',
      novelty: '',
      ood_reasons: 'ENERGY',
      logit_box: '-1.5',
      logit_can: '0.5',
    })
    expect(Number(cells['confidence'])).toBeCloseTo(1 / (1 + Math.exp(-2)), 12)
    expect(Number(cells['energy'])).toBeCloseTo(-(0.5 + Math.log1p(Math.exp(-2))), 12)
  })

  it.each(['=cmd|calc!A1', '+1', '-1+1', '@SUM(1)', '\t=1', ' =1', '＝1'])('disarms the class %j', (classLabel) => {
    const text = predictionsCsv(['a', 'b'], referenceThresholds, [{ ...photo, classLabel, logits: [1, -2] }])
    expect(text).toContain(`'${classLabel}`)
    expect(text).toContain(',1,-2\n')
  })

  it('quotes commas, quotes and lines', () => {
    const text = predictionsCsv(['a', 'b'], referenceThresholds, [{ ...photo, classLabel: 'a,"b"\nc', logits: [1, 2] }])
    expect(text).toContain('"a,""b""\nc"')
  })
})

it('a picture of a thousand classes is drawn as well, with fewer pixels', async () => {
  const side = 24_000
  const png = await renderPng(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${side}" height="${side}"><rect width="9" height="9"/></svg>`,
    [],
  )
  const { width } = await sharp(png).metadata()
  expect(width).toBeGreaterThan(4_000)
  expect(width).toBeLessThan(side)
})
