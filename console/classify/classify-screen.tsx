import { Screen } from '../shell/screen.js'

export default function ClassifyScreen() {
  return <Screen title="Classify">…</Screen>
}
