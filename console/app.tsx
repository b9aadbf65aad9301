/** The console put together: who looks, over which line, at which screen. */
import { Button } from '@mantine/core'
import { useCallback, useEffect, useState } from 'react'
import { Provider } from 'urql'
import { Link, Redirect, Route, Router, Switch } from 'wouter'
import { ClassesProvider } from './classes/known-classes.js'
import { KeepSending } from './review/keep-sending.js'
import { useAddress } from './shell/address.js'
import { Frame } from './shell/frame.js'
import { Gate } from './shell/gate.js'
import { Mishap } from './shell/mishap.js'
import { part } from './shell/part.js'
import { Screen } from './shell/screen.js'
import { Empty } from './shell/states.js'
import { Line, LineProvider } from './talk/line.js'
import { onSessionChange } from './talk/session.js'
import { useMay } from './talk/who.js'

const Classify = part(() => import('./classify/classify-screen.js').then((screen) => screen.default))
const Review = part(() => import('./review/review-screen.js').then((screen) => screen.default))
const Datasets = part(() => import('./datasets/datasets-screen.js').then((screen) => screen.default))
const Training = part(() => import('./training/training-screen.js').then((screen) => screen.default))
const Evaluation = part(() => import('./evaluation/evaluation-screen.js').then((screen) => screen.default))
const Wall = part(() => import('./wall/wall-screen.js').then((screen) => screen.default))

/** Nothing of one person is left when another signs in: the line ends, and all that was built upon it. */
export function App() {
  const [{ line, turn }, setLine] = useState(() => ({ line: new Line(), turn: 0 }))
  const anew = useCallback(() => {
    line.end()
    setLine({ line: new Line(), turn: turn + 1 })
  }, [line, turn])
  useEffect(() => onSessionChange(anew), [anew])
  return (
    <Provider key={turn} value={line.client}>
      <LineProvider line={line}>
        <Router hook={useAddress}>
          <Gate anew={anew}>
            <ClassesProvider>
              <KeepSending />
              <Frame anew={anew}>
                <Mishap>
                  <Screens />
                </Mishap>
              </Frame>
            </ClassesProvider>
          </Gate>
        </Router>
      </LineProvider>
    </Provider>
  )
}

function Screens() {
  const isOperator = useMay('OPERATOR')
  return (
    <Switch>
      <Route path="/">
        <Redirect to={isOperator ? '/review' : '/classify'} replace />
      </Route>
      <Route path="/classify" component={Classify} />
      {isOperator && (
        <>
          <Route path="/review" component={Review} />
          <Route path="/datasets/:version?" component={Datasets} />
          <Route path="/training/:run?" component={Training} />
          <Route path="/evaluation/:run?" component={Evaluation} />
          <Route path="/wall" component={Wall} />
        </>
      )}
      <Route>
        <Screen title="Not here">
          <Empty
            title="There is no such page"
            hint={isOperator ? 'The address is wrong.' : 'Your token may not see it, or the address is wrong.'}
          >
            <Button component={Link} href="/classify" variant="default">
              Classify a photo
            </Button>
          </Empty>
        </Screen>
      </Route>
    </Switch>
  )
}
