import type { ExecutionArgs, ExecutionResult, GraphQLError } from 'graphql'
import type { Plugin } from 'graphql-yoga'

interface Asked {
  readonly args: ExecutionArgs
  readonly setResultAndStopExecution: (result: ExecutionResult) => void
}

/** A plugin that looks at every operation before it is executed, a subscription as well: over HTTP and WebSocket alike. */
export function refusing(refusalOf: (args: ExecutionArgs) => GraphQLError | undefined): Plugin {
  const look = ({ args, setResultAndStopExecution }: Asked) => {
    const error = refusalOf(args)
    if (error) setResultAndStopExecution({ errors: [error] })
  }
  return { onExecute: look, onSubscribe: look }
}
