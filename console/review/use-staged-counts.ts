/** How many staged photos each class has. */
import { useThrottledCallback } from '@mantine/hooks'
import { useEffect } from 'react'
import { useQuery } from 'urql'
import { StagedClassesDocument, type StagedClassesQuery } from '../generated/graphql.js'
import { type News, useHeard } from './news.js'

export type ClassCount = StagedClassesQuery['stagedClasses'][number]

const togetherMs = 300
const none: readonly ClassCount[] = []

/** @param staged how many there are in all: another number has them counted again @returns those that have any, most first */
export function useStagedCounts(news: News, staged: number | undefined): readonly ClassCount[] {
  const [{ data }, ask] = useQuery({ query: StagedClassesDocument })
  const again = useThrottledCallback(() => ask({ requestPolicy: 'network-only' }), togetherMs)
  useHeard(news, { changed: again, taken: again, gap: again })
  useEffect(again, [staged, again])
  return data?.stagedClasses ?? none
}
