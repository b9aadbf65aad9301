import { count } from '../look/figures.js'
import classes from './class-table.module.css'
import { growth } from './words.js'

interface ClassChangesProps {
  classCounts: readonly { classLabel: string; from: number; to: number }[]
  from: string
  to: string
}

/** Classes whose number of photos differs, and how. */
export function ClassChanges({ classCounts, from, to }: ClassChangesProps) {
  const changed = classCounts.filter((one) => one.from !== one.to)
  if (changed.length === 0) return null
  return (
    <table className={`${classes.table} ${classes.narrow}`}>
      <caption className="unseen">
        Photos of each class in {from} and in {to}, where they differ
      </caption>
      <thead>
        <tr>
          <th scope="col">Class</th>
          <th scope="col" className={classes.number}>
            {from}
          </th>
          <th scope="col" className={classes.number}>
            {to}
          </th>
          <th scope="col" className={classes.number}>
            change
          </th>
        </tr>
      </thead>
      <tbody>
        {changed.map((one) => (
          <tr key={one.classLabel}>
            <th scope="row">{one.classLabel}</th>
            <td className={classes.number}>{count(one.from)}</td>
            <td className={classes.number}>{count(one.to)}</td>
            <td className={classes.number}>{growth(one.to - one.from)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
