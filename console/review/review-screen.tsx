/** Photos that the model did not know, or may have got wrong, and what they show: one by one, many at once, and what comes of it. */
import { Box, Tabs } from '@mantine/core'
import { useState } from 'react'
import { count } from '../look/figures.js'
import { part } from '../shell/part.js'
import { Screen } from '../shell/screen.js'
import { useLine } from '../talk/line.js'
import { Desk } from './desk.js'
import { Filters } from './filters.js'
import { KeysNote } from './keys-note.js'
import { useNews } from './news.js'
import { NothingWaits } from './nothing-waits.js'
import { Queue } from './queue.js'
import { Refusals } from './refusals.js'
import classes from './review.module.css'
import type { Room } from './room.js'
import { Tally } from './tally.js'
import { useClasses } from './use-classes.js'
import { useCounts } from './use-counts.js'
import { useDecisions } from './use-decisions.js'
import { type Tab, useFilter, useView } from './view.js'

const Many = part(() => import('./many.js').then((own) => own.Many))
const Rejected = part(() => import('./rejected.js').then((own) => own.Rejected))
const Staged = part(() => import('./staged.js').then((own) => own.Staged))

export default function ReviewScreen() {
  const { sender } = useLine()
  const [desk] = useState(() => new Desk(sender))
  const news = useNews()
  const decisions = useDecisions(news)
  const [view, show] = useView()
  const filter = useFilter(view)
  const counts = useCounts(news, filter)
  const known = useClasses(
    news,
    decisions.deeds.map(({ classLabel }) => classLabel),
  )
  const room: Room = { desk, news, decisions, ...known }
  const empty = <NothingWaits counts={counts} sending={decisions.outbox.waiting} view={view} show={show} />

  return (
    <Screen
      title="Review"
      about={<Tally counts={counts} decisions={decisions} news={news} desk={desk} />}
      actions={<KeysNote />}
    >
      <Box>
        <Refusals refusals={decisions.refusals} forget={decisions.forgetRefusals} />
        <Tabs value={view.tab} onChange={(tab) => show({ tab: (tab ?? 'queue') as Tab })} keepMounted={false}>
          <Tabs.List mb="md" className={classes.tabs}>
            <Tabs.Tab value="queue">One by one</Tabs.Tab>
            <Tabs.Tab value="many">
              Many<span className={classes.atOnce}> at once</span>
            </Tabs.Tab>
            <Tabs.Tab value="staged">Staged{counts.staged ? ` · ${count(counts.staged)}` : ''}</Tabs.Tab>
            <Tabs.Tab value="rejected">Rejected</Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value="queue">
            <Filters view={view} show={show} classLabels={known.classLabels} />
            <Queue room={room} filter={filter} order={view.order} empty={empty} />
          </Tabs.Panel>
          <Tabs.Panel value="many">
            <Filters view={view} show={show} classLabels={known.classLabels} />
            <Many room={room} filter={filter} order={view.order} empty={empty} />
          </Tabs.Panel>
          <Tabs.Panel value="staged">
            <Staged room={room} staged={counts.staged} />
          </Tabs.Panel>
          <Tabs.Panel value="rejected">
            <Rejected room={room} />
          </Tabs.Panel>
        </Tabs>
      </Box>
    </Screen>
  )
}
