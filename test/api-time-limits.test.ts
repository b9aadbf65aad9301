/** Which operation has which time, and what becomes of one that takes too long. */
import { type OperationDefinitionNode, parse } from 'graphql'
import { describe, expect, it } from 'vitest'
import { limitOf, timeLimits } from '../src/api/time-limits.js'

const operation = (text: string) => parse(text).definitions[0] as OperationDefinitionNode

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
  ])('%s', (_what, text, limit) => {
    expect(limitOf(operation(text), 7)).toBe(limit)
  })
})
