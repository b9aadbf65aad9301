/** Which operation has which time, and what becomes of one that takes too long. */
import { type OperationDefinitionNode, parse } from 'graphql'
import { describe, expect, it } from 'vitest'
import { limitOf, timeLimits } from '../src/api/time-limits.js'

const timeOf = (text: string, queryMs: number) => {
  const document = parse(text)
  return limitOf(document.definitions[0] as OperationDefinitionNode, document, queryMs)
}

describe('the time of an operation', () => {
  it.each<[string, string, number | undefined]>([
    ['a query has that of the setting', '{ servingModel { loadedAt } }', 7],
    [
      'classify has its own',
      'mutation { a: classify(image: 1) { ood } classifyMany(images: 1) { index } }',
      timeLimits.classifyMs,
    ],
    [
      'classify beside others has theirs',
      'mutation { classify(image: 1) { ood } reject(id: 1) { id } }',
      timeLimits.mutationMs,
    ],
    ['another mutation has more', 'mutation { promote(name: "x") { name } }', timeLimits.mutationMs],
    ['an import has none', 'mutation { importDataset(input: 1) { name } }', undefined],
    [
      'an import has none in a fragment either',
      'mutation { ... on Mutation { importDataset(input: 1) { name } } }',
      undefined,
    ],
    [
      'an import has none in a fragment of a fragment either',
      'mutation { ...A } fragment A on Mutation { ...B } fragment B on Mutation { importDataset(input: 1) { name } }',
      undefined,
    ],
    [
      'a fragment takes nobody’s away',
      'mutation { ...A } fragment A on Mutation { promote(name: "x") { name } }',
      timeLimits.mutationMs,
    ],
    [
      'photos in a fragment have theirs',
      'mutation { ...A ...A } fragment A on Mutation { ... { classify(image: 1) { ood } } }',
      timeLimits.classifyMs,
    ],
  ])('%s', (_what, text, limit) => {
    expect(timeOf(text, 7)).toBe(limit)
  })
})
