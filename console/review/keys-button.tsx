import { ActionIcon } from '@mantine/core'
import { IconKeyboard } from '@tabler/icons-react'
import type { ComponentPropsWithRef } from 'react'

export const KeysButton = (props: ComponentPropsWithRef<'button'>) => (
  <ActionIcon variant="default" size="lg" aria-label="Keys" aria-keyshortcuts="?" {...props}>
    <IconKeyboard size={18} stroke={1.6} />
  </ActionIcon>
)
