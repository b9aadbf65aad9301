/** Prints the schema as SDL: `schema.graphql` is this, kept beside the code, so that a change of the API is seen as one. */
import { printSchema } from 'graphql'
import { schema } from '../src/api/schema/index.js'

console.log(printSchema(schema))
