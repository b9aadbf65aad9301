/** What an import left out of its version, and why. */
import { Text } from '@mantine/core'
import type { ReactNode } from 'react'
import type { LeftOutFragment } from '../generated/graphql.js'
import { count, counted } from '../look/figures.js'
import classes from './left-out.module.css'

/** `1,670 files read. 12 left out: 3 refused, 9 duplicates.` */
export function leftOutInAll({ files, refused, duplicates, unlabelled }: LeftOutFragment): string {
  const kinds = [
    refused > 0 && `${count(refused)} refused`,
    duplicates > 0 && counted(duplicates, 'duplicate'),
    unlabelled !== null && unlabelled > 0 && `${count(unlabelled)} without a label`,
  ]
  const left = refused + duplicates + (unlabelled ?? 0)
  if (left === 0) return `${counted(files, 'file')} read, none left out.`
  return `${counted(files, 'file')} read, ${count(left)} left out: ${kinds.filter(Boolean).join(', ')}.`
}

export function LeftOut({ report }: { report: LeftOutFragment }) {
  return (
    <div className={classes.kinds}>
      <Kind
        title="No usable photos"
        number={report.refused}
        rows={report.refusedFiles.map(({ path, reason }) => [path, reason])}
      />
      <Kind
        title="The same bytes as another photo"
        number={report.duplicates}
        rows={report.duplicateFiles.map(({ path, sameAs }) => [path, `same as ${sameAs}`])}
      />
      <Kind
        title="Of those, in folders of two classes"
        number={report.twoLabels}
        about="One of the two labels is wrong: look at the files where they were imported from."
        rows={report.twoLabelFiles.map(({ path, classLabel, sameAs, keptLabel }) => [
          path,
          `${classLabel ?? '?'}; kept as ${keptLabel ?? '?'}, by ${sameAs}`,
        ])}
      />
      <Kind
        title="Duplicates in two splits"
        number={report.twoSplits}
        about="The split of the first one was kept, or train where the class has no other training photo."
        rows={report.twoSplitFiles.map(({ path, sameAs }) => [path, `kept: ${sameAs}`])}
      />
      <Kind
        title="Photos without a class folder"
        number={report.unlabelled ?? 0}
        about="Nothing says what they show. Put them into class folders and import again."
        rows={report.unlabelledFiles.map(({ path, reason }) => [path, reason])}
      />
      <Kind
        title="Groups of near copies"
        number={report.nearCopyGroups}
        about={`Each group is in one split, so that no test photo was almost learned. ${
          report.nearCopiesAcrossSplits > 0
            ? `The folders themselves had ${count(report.nearCopiesAcrossSplits)} in several splits.`
            : ''
        }`}
      />
      <Kind
        title="Ignored entries"
        number={report.ignored}
        about="Text files, hidden files, recycle bins, empty folders, classes that you did not ask for. Each entry in an ignored folder counts."
        rows={
          report.ignoredEntries.length > 0
            ? report.ignoredEntries.map(({ path, reason }) => [path, reason])
            : report.ignoredFiles.map((path) => [path, ''])
        }
      />
      <Kind
        title="Spellings of one class"
        number={report.mergedClasses.length}
        rows={report.mergedClasses.map(({ classLabel, folders }) => [classLabel, `from ${folders.join(', ')}`])}
      />
      <Kind
        title="Links that were followed"
        number={report.links ?? 0}
        rows={report.followedLinks.map(({ path, classLabel, target }) => [
          path,
          `${classLabel ?? 'no class'}${target === null ? '' : `, from ${target}`}`,
        ])}
      />
    </div>
  )
}

interface KindProps {
  title: string
  number: number
  about?: ReactNode
  /** Examples: a file, and what is the matter with it. */
  rows?: readonly (readonly [string, string])[]
}

const none: NonNullable<KindProps['rows']> = []

function Kind({ title, number, about, rows = none }: KindProps) {
  if (number === 0) return null
  return (
    <details className={classes.kind}>
      <summary>
        {title} <span className="figures">{count(number)}</span>
      </summary>
      {about && (
        <Text size="sm" c="dimmed">
          {about}
        </Text>
      )}
      {rows.length > 0 && (
        <ul className={classes.examples}>
          {rows.map(([path, why]) => (
            <li key={path}>
              <code>{path}</code> {why}
            </li>
          ))}
        </ul>
      )}
      {number > rows.length && rows.length > 0 && (
        <Text size="xs" c="dimmed">
          {count(number - rows.length)} more are not listed.
        </Text>
      )}
    </details>
  )
}
