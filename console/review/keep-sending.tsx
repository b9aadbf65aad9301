import { useEffect } from 'react'
import { useMay } from '../talk/who.js'
import { useOutbox } from './outbox.js'

/** Decisions that a reload left behind are sent whatever is looked at. */
export function KeepSending() {
  const isOperator = useMay('OPERATOR')
  return isOperator ? <Sends /> : null
}

function Sends() {
  const outbox = useOutbox()
  useEffect(() => outbox.go(), [outbox])
  return null
}
