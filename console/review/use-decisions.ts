/** What this page has decided: at once on the screen, then by the outbox at the server; with a way back. */
import { useEffect, useMemo, useReducer, useRef, useState } from 'react'
import { type News, useHeard } from './news.js'
import { randomId } from '../talk/random-id.js'
import { type Outbox, type Refusal, useOutbox } from './outbox.js'
import { type Decision, mostAtOnce, type Verb } from './send-decision.js'

export interface Deed {
  readonly verb: 'LABEL' | 'REJECT'
  readonly ids: readonly string[]
  readonly classLabel: string
  readonly at: number
}

export interface Decisions {
  readonly label: (ids: readonly string[], classLabel: string) => void
  readonly reject: (ids: readonly string[]) => void
  readonly unlabel: (ids: readonly string[]) => void
  /** Takes the last deed back. @returns what it was */
  readonly undo: () => Deed | undefined
  /** What was last said of a photo, by anybody; undefined: as the list says. */
  readonly became: (id: string) => Verb | undefined
  /** Labels and rejections of this page that stand, the latest last. */
  readonly deeds: readonly Deed[]
  readonly refusals: readonly Refusal[]
  readonly forgetRefusals: () => void
  readonly outbox: Outbox
}

const decisionOf = (verb: Verb, ids: readonly string[], classLabel = ''): Decision => ({
  key: randomId(),
  verb,
  ids,
  classLabel,
})

function decisionsOf(verb: Verb, ids: readonly string[], classLabel?: string): Decision[] {
  const size = verb === 'LABEL' ? mostAtOnce : 1
  const parts = Math.ceil(ids.length / size)
  return Array.from({ length: parts }, (_, i) => decisionOf(verb, ids.slice(i * size, (i + 1) * size), classLabel))
}

export function useDecisions(news: News): Decisions {
  const outbox = useOutbox()
  // A page that was loaded anew has decided what is still on its way.
  const [before] = useState(() => outbox.decisions.flatMap(({ ids, verb }) => ids.map((id) => [id, verb] as const)))
  const said = useRef(new Map<string, Verb>(before))
  const deeds = useRef<readonly Deed[]>([])
  const [, changed] = useReducer((times: number) => times + 1, 0)

  const act = useMemo(() => {
    const decide = (verb: Verb, ids: readonly string[], classLabel = '') => {
      for (const id of ids) said.current.set(id, verb)
      outbox.add(decisionsOf(verb, ids, classLabel))
      if (verb !== 'UNLABEL') deeds.current = [...deeds.current, { verb, ids, classLabel, at: Date.now() }]
      changed()
    }
    return {
      became: (id: string) => said.current.get(id),
      label: (ids: readonly string[], classLabel: string) => decide('LABEL', ids, classLabel),
      reject: (ids: readonly string[]) => decide('REJECT', ids),
      unlabel: (ids: readonly string[]) => {
        deeds.current = without(deeds.current, ids)
        decide('UNLABEL', ids)
      },
      undo: () => {
        const deed = deeds.current.at(-1)
        if (!deed) return undefined
        deeds.current = deeds.current.slice(0, -1)
        decide('UNLABEL', deed.ids)
        return deed
      },
      forgetRefusals: () => outbox.forgetRefusals(),
    }
  }, [outbox])

  useEffect(
    () =>
      outbox.listen((settled) => {
        if (settled?.trouble) {
          const { decision } = settled
          // Where it was before, as far as anybody here knows.
          for (const id of decision.ids)
            if (decision.verb === 'UNLABEL') said.current.delete(id)
            else said.current.set(id, 'UNLABEL')
          deeds.current = without(deeds.current, decision.ids)
        }
        changed()
      }),
    [outbox],
  )

  useHeard(news, {
    changed: ({ id, reviewed, rejected }) => {
      if (outbox.has(id)) return
      said.current.set(id, rejected ? 'REJECT' : reviewed ? 'LABEL' : 'UNLABEL')
      changed()
    },
  })

  return {
    ...act,
    deeds: deeds.current,
    refusals: outbox.refusals,
    outbox,
  }
}

const without = (deeds: readonly Deed[], ids: readonly string[]): Deed[] =>
  deeds
    .map((deed) => ({ ...deed, ids: deed.ids.filter((id) => !ids.includes(id)) }))
    .filter(({ ids }) => ids.length > 0)
