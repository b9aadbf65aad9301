/** The run that is on, or else the newest one; how to start another; and all of them. */
import { Anchor, Button, Group, Stack, Text, Title } from '@mantine/core'
import { IconPlayerPlay } from '@tabler/icons-react'
import { Link, useSearchParams } from 'wouter'
import { useQuery } from 'urql'
import { VersionNamesDocument } from '../generated/graphql.js'
import { Screen } from '../shell/screen.js'
import { Empty, Loading, TroubleNote } from '../shell/states.js'
import { useMay } from '../talk/who.js'
import { RunActions } from './run-actions.js'
import { RunList } from './run-list.js'
import { About, RunView } from './run-view.js'
import { StartDrawer } from './start-drawer.js'
import { useRun } from './use-run.js'
import { useRuns } from './use-runs.js'

export function Overview() {
  const mayTrain = useMay('TRAINER')
  const [search, setSearch] = useSearchParams()
  const { runs, running } = useRuns()
  const [{ data }] = useQuery({ query: VersionNamesDocument })
  const versions = data?.datasetVersions.edges.map(({ node }) => node)
  const hasVersions = versions !== undefined && versions.length > 0
  const shown = running ?? runs.rows[0]?.name
  const wanted = search.get('version')
  const start = (
    <Button
      leftSection={<IconPlayerPlay size={16} aria-hidden />}
      disabled={!mayTrain}
      onClick={() => setSearch({ version: '' })}
    >
      Start a training
    </Button>
  )
  return (
    <Screen
      title="Training"
      about={
        mayTrain
          ? 'A run learns from one version and is judged on its test photos beside the model that serves.'
          : 'You can watch. Starting a run takes a token of a trainer.'
      }
      actions={hasVersions && start}
    >
      {runs.trouble && <TroubleNote trouble={runs.trouble} again={runs.again} />}
      {runs.total === undefined && !runs.trouble && <Loading what="Asking for the runs" />}
      {versions && !hasVersions && <NoVersion />}
      {hasVersions && runs.total === 0 && (
        <Empty
          title="Nothing was trained yet"
          hint="The first run takes longest: every photo goes through the frozen part of the network once. It shows here as it learns."
        />
      )}
      {shown !== undefined && <Newest key={shown} name={shown} />}
      {runs.rows.length > 0 && <RunList runs={runs} />}
      {mayTrain && hasVersions && (
        <StartDrawer
          opened={wanted !== null}
          close={() => setSearch({}, { replace: true })}
          versions={versions}
          wanted={wanted || undefined}
          running={running}
        />
      )}
    </Screen>
  )
}

const NoVersion = () => (
  <Empty
    title="There is nothing to learn from"
    hint="A run learns from a version of the dataset. Import a folder of photos, or make a version of what was labelled."
  >
    <Button component={Link} href="/datasets" mt="xs">
      To the datasets
    </Button>
  </Empty>
)

function Newest({ name }: { name: string }) {
  const now = useRun(name)
  const { run, trouble, again } = now
  if (trouble && !run) return <TroubleNote trouble={trouble} again={again} />
  if (!run) return <Loading what={`Asking for ${name}`} />
  return (
    <Stack gap="md" component="section" aria-labelledby="newest">
      <Group justify="space-between" align="flex-start">
        <div>
          <Title order={2} size="h3" id="newest">
            <Anchor component={Link} href={`/training/${name}`} inherit>
              {name}
            </Anchor>
          </Title>
          <Text c="dimmed" size="sm" component="div">
            <About run={run} />
          </Text>
        </div>
        <Group gap="xs">
          <RunActions run={run} />
        </Group>
      </Group>
      <RunView {...now} run={run} />
    </Stack>
  )
}
