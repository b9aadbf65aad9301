/** One run, with all there is to know of how it was trained. */
import { Card, Stack } from '@mantine/core'
import { IconArrowLeft } from '@tabler/icons-react'
import { Anchor } from '@mantine/core'
import { Link } from 'wouter'
import { Screen } from '../shell/screen.js'
import { Loading, TroubleNote } from '../shell/states.js'
import { EpochTable } from './epoch-table.js'
import { RunActions } from './run-actions.js'
import { Files, Settings } from './run-facts.js'
import { About, RunView } from './run-view.js'
import { useRun } from './use-run.js'

export function RunScreen({ name }: { name: string }) {
  const now = useRun(name)
  const { run, trouble, epochs, again } = now
  return (
    <Stack gap="xs">
      <Anchor component={Link} href="/training" size="sm">
        <IconArrowLeft size={14} style={{ verticalAlign: '-2px' }} aria-hidden /> All runs
      </Anchor>
      <Screen title={name} about={run && <About run={run} />} actions={run && <RunActions run={run} />}>
        {trouble && <TroubleNote trouble={trouble} again={again} />}
        {!run && !trouble && <Loading what="Asking for the run" />}
        {run && (
          <>
            <RunView {...now} run={run} />
            <Card withBorder padding="md">
              <Stack gap="sm">
                <EpochTable run={run.name} epochs={epochs} isDone={run.status === 'COMPLETED'} />
                <Settings run={run} />
                <Files run={run} />
              </Stack>
            </Card>
          </>
        )}
      </Screen>
    </Stack>
  )
}
