/** The run that is on, or else the newest one; how to start another; and all of them. */
import { Anchor, Button, Group, Stack, Text, Title } from '@mantine/core'
import { IconPlayerPlay } from '@tabler/icons-react'
import { useEffect, useRef } from 'react'
import { Link, useSearchParams } from 'wouter'
import { useQuery } from 'urql'
import { type RunRowFragment, RunOnDocument, RunsListDocument, VersionNamesDocument } from '../generated/graphql.js'
import { Screen } from '../shell/screen.js'
import { Empty, Loading, TroubleNote } from '../shell/states.js'
import { usePages } from '../talk/pages.js'
import { useMay } from '../talk/who.js'
import { RunActions } from './run-actions.js'
import { RunList } from './run-list.js'
import { About, RunView } from './run-view.js'
import { StartDrawer } from './start-drawer.js'
import { useRun } from './use-run.js'
import { isOn } from './words.js'

const pageSize = 20
/** Asked again when a run is started or resumed, also where none is in the answer. */
const runsToo = { additionalTypenames: ['TrainingRun'] }

export function Overview() {
  const mayTrain = useMay('TRAINER')
  const [search, setSearch] = useSearchParams()
  const runs = usePages(RunsListDocument, {}, ({ trainingRuns }) => trainingRuns, pageSize)
  const [{ data: on }] = useQuery({ query: RunOnDocument, context: runsToo })
  const [{ data: versions }] = useQuery({ query: VersionNamesDocument })
  const shown = on?.runningTraining?.name ?? runs.rows[0]?.name
  const wanted = search.get('version')
  const version = versions?.datasetVersions.edges.map(({ node }) => node)
  const isStale = runs.rows.some(({ name, status }) => name === on?.runningTraining?.name && !isOn(status))
  /** What happens to the run above shows in the list, too. */
  const seen = (run: RunRowFragment) =>
    runs.change((rows) => rows.map((row) => (row.id === run.id ? { ...row, ...run } : row)))
  const start = (
    <Button
      leftSection={<IconPlayerPlay size={16} aria-hidden />}
      disabled={!mayTrain}
      onClick={() => setSearch({ version: '' })}
    >
      Start a training
    </Button>
  )
  const hasVersions = (version?.length ?? 0) > 0
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
      {version && !hasVersions && <NoVersion />}
      {hasVersions && runs.total === 0 && (
        <Empty
          title="Nothing was trained yet"
          hint="The first run takes a minute or two for a few thousand photos; it shows here as it learns."
        />
      )}
      {shown !== undefined && <Newest key={shown} name={shown} seen={seen} />}
      {runs.rows.length > 0 && <RunList runs={runs} />}
      {mayTrain && hasVersions && (
        <StartDrawer
          opened={wanted !== null}
          close={() => setSearch({}, { replace: true })}
          versions={version ?? []}
          wanted={wanted || undefined}
          running={isStale ? undefined : on?.runningTraining?.name}
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

function Newest({ name, seen }: { name: string; seen: (run: RunRowFragment) => void }) {
  const now = useRun(name)
  const { run, trouble, again } = now
  const tell = useRef(seen)
  tell.current = seen
  useEffect(() => {
    if (run) tell.current(run)
  }, [run])
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
