/** One version: what it is, what is in it, and what can be done with it. */
import { Anchor, Button, Group, Stack, Tabs, Text, Title } from '@mantine/core'
import { IconChartLine } from '@tabler/icons-react'
import { Link, useSearchParams } from 'wouter'
import { useQuery } from 'urql'
import { VersionDetailDocument, type VersionLineFragment } from '../generated/graphql.js'
import { Ago } from '../look/ago.js'
import { counted, moment } from '../look/figures.js'
import { Loading, TroubleNote } from '../shell/states.js'
import { useBack } from '../talk/live.js'
import { troubleOf } from '../talk/trouble.js'
import { useMay } from '../talk/who.js'
import { Activate } from './activate.js'
import { ClassTable } from './class-table.js'
import { Difference } from './difference.js'
import { Untrainable } from '../versions/untrainable.js'
import { LeftOut, leftOutInAll } from './left-out.js'
import { usePhotoFilter } from './use-photo-filter.js'
import { VersionPhotos } from './version-photos.js'

interface VersionViewProps {
  name: string
  /** Those that can be compared with it. */
  versions: readonly VersionLineFragment[]
  /** Called when another version has become the active one. */
  changed: () => void
}

export function VersionView({ name, versions, changed }: VersionViewProps) {
  const mayTrain = useMay('TRAINER')
  const [{ data, error }, ask] = useQuery({ query: VersionDetailDocument, variables: { name } })
  const [search, setSearch] = useSearchParams()
  const [, filterBy] = usePhotoFilter()
  const again = () => ask({ requestPolicy: 'network-only' })
  useBack(again)
  const version = data?.datasetVersion
  const trouble = troubleOf(error)
  if (trouble && !version) return <TroubleNote trouble={trouble} again={again} />
  if (!version || version.name !== name) return <Loading what={`Asking for ${name}`} />
  const tabs = ['photos', 'difference', ...(version.importReport ? ['import'] : [])]
  const shown = tabs.find((tab) => tab === search.get('show')) ?? 'photos'
  const show = (tab: string | null) =>
    setSearch((old) => (tab && tab !== 'photos' ? old.set('show', tab) : old.delete('show'), old), { replace: true })
  const choose = (classLabel: string) => {
    show('photos')
    filterBy({ classLabel })
  }
  return (
    <Stack gap="lg" miw={0}>
      <Group justify="space-between" align="flex-start" gap="sm">
        <div>
          <Title order={2} size="h3">
            {version.name}
          </Title>
          <About version={version} />
        </div>
        <Group gap="xs">
          {mayTrain && !version.isActive && <Activate name={version.name} changed={changed} />}
          {mayTrain && (
            <Button
              component={Link}
              href={`/training?version=${encodeURIComponent(version.name)}`}
              variant="default"
              leftSection={<IconChartLine size={16} aria-hidden />}
            >
              Start a training
            </Button>
          )}
        </Group>
      </Group>
      <ClassTable version={version} choose={choose} />
      <Untrainable classLabels={version.untrainableClasses}>
        A training leaves out classes without a training photo: its model does not know them. Label more photos and make
        the next version: the first photo of a class goes to training.
      </Untrainable>
      <Tabs value={shown} onChange={show} keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="photos">Photos</Tabs.Tab>
          <Tabs.Tab value="difference">Difference</Tabs.Tab>
          {version.importReport && <Tabs.Tab value="import">Import</Tabs.Tab>}
        </Tabs.List>
        <Tabs.Panel value="photos">
          <VersionPhotos version={version} />
        </Tabs.Panel>
        <Tabs.Panel value="difference">
          <Difference version={version} versions={versions} />
        </Tabs.Panel>
        {version.importReport && (
          <Tabs.Panel value="import">
            <Text size="sm" mb="xs" className="figures">
              {leftOutInAll(version.importReport)}
            </Text>
            <LeftOut report={version.importReport} />
          </Tabs.Panel>
        )}
      </Tabs>
    </Stack>
  )
}

interface AboutProps {
  version: VersionLineFragment & { notes?: string | null }
}

const About = ({ version: { isActive, totalImages, createdAt, parent, notes } }: AboutProps) => (
  <>
    <Text size="sm" c="dimmed" className="figures" title={moment(createdAt)}>
      {isActive && (
        <Text span inherit fw={600} c="var(--mantine-primary-color-light-color)">
          Active:{' '}
        </Text>
      )}
      {counted(totalImages, 'photo')},{' '}
      {parent ? (
        <>
          made from{' '}
          <Anchor component={Link} href={`/datasets/${encodeURIComponent(parent.name)}`} inherit underline="always">
            {parent.name}
          </Anchor>
        </>
      ) : (
        'imported'
      )}{' '}
      <Ago at={createdAt} />
    </Text>
    {notes && (
      <Text size="sm" mt={4} style={{ whiteSpace: 'pre-wrap' }}>
        {notes}
      </Text>
    )}
  </>
)
