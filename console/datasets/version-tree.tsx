/** Which version was made from which: newest first, each with a line down to its parent. */
import { Anchor, Box, Text, Title } from '@mantine/core'
import { useState } from 'react'
import { Link } from 'wouter'
import type { VersionLineFragment } from '../generated/graphql.js'
import { Ago } from '../look/ago.js'
import { counted, moment } from '../look/figures.js'
import type { Pages } from '../talk/pages.js'
import { Lanes } from './lane-lines.js'
import { lanesOf } from './lanes.js'
import { growth } from './words.js'
import classes from './tree.module.css'

const shownAtFirst = 12
const shownMore = 50

interface VersionTreeProps {
  versions: Pages<VersionLineFragment>
  /** Name of the version that is looked at. */
  here: string | undefined
}

export function VersionTree({ versions: { rows, total, hasMore, isLoading, more }, here }: VersionTreeProps) {
  const [wanted, setWanted] = useState(shownAtFirst)
  const place = rows.findIndex(({ name }) => name === here)
  const shown = rows.slice(0, Math.max(wanted, place + 1))
  const lanes = lanesOf(shown)
  const width = Math.max(...lanes.flatMap(({ lane, links }) => [lane, ...links.map(({ from }) => from)]), 0) + 1
  const older = (total ?? rows.length) - shown.length
  const showOlder = () => {
    setWanted(shown.length + shownMore)
    if (hasMore && rows.length < shown.length + shownMore) more()
  }
  return (
    <Box component="nav" aria-labelledby="versions" className={classes.tree}>
      <Title order={2} size="h5" id="versions" mb={6} px="xs">
        Versions{' '}
        <Text span c="dimmed" className="figures" inherit fw={400}>
          {total}
        </Text>
      </Title>
      <ol className={classes.list}>
        {shown.map((version, i) => (
          <li key={version.id} className={classes.row} data-here={version.name === here || undefined}>
            <Lanes row={lanes[i]} width={width} isActive={version.isActive} />
            <Link
              href={`/datasets/${encodeURIComponent(version.name)}`}
              className={classes.link}
              aria-current={version.name === here ? 'page' : undefined}
            >
              <Line version={version} />
            </Link>
          </li>
        ))}
      </ol>
      {older > 0 && (
        <Anchor component="button" size="sm" px="xs" py={6} disabled={isLoading} onClick={showOlder}>
          {counted(older, 'older version')}
        </Anchor>
      )}
    </Box>
  )
}

function Line({ version }: { version: VersionLineFragment }) {
  const { name, isActive, totalImages, createdAt, parent } = version
  return (
    <>
      <span className={classes.name}>
        <Text span fw={600} size="sm" truncate title={name}>
          {name}
        </Text>
        {isActive && <span className={classes.active}>active</span>}
        {parent && (
          <Text span size="xs" c="dimmed" className="figures" ml="auto">
            {growth(totalImages - parent.totalImages)}
          </Text>
        )}
      </span>
      <Text span size="xs" c="dimmed" className="figures" title={moment(createdAt)}>
        {counted(totalImages, 'photo')}, <Ago at={createdAt} />
        <span className="unseen">{parent ? `, made from ${parent.name}` : ', imported'}</span>
      </Text>
    </>
  )
}
