/** Which test photos are looked at. */
import type { TestPhotoFilter } from '../generated/graphql.js'
import type { Cell } from './confusion.js'

export type Choice = 'worst' | 'fixed' | 'broken' | 'all' | Cell

export const filterOf = (choice: Choice): TestPhotoFilter => {
  if (typeof choice !== 'string') return { classLabel: choice.classLabel, predicted: choice.predicted }
  switch (choice) {
    case 'worst':
      return { right: false }
    case 'fixed':
      return { change: 'FIXED' }
    case 'broken':
      return { change: 'BROKEN' }
    case 'all':
      return {}
  }
}

export const about = (choice: Choice): string => {
  if (typeof choice !== 'string') {
    const { classLabel, predicted } = choice
    return classLabel === predicted
      ? `${classLabel}, named rightly: the least sure first.`
      : `${classLabel}, taken for ${predicted}: first those where ${classLabel} is thought least likely.`
  }
  return {
    worst: 'What it gets wrong: first those whose own class it thinks least likely.',
    fixed: 'The older model got these wrong; this one gets them right.',
    broken: 'The older model got these right; this one gets them wrong.',
    all: 'All test photos, those of whose class it is least sure first.',
  }[choice]
}
