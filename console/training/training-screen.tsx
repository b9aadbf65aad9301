import { useParams } from 'wouter'
import { Overview } from './overview.js'
import { RunScreen } from './run-screen.js'

export default function TrainingScreen() {
  const { run } = useParams<{ run?: string }>()
  return run === undefined ? <Overview /> : <RunScreen key={run} name={run} />
}
