/** What a name is taken for, before it becomes a class or a version. */
import { describe, expect, it } from 'vitest'
import { choicesFor } from '../console/review/choices.js'
import { nearNames } from '../console/review/near-names.js'
import { suggestionsFor } from '../console/review/suggest.js'
import { nextName } from '../console/versions/next-name.js'

const classes = ['battery', 'can', 'cardboard', 'glass', 'metal', 'paper', 'plastic', 'verre brisé']

describe('“Did you mean …?”', () => {
  it.each<[string, string | undefined, string]>([
    ['glsas', 'glass', 'neighbours that changed places'],
    ['galss', 'glass', 'the same further in front'],
    ['gkass', 'glass', 'another letter'],
    ['glass bottles', undefined, 'a name of its own'],
    ['glasses', 'glass', 'a plural'],
    ['Batteries', 'battery', 'a plural, in capitals'],
    ['cans', 'can', 'a plural of a short word'],
    ['card-board', 'cardboard', 'a hyphen'],
    ['carbord', 'cardboard', 'two slips in a long word'],
    ['verre brise', 'verre brisé', 'accents left out'],
    ['cap', undefined, 'a short word, where every letter counts'],
    ['tape', undefined, 'two letters from “paper”'],
    ['textile', undefined, 'something else'],
    ['brass', undefined, 'two letters from “glass”'],
    ['GLASS', undefined, 'the class itself: names differ by more than case'],
    ['!?', undefined, 'no letters'],
  ])('“%s”: %s (%s)', (typed, meant) => {
    expect(nearNames(typed, classes)[0]).toBe(meant)
  })
})

describe('what can be meant by what is typed', () => {
  const said = (typed: string) => choicesFor(typed, classes).map(({ kind, classLabel }) => `${kind} ${classLabel}`)

  it('is any class while nothing is typed, then those that begin so, then those that contain it', () => {
    expect(said('')).toEqual(classes.map((name) => `class ${name}`))
    expect(said('p')).toEqual(['class paper', 'class plastic', 'new p'])
    expect(said('ass')).toEqual(['class glass', 'new ass'])
    expect(said(' Paper ')).toEqual(['class paper'])
  })

  it('is a new class only after the ones that are near', () => {
    expect(said('plastik')).toEqual(['near plastic', 'new plastik'])
    expect(said('textile')).toEqual(['new textile'])
  })
})

describe('the classes on keys 1 to 9', () => {
  const photo = (suggestedLabel: string | null, probabilities: Record<string, number>) => ({
    suggestedLabel,
    allPredictions: Object.entries(probabilities).map(([classLabel, probability]) => ({
      classLabel,
      probability,
      calibrated: null,
    })),
  })
  const labels = (...given: Parameters<typeof suggestionsFor>) =>
    suggestionsFor(...given).map(({ classLabel }) => classLabel)

  it('begin with what somebody said, then what the model thinks, then what was used last', () => {
    const one = photo('metal', { glass: 0.6, paper: 0.3, metal: 0.1 })
    expect(labels([one], classes, ['textile', 'paper'])).toEqual([
      'metal',
      'glass',
      'paper',
      'textile',
      'battery',
      'can',
      'cardboard',
      'plastic',
      'verre brisé',
    ])
  })

  it('leave a place for what was used last, however many classes the model knows', () => {
    const many = photo(null, Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`class ${i}`, (12 - i) / 78])))
    expect(labels([many], [], ['new today'])).toEqual([
      'class 0',
      'class 1',
      'class 2',
      'class 3',
      'class 4',
      'new today',
      'class 5',
      'class 6',
      'class 7',
    ])
  })

  it('are calibrated where the model was, as in Classify', () => {
    const one = photo(null, { glass: 0.6, paper: 0.4 })
    const calibrated = one.allPredictions.map((each) => ({ ...each, calibrated: each.probability > 0.5 ? 0.8 : 0.2 }))
    expect(suggestionsFor([{ ...one, allPredictions: calibrated }], [], [])).toMatchObject([
      { classLabel: 'glass', probability: 0.8 },
      { classLabel: 'paper', probability: 0.2 },
    ])
  })

  it('stay with their class from photo to photo for whoever wants it so; what is likely beside them has none', () => {
    const [one, other] = [photo('metal', { paper: 0.9, glass: 0.1 }), photo(null, { glass: 0.6, paper: 0.4 })]
    const named = ['paper', 'glass', 'can']
    const withKeys = (...given: Parameters<typeof suggestionsFor>) =>
      suggestionsFor(...given).map(({ key, classLabel }) => `${key ?? '-'} ${classLabel}`)
    expect(withKeys([one], classes, ['textile'], named)).toEqual(['1 paper', '2 glass', '3 can', '- metal'])
    expect(withKeys([other], classes, ['paper'], named)).toEqual(['1 paper', '2 glass', '3 can'])
  })

  it('have no slip among them: what somebody says is offered where it is a class, however it is spelled', () => {
    const one = (said: string) => suggestionsFor([photo(said, { paper: 0.9 })], classes, [])
    expect(one('papr').map(({ classLabel }) => classLabel)).not.toContain('papr')
    expect(one('papr').some(({ isSaid }) => isSaid)).toBe(false)
    expect(one('Metal')[0]).toMatchObject({ classLabel: 'metal', isSaid: true })
  })

  it('are in the order of means where several photos get one label', () => {
    const both = [photo(null, { glass: 0.6, paper: 0.4 }), photo(null, { paper: 0.9, glass: 0.1 })]
    expect(suggestionsFor(both, [], [])).toMatchObject([
      { classLabel: 'paper', probability: 0.65 },
      { classLabel: 'glass', probability: 0.35 },
    ])
  })
})

describe('the name of the next version', () => {
  it.each([
    ['v1', [], 'v2'],
    ['v1', ['v2', 'v3'], 'v4'],
    ['v09', [], 'v10'],
    ['2025-08', [], '2025-09'],
    ['trashnet', [], 'trashnet-2'],
    [undefined, [], 'v1'],
  ])('counts on from %s (%j taken): %s', (before, taken, name) => {
    expect(nextName(before, taken)).toBe(name)
  })
})
