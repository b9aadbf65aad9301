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
  /** From the beginning. */
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

  const more = useCallback(() => {
    const { hasMore, isLoading, after } = now.current
    if (asked === 'null' || !hasMore || isLoading) return
    const mine = turn.current
    put({ ...now.current, isLoading: true })
    const all = { ...(JSON.parse(asked) as object), first: size, ...(after && { after }) } as unknown as Variables
    void client
      .query(document, all, { requestPolicy: 'network-only' })
      .toPromise()
      .then(({ data, error }) => {
        if (mine !== turn.current) return
        const connection = data ? pick.current(data) : undefined
        if (!connection) return put({ ...now.current, isLoading: false, hasMore: false, trouble: troubleOf(error) })
        put({
          rows: [...now.current.rows, ...connection.edges.map(({ node }) => node)],
          total: connection.totalCount ?? now.current.total,
          after: connection.pageInfo.endCursor,
          hasMore: connection.pageInfo.hasNextPage,
          isLoading: false,
        })
      })
  }, [client, document, asked, size, put])

  const again = useCallback(() => {
    turn.current++
    put(nothing)
    more()
  }, [more, put])

  useEffect(again, [again])
  useBack(() => {
    if (now.current.trouble?.code === 'OFFLINE') again()
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
