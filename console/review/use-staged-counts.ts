/** How many staged photos each class has. */
import { useDebouncedCallback } from '@mantine/hooks'
import { useEffect, useReducer, useState } from 'react'
import { useClient } from 'urql'
import { StagedOfClassDocument } from '../generated/graphql.js'
import { type News, useHeard } from './news.js'

export interface ClassCount {
  readonly classLabel: string
  readonly count: number
}

const togetherMs = 300

/** @param staged how many there are in all: another number has them counted again @returns those that have any, most first */
export function useStagedCounts(news: News, classLabels: readonly string[], staged: number | undefined) {
  const client = useClient()
  const [counts, setCounts] = useState<readonly ClassCount[]>([])
  const [turn, again] = useReducer((turns: number) => turns + 1, 0)
  useEffect(() => {
    let isLate = false
    const asked = (staged ? classLabels : []).map(async (classLabel) => {
      const answer = client.query(StagedOfClassDocument, { classLabel }, { requestPolicy: 'network-only' })
      return { classLabel, count: (await answer.toPromise()).data?.images.totalCount ?? 0 }
    })
    void Promise.all(asked).then((all) => {
      if (!isLate) setCounts(all.filter(({ count }) => count > 0).toSorted((a, b) => b.count - a.count))
    })
    return () => {
      isLate = true
    }
  }, [client, classLabels, staged, turn])
  const soon = useDebouncedCallback(again, togetherMs)
  useHeard(news, { changed: soon, gap: soon })
  return counts
}
