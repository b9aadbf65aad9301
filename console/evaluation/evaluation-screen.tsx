import { Screen } from '../shell/screen.js'

export default function EvaluationScreen() {
  return <Screen title="Evaluation">…</Screen>
}
