import { Screen } from '../shell/screen.js'

export default function ReviewScreen() {
  return <Screen title="Review">…</Screen>
}
