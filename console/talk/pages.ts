/** A long list, a page at a time: the next one is asked for when it is needed. */
import { useCallback, useEffect, useRef, useState } from 'react'
import { type AnyVariables, type TypedDocumentNode, useClient } from 'urql'
import { useBack } from './live.js'
import { type Trouble, troubleOf } from './trouble.js'

interface Connection<Row> {
  totalCount?: number
  pageInfo: { hasNextPage: boolean; endCursor?: string | null }
  edges: readonly { node: Row }[]
}

export interface Pages<Row> {
  readonly rows: readonly Row[]
  /** Of the whole list; undefined until the first page is there. */
  readonly total: number | undefined
  readonly isLoading: boolean
  readonly trouble: Trouble | undefined
  readonly hasMore: boolean
  /** Asks for the next page, unless one is on its way or there is none. */
  readonly more: () => void
  /** From the beginning; the rows that are here stay until the new ones have come. */
  readonly again: () => void
  /** Changes rows that are here, without asking. */
  readonly change: (to: (rows: readonly Row[]) => readonly Row[]) => void
}

export const pageSize = 100

interface State<Row> {
  rows: readonly Row[]
  total?: number
  after?: string | null
  hasMore: boolean
  isLoading: boolean
  trouble?: Trouble
}
const nothing = { rows: [], hasMore: true, isLoading: false }
/** Rows that are asked for anew at once; whoever has gone further comes back to so many. */
const mostAgain = 1_000

const joined = <Row>(rows: readonly Row[], page: Connection<Row>, total: number | undefined) => ({
  rows: [...rows, ...page.edges.map(({ node }) => node)],
  total: page.totalCount ?? total,
  after: page.pageInfo.endCursor,
  hasMore: page.pageInfo.hasNextPage,
})

/**
 * @param variables beside `first` and `after`; the list begins anew when they change. null: not now
 * @param size rows a page, at most 100
 */
export function usePages<Result, Variables extends AnyVariables, Row>(
  document: TypedDocumentNode<Result, Variables>,
  variables: Omit<Variables, 'first' | 'after'> | null,
  connectionOf: (result: Result) => Connection<Row> | null | undefined,
  size = pageSize,
): Pages<Row> {
  const client = useClient()
  const [state, setState] = useState<State<Row>>(nothing)
  /** Answers to what was asked before are late: they count no more. */
  const turn = useRef(0)
  const now = useRef(state)
  const put = useCallback((next: State<Row>) => setState((now.current = next)), [])
  const asked = JSON.stringify(variables)
  const pick = useRef(connectionOf)
  pick.current = connectionOf

  const ask = useCallback(
    async (after: string | null | undefined) => {
      const all = { ...(JSON.parse(asked) as object), first: size, ...(after && { after }) } as unknown as Variables
      const { data, error } = await client.query(document, all, { requestPolicy: 'network-only' }).toPromise()
      return { page: data ? pick.current(data) : undefined, trouble: troubleOf(error) }
    },
    [client, document, asked, size],
  )

  const more = useCallback(() => {
    const { hasMore, isLoading, after } = now.current
    if (asked === 'null' || !hasMore || isLoading) return
    const mine = turn.current
    put({ ...now.current, isLoading: true, trouble: undefined })
    void ask(after).then(({ page, trouble }) => {
      if (mine !== turn.current) return
      // The rows that are there stay; whoever wants to asks for the same page again.
      if (!page) return put({ ...now.current, isLoading: false, trouble })
      put({ ...joined(now.current.rows, page, now.current.total), isLoading: false })
    })
  }, [ask, asked, put])

  const begin = useCallback(() => {
    turn.current++
    put(nothing)
    more()
  }, [more, put])
  useEffect(begin, [begin])

  const again = useCallback(() => {
    // Nothing has come yet.
    if (now.current.total === undefined && now.current.rows.length === 0) return begin()
    const wanted = Math.max(1, Math.min(now.current.rows.length, mostAgain))
    const mine = ++turn.current
    put({ ...now.current, isLoading: true })
    const look = async () => {
      let found: Omit<State<Row>, 'isLoading'> = { rows: [], hasMore: true }
      while (found.hasMore && found.rows.length < wanted) {
        const { page, trouble } = await ask(found.after)
        if (mine !== turn.current) return
        // Offline, the rows may be old: that is said once for the whole screen (LineNote).
        const told = trouble?.code === 'OFFLINE' ? undefined : trouble
        if (!page) return put({ ...now.current, isLoading: false, trouble: told })
        found = joined(found.rows, page, found.total)
      }
      put({ ...found, isLoading: false })
    }
    void look()
  }, [ask, begin, put])
  useBack(() => {
    if (now.current.trouble?.code === 'OFFLINE') more()
  })

  return {
    rows: state.rows,
    total: state.total,
    isLoading: state.isLoading,
    trouble: state.trouble,
    hasMore: state.hasMore,
    more,
    again,
    change: (to) => put({ ...now.current, rows: to(now.current.rows) }),
  }
}
