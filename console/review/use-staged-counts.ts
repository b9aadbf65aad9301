/** How many staged photos each class has. */
import { useDebouncedCallback } from '@mantine/hooks'
import { useCallback, useEffect, useState } from 'react'
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
  const again = useCallback(async () => {
    const all = await Promise.all(
      (staged ? classLabels : []).map(async (classLabel) => {
        const asked = client.query(StagedOfClassDocument, { classLabel }, { requestPolicy: 'network-only' })
        return { classLabel, count: (await asked.toPromise()).data?.images.totalCount ?? 0 }
      }),
    )
    setCounts(all.filter(({ count }) => count > 0).toSorted((a, b) => b.count - a.count))
  }, [client, classLabels, staged])
  const soon = useDebouncedCallback(again, togetherMs)
  useEffect(() => void again(), [again])
  useHeard(news, { changed: soon, gap: soon })
  return counts
}
