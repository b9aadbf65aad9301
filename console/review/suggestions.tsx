/** Classes to choose from, each with its key. */
import { Kbd, Text, UnstyledButton } from '@mantine/core'
import { ClassDot } from '../classes/class-dot.js'
import { useColourOf } from '../classes/known-classes.js'
import { percent } from '../look/figures.js'
import classes from './review.module.css'
import type { Suggestion } from './suggest.js'

interface SuggestionsProps {
  suggestions: readonly Suggestion[]
  choose: (classLabel: string) => void
  /** The one that Enter takes as well. */
  first?: string | undefined
  /** In a line, without bars. */
  inLine?: boolean
}

export const Suggestions = ({ suggestions, choose, first, inLine = false }: SuggestionsProps) => {
  const colourOf = useColourOf()
  return (
    <ol className={inLine ? classes.inLine : classes.suggestions} aria-label="Classes">
      {suggestions.map(({ key, classLabel, probability, isSaid }) => (
        // By its key, not by its class: the focus stays where it is when the next photo comes.
        <li key={key ?? classLabel}>
          <UnstyledButton
            className={classes.suggestion}
            aria-keyshortcuts={[key, classLabel === first && 'Enter'].filter(Boolean).join(' ') || undefined}
            onClick={() => choose(classLabel)}
          >
            <Kbd aria-hidden>{classLabel === first && !key ? '↵' : (key ?? '·')}</Kbd>
            <ClassDot of={classLabel} />
            <Text span truncate size={inLine ? 'sm' : undefined} title={classLabel}>
              {classLabel}
              {classLabel === first && key && (
                <Text span c="dimmed" aria-hidden className={classes.byKey}>
                  {' ↵'}
                </Text>
              )}
            </Text>
            {!inLine && (
              <>
                <span className={classes.track} aria-hidden>
                  <span
                    className={classes.fill}
                    style={{ width: `${(probability ?? 0) * 100}%`, background: colourOf(classLabel) }}
                  />
                </span>
                <Text span size="sm" c="dimmed" ta="right" className="figures">
                  {isSaid ? 'said' : probability === undefined ? '' : percent(probability, 0)}
                </Text>
              </>
            )}
          </UnstyledButton>
        </li>
      ))}
    </ol>
  )
}
