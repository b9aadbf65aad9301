/** What was taken for what; each cell opens its photos. */
import { Card, Text, Title, UnstyledButton } from '@mantine/core'
import { percent } from '../look/figures.js'
import { moveFrom } from './move-in-table.js'
import type { Evaluation } from './words.js'
import classes from './evaluation.module.css'

export interface Cell {
  classLabel: string
  predicted: string
}

/** What does not fit in its box is scrolled to by keys, too: where nothing was kept, there is no button in it to go to. */
const byKeys = { tabIndex: 0 }

interface ConfusionProps {
  matrix: Evaluation['confusionMatrix']
  /** The one whose photos are shown. */
  chosen: Cell | undefined
  /** Shows photos; undefined: none were kept. */
  open: ((cell: Cell) => void) | undefined
}

export function Confusion({ matrix: { classLabels, counts }, chosen, open }: ConfusionProps) {
  return (
    <Card withBorder padding="md">
      <Title order={2} size="h4">
        What was taken for what
      </Title>
      <Text size="sm" c="dimmed" mb="xs">
        A row for each true class, a column for each predicted one.{open && ' A number opens its photos.'}
      </Text>
      <div className={classes.scroll} role="region" aria-label="Confusion matrix" {...byKeys}>
        <table className={classes.matrix}>
          <caption className="unseen">Test photos by true class and predicted class</caption>
          <thead>
            <tr>
              <th className={classes.corner} scope="col">
                True \ predicted
              </th>
              {classLabels.map((predicted) => (
                <th key={predicted} scope="col" title={predicted}>
                  <span>{predicted}</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {classLabels.map((classLabel, t) => {
              const row = counts[t] ?? []
              const support = row.reduce((sum, own) => sum + own, 0)
              return (
                <tr key={classLabel}>
                  <th scope="row" title={classLabel}>
                    <span>{classLabel}</span>
                  </th>
                  {classLabels.map((predicted, p) => (
                    <Place
                      key={predicted}
                      cell={{ classLabel, predicted }}
                      photos={row[p] ?? 0}
                      share={support > 0 ? (row[p] ?? 0) / support : 0}
                      isChosen={chosen?.classLabel === classLabel && chosen.predicted === predicted}
                      open={open}
                    />
                  ))}
                </tr>
              )
            })}
          </tbody>
        </table>
      </div>
    </Card>
  )
}

interface PlaceProps {
  cell: Cell
  photos: number
  /** Of the photos of its row. */
  share: number
  isChosen: boolean
  open: ((cell: Cell) => void) | undefined
}

function Place({ cell, photos, share, isChosen, open }: PlaceProps) {
  const isRight = cell.classLabel === cell.predicted
  const tone = {
    '--share': `${Math.round(share * (isRight ? 55 : 45)) + (photos > 0 ? 6 : 0)}%`,
  } as React.CSSProperties
  return (
    <td className={isRight ? classes.right : classes.wrong} style={tone}>
      {photos > 0 && open ? (
        <UnstyledButton
          className={classes.count}
          aria-pressed={isChosen}
          aria-label={`${photos} of ${cell.classLabel} taken for ${cell.predicted}, ${percent(share, 0)}`}
          onClick={() => open(cell)}
          onKeyDown={(event) => moveFrom(event.currentTarget, event.key) && event.preventDefault()}
        >
          {photos}
        </UnstyledButton>
      ) : (
        <span className={photos > 0 ? undefined : 'unseen'}>{photos}</span>
      )}
    </td>
  )
}
