/** How many photos of each class a version has, and what for. */
import { Button, UnstyledButton } from '@mantine/core'
import { useState } from 'react'
import type { Split, VersionDetailQuery } from '../generated/graphql.js'
import { count } from '../look/figures.js'
import { SplitBar, SplitMark } from './split-bar.js'
import classes from './class-table.module.css'
import { splitWords, splits } from '../versions/splits.js'

interface ClassTableProps {
  version: NonNullable<VersionDetailQuery['datasetVersion']>
  /** Called with the class whose photos are wanted. */
  choose: (classLabel: string) => void
}

const shownAtFirst = 12

export function ClassTable({ version, choose }: ClassTableProps) {
  const [isWhole, setWhole] = useState(false)
  const { classCounts, classSplits, totalImages } = version
  const most = Math.max(...classCounts.map((one) => one.count), 1)
  const shown = isWhole ? classCounts : classCounts.slice(0, shownAtFirst)
  const of = (label: string, split: Split) =>
    classSplits.find((one) => one.classLabel === label && one.split === split)?.count ?? 0
  const ofSplit = (split: Split) => version.splits.find((one) => one.split === split)?.count ?? 0
  return (
    <div>
      <table className={classes.table}>
        <caption className="unseen">Photos of each class in each split</caption>
        <thead>
          <tr>
            <th scope="col">Class</th>
            <th aria-label="Shares" />
            {splits.map((split) => (
              <th key={split} scope="col" className={classes.number}>
                <SplitMark split={split} /> {splitWords[split]}
              </th>
            ))}
            <th scope="col" className={classes.number}>
              photos
            </th>
          </tr>
        </thead>
        <tbody>
          {shown.map(({ classLabel, count: photos }) => {
            const counts = splits.map((split) => ({ split, photos: of(classLabel, split) }))
            return (
              <tr key={classLabel}>
                <th scope="row">
                  <UnstyledButton className={classes.name} onClick={() => choose(classLabel)}>
                    {classLabel}
                  </UnstyledButton>
                </th>
                <td className={classes.bar} aria-hidden>
                  <SplitBar counts={counts} most={most} />
                </td>
                {counts.map(({ split, photos: own }) => (
                  <td key={split} className={classes.number}>
                    {count(own)}
                  </td>
                ))}
                <td className={classes.number}>{count(photos)}</td>
              </tr>
            )
          })}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">All</th>
            <td aria-hidden />
            {splits.map((split) => (
              <td key={split} className={classes.number}>
                {count(ofSplit(split))}
              </td>
            ))}
            <td className={classes.number}>{count(totalImages)}</td>
          </tr>
        </tfoot>
      </table>
      {classCounts.length > shown.length && (
        <Button variant="subtle" size="compact-sm" onClick={() => setWhole(true)}>
          Show all {count(classCounts.length)} classes
        </Button>
      )}
    </div>
  )
}
