import { Screen } from '../shell/screen.js'

export default function TrainingScreen() {
  return <Screen title="Training">…</Screen>
}
