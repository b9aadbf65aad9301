/** The console put together: who looks, over which line, at which screen. */
import { lazy, Suspense, useCallback, useState } from 'react'
import { Provider } from 'urql'
import { Redirect, Route, Router, Switch } from 'wouter'
import { useAddress } from './shell/address.js'
import { Frame } from './shell/frame.js'
import { Gate } from './shell/gate.js'
import { Mishap } from './shell/mishap.js'
import { Screen } from './shell/screen.js'
import { Empty, Loading } from './shell/states.js'
import { makeClient, makeSocket } from './talk/client.js'
import { LiveProvider } from './talk/live.js'
import { useMay } from './talk/who.js'

const Classify = lazy(() => import('./classify/classify-screen.js'))
const Review = lazy(() => import('./review/review-screen.js'))
const Datasets = lazy(() => import('./datasets/datasets-screen.js'))
const Training = lazy(() => import('./training/training-screen.js'))
const Evaluation = lazy(() => import('./evaluation/evaluation-screen.js'))
const Wall = lazy(() => import('./wall/wall-screen.js'))

const newLine = () => ({ client: makeClient(), socket: makeSocket() })

/** What was asked as one person is forgotten when another signs in: the client and its line are made anew. */
export function App() {
  const [line, setLine] = useState(newLine)
  const anew = useCallback(() => {
    setLine((old) => {
      void old.socket.dispose()
      return newLine()
    })
  }, [])
  return (
    <Provider value={line.client}>
      <LiveProvider socket={line.socket}>
        <Router hook={useAddress}>
          <Gate anew={anew}>
            <Frame anew={anew}>
              <Mishap>
                <Suspense fallback={<Loading />}>
                  <Screens />
                </Suspense>
              </Mishap>
            </Frame>
          </Gate>
        </Router>
      </LiveProvider>
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
          <Empty title="There is no such page" hint="Your token may not see it, or the address is wrong." />
        </Screen>
      </Route>
    </Switch>
  )
}
