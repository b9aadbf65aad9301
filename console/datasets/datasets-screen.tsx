/** Versions of the dataset: which came from which, what is in them, and how photos come in from the disk. */
import { Button, Text, Title } from '@mantine/core'
import { IconFolderPlus } from '@tabler/icons-react'
import { useState } from 'react'
import { useParams } from 'wouter'
import { Screen } from '../shell/screen.js'
import { Empty, Loading, TroubleNote } from '../shell/states.js'
import { useMay } from '../talk/who.js'
import { nextName } from '../versions/next-name.js'
import classes from './datasets.module.css'
import { ImportPanel } from './import-panel.js'
import { useImport } from './use-import.js'
import { useVersions } from './use-versions.js'
import { VersionTree } from './version-tree.js'
import { VersionView } from './version-view.js'

export default function DatasetsScreen() {
  const mayImport = useMay('TRAINER')
  const versions = useVersions()
  const going = useImport(versions.again)
  const [isOpen, setOpen] = useState(false)
  const { version: chosen } = useParams()
  const { rows, total, trouble, again } = versions
  const isEmpty = total === 0
  const latest = (rows.find(({ isActive }) => isActive) ?? rows[0])?.name
  const here = chosen ?? latest
  const isBusy = going.running !== null || going.imported !== undefined || going.refused !== undefined
  const showsImport = mayImport && (isOpen || isBusy || isEmpty)
  return (
    <Screen
      title="Datasets"
      about="A version is a fixed set of labelled photos. The next one has it as parent."
      actions={
        mayImport &&
        !isEmpty && (
          <Button
            leftSection={<IconFolderPlus size={16} aria-hidden />}
            aria-expanded={showsImport}
            disabled={isBusy}
            onClick={() => setOpen(!isOpen)}
          >
            Import photos
          </Button>
        )
      }
    >
      {trouble && <TroubleNote trouble={trouble} again={again} />}
      {isEmpty &&
        (mayImport ? (
          <FirstStep />
        ) : (
          <Empty title={noVersion} hint="A trainer imports a folder of photos: it becomes the first version." />
        ))}
      {showsImport && (
        <ImportPanel
          going={going}
          name={nextName(
            latest,
            rows.map(({ name }) => name),
          )}
          isFirst={isEmpty}
          close={() => setOpen(false)}
        />
      )}
      {total === undefined && !trouble && <Loading what="Asking for the versions" />}
      {here !== undefined && (
        <div className={classes.sides}>
          <VersionTree versions={versions} here={here} />
          <VersionView key={here} name={here} versions={rows} changed={again} />
        </div>
      )}
    </Screen>
  )
}

const noVersion = 'There is no version yet'

/** Stands above the form. */
const FirstStep = () => (
  <div>
    <Title order={2} size="h4">
      {noVersion}
    </Title>
    <Text maw={640}>
      Import a folder that has a folder of photos for each class: glass, paper, … It becomes the first version, and a
      network can be trained on it.
    </Text>
  </div>
)
