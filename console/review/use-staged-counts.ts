/** How many staged photos each class has. */
import { useDebouncedCallback } from '@mantine/hooks'
import { useEffect, useState } from 'react'
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
  const again = useDebouncedCallback(async () => {
    const all = await Promise.all(
      classLabels.map(async (classLabel) => {
        const asked = client.query(StagedOfClassDocument, { classLabel }, { requestPolicy: 'network-only' })
        return { classLabel, count: (await asked.toPromise()).data?.images.totalCount ?? 0 }
      }),
    )
    setCounts(all.filter(({ count }) => count > 0).toSorted((a, b) => b.count - a.count))
  }, togetherMs)
  useEffect(again, [staged, classLabels, again])
  useHeard(news, { changed: again, gap: again })
  return counts
}
