/** What the recommendation rests on, in figures; those of photos open them. */
import { Anchor, Text } from '@mantine/core'
import { count, fixed } from '../look/figures.js'
import type { Choice } from './photo-choice.js'
import type { Comparison } from './words.js'
import classes from './evaluation.module.css'

interface VerdictFiguresProps {
  comparison: Comparison
  /** Shows photos; undefined: none were kept. */
  open: ((choice: Choice) => void) | undefined
}

export function VerdictFigures({ comparison, open }: VerdictFiguresProps) {
  const { pValue, fixed: mended, broken, newClasses, testImages, baseline } = comparison
  const photos = (many: number, choice: Choice, name: string) =>
    open && many > 0 ? (
      <Anchor component="button" type="button" underline="always" inherit onClick={() => open(choice)}>
        {count(many)}
        <span className="unseen"> {name}: show the photos</span>
      </Anchor>
    ) : (
      count(many)
    )
  return (
    <dl className={`figures ${classes.facts}`}>
      <Fact name="Judged beside">{baseline?.name ?? 'a run that was removed since'}</Fact>
      <Fact name="Photos">{count(testImages)}</Fact>
      <Fact name="Fixed">{photos(mended, 'fixed', 'fixed')}</Fact>
      <Fact name="Broken">{photos(broken, 'broken', 'broken')}</Fact>
      <Fact name="p (McNemar)">{pValue < 0.001 ? '< 0.001' : fixed(pValue, 3)}</Fact>
      {newClasses.length > 0 && <Fact name="New classes">{newClasses.join(', ')}</Fact>}
    </dl>
  )
}

const Fact = ({ name, children }: { name: string; children: React.ReactNode }) => (
  <div>
    <Text component="dt" size="xs" c="dimmed">
      {name}
    </Text>
    <Text component="dd" fw={600} m={0}>
      {children}
    </Text>
  </div>
)
