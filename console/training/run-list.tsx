/** All runs, newest first. */
import { Anchor, Button, Group, Table, Title } from '@mantine/core'
import { Link } from 'wouter'
import type { RunRowFragment } from '../generated/graphql.js'
import { Ago } from '../look/ago.js'
import { count, moment, percent } from '../look/figures.js'
import type { Pages } from '../talk/pages.js'
import { Status } from './status.js'
import classes from './training.module.css'
import { recommendations } from './words.js'

export function RunList({ runs }: { runs: Pages<RunRowFragment> }) {
  return (
    <section aria-labelledby="runs">
      <Title order={2} size="h3" id="runs" mb="xs" mt="md">
        All runs{' '}
        <span className="figures" style={{ fontWeight: 400, color: 'var(--mantine-color-dimmed)' }}>
          {runs.total !== undefined && count(runs.total)}
        </span>
      </Title>
      <Table highlightOnHover className={`figures ${classes.rows}`}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Run</Table.Th>
            <Table.Th>Version</Table.Th>
            <Table.Th>Status</Table.Th>
            <Table.Th visibleFrom="md">Recommended</Table.Th>
            <Table.Th visibleFrom="sm" ta="right">
              Accuracy
            </Table.Th>
            <Table.Th ta="right">Macro F1</Table.Th>
            <Table.Th visibleFrom="sm" ta="right">
              Asked for
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {runs.rows.map((run) => (
            <Row key={run.id} run={run} />
          ))}
        </Table.Tbody>
      </Table>
      {runs.hasMore && (
        <Group justify="center" mt="md">
          <Button variant="default" loading={runs.isLoading} onClick={runs.more}>
            Older runs
          </Button>
        </Group>
      )}
    </section>
  )
}

const Row = ({ run }: { run: RunRowFragment }) => (
  <Table.Tr>
    <Table.Td>
      <Anchor component={Link} href={`/training/${run.name}`} fw={600} inherit>
        {run.name}
      </Anchor>
      {run.isActive && <span style={{ color: 'var(--mantine-color-dimmed)' }}> serves</span>}
    </Table.Td>
    <Table.Td>{run.datasetVersion.name}</Table.Td>
    <Table.Td>
      <Status status={run.status} />
    </Table.Td>
    <Table.Td visibleFrom="md">{run.recommendation ? recommendations[run.recommendation] : '–'}</Table.Td>
    <Table.Td visibleFrom="sm" ta="right">
      {run.evaluation?.accuracy == null ? '–' : percent(run.evaluation.accuracy)}
    </Table.Td>
    <Table.Td ta="right">{run.evaluation?.macroF1 == null ? '–' : percent(run.evaluation.macroF1)}</Table.Td>
    <Table.Td visibleFrom="sm" ta="right" title={moment(run.createdAt)}>
      <Ago at={run.createdAt} />
    </Table.Td>
  </Table.Tr>
)
