import { expect, it } from 'vitest'
import { remembered } from '../src/remembered.js'

it('what failed once is made again for whoever asks next, and then once', async () => {
  let asked = 0
  const value = remembered(() => (++asked === 1 ? Promise.reject(new Error('not yet')) : Promise.resolve(asked)))
  await expect(value()).rejects.toThrow('not yet')
  expect(await Promise.all([value(), value()])).toEqual([2, 2])
  expect(await value()).toBe(2)
})
