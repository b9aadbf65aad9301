/** A screen that breaks says so, and leaves the others alone. */
import { Component, type ReactNode } from 'react'
import { TroubleNote } from './states.js'

export class Mishap extends Component<{ children: ReactNode }, { error?: Error }> {
  override state: { error?: Error } = {}

  static getDerivedStateFromError(error: Error) {
    return { error }
  }

  override componentDidMount() {
    addEventListener('hashchange', this.forget)
  }
  override componentWillUnmount() {
    removeEventListener('hashchange', this.forget)
  }

  override render() {
    if (!this.state.error) return this.props.children
    const message = `This screen broke: ${this.state.error.message}. Load the page again; if it stays, the console is older than the server.`
    return <TroubleNote trouble={{ code: 'BROKEN', message }} again={() => location.reload()} />
  }

  private readonly forget = () => this.setState({ error: undefined })
}
