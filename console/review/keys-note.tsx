/** What the keys do; told a moment later. */
import { soon } from '../shell/soon.js'
import { KeysButton } from './keys-button.js'

export const KeysNote = soon(() => import('./keys-list.js').then((part) => part.KeysList), KeysButton)
