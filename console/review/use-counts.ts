/** How much waits, and how much is staged: kept up to date by what happens. */
import { useThrottledCallback } from '@mantine/hooks'
import { useQuery } from 'urql'
import { type ImageFilter, ReviewCountsDocument } from '../generated/graphql.js'
import { type News, useHeard } from './news.js'

export interface Counts {
  /** The whole queue. */
  readonly queue: number | undefined
  /** Those of it that are asked for. */
  readonly matching: number | undefined
  readonly staged: number | undefined
}

/** Many photos at once are one question. */
const togetherMs = 400

export function useCounts(news: News, filter: ImageFilter): Counts {
  const [{ data }, ask] = useQuery({ query: ReviewCountsDocument, variables: { filter } })
  const again = useThrottledCallback(() => ask({ requestPolicy: 'network-only' }), togetherMs)
  useHeard(news, { changed: again, came: again, taken: again, gap: again })
  return {
    queue: data?.queue.totalCount,
    matching: data?.matching.totalCount,
    staged: data?.staged.totalCount,
  }
}
