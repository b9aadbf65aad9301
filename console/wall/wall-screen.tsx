import { Screen } from '../shell/screen.js'

export default function WallScreen() {
  return <Screen title="Wall">…</Screen>
}
