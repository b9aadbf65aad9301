import { Screen } from '../shell/screen.js'

export default function DatasetsScreen() {
  return <Screen title="Datasets">…</Screen>
}
