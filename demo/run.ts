/** `npm run demo`: the whole loop once, through the public API, on photos that the project draws itself. */
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import {
  CreateVersionDocument,
  DashboardDocument,
  ImportDatasetDocument,
  LabelManyDocument,
  PromoteDocument,
  RejectDocument,
} from '../documents/generated/graphql.js'
import { Client } from './client.js'
import { drawSamples, wasteClasses, type WasteClass } from './draw.js'
import { sendPhotos, tellAnswers, type Seen } from './phone.js'
import { clock, heading, say, secondsSinceStart } from './screen.js'
import { startServer, type Server } from './server.js'
import { tellResult, train } from './train.js'

/** Nobody has told the first model of it: it comes in by the phone, and an operator gives it its name. */
const newClass: WasteClass = 'bag'
const knownClasses = wasteClasses.filter((label) => label !== newClass)
const sizes = { trainPerClass: 50, phonePerClass: 3, phoneNew: 36, phoneOdd: 12, again: 8 }

async function loop(client: Client, folder: string): Promise<void> {
  heading('Drawing photos of waste')
  const photos = path.join(folder, 'photos')
  const drawn = await drawSamples(photos, { perClass: sizes.trainPerClass, classes: knownClasses })
  say(`${drawn.length} photos of ${knownClasses.join(', ')}; a sixth class, ${newClass}, is kept back`)

  heading('First version of the dataset')
  const { importDataset: first } = await client.ask(ImportDatasetDocument, {
    input: { name: 'v1', path: photos, activate: true },
  })
  say(
    `“${first.name}”: ${first.totalImages} photos, ${first.splits.map((s) => `${s.count} ${s.split.toLowerCase()}`).join(', ')}`,
  )

  heading('First training')
  const firstRun = await train(client, 'v1')
  tellResult(firstRun)
  await client.ask(PromoteDocument, { name: firstRun.name })
  say(`“${firstRun.name}” promoted: it serves`)

  heading('Photos from phones: known waste, a class never seen, and things that are no waste')
  const incoming = path.join(folder, 'incoming')
  const seen = await sendPhotos(client, [
    ...(await drawSamples(incoming, {
      perClass: sizes.phonePerClass,
      classes: knownClasses,
      odd: sizes.phoneOdd,
      seed: 2,
    })),
    ...(await drawSamples(incoming, { perClass: sizes.phoneNew, classes: [newClass], seed: 2 })),
  ])
  tellAnswers(seen, newClass)

  heading('The operator goes through the queue')
  await review(client, seen)

  heading('Second version: the first, and what was labelled')
  const { createVersion: second } = await client.ask(CreateVersionDocument, {
    input: { name: 'v2', parent: 'v1', activate: true },
  })
  say(
    `“${second.name}”: ${second.totalImages} photos, ${second.totalImages - first.totalImages} of them new, ${second.classCounts.length} classes`,
  )

  heading('Second training: only new photos go through the frozen part')
  const secondRun = await train(client, 'v2')
  tellResult(secondRun)
  if (secondRun.comparison?.recommendation === 'KEEP') {
    say(`“${firstRun.name}” goes on serving`)
    return
  }
  await client.ask(PromoteDocument, { name: secondRun.name })
  say(`“${secondRun.name}” promoted by the operator, without a restart`)

  heading('New photos from phones')
  const again = path.join(folder, 'again')
  const samples = await drawSamples(again, { perClass: sizes.again, odd: sizes.again, seed: 3 })
  tellAnswers(await sendPhotos(client, samples), newClass)
}

/** Names what it can see is waste, and rejects the rest. */
async function review(client: Client, seen: readonly Seen[]): Promise<void> {
  const queue = seen.flatMap(({ sample, answer }) => (answer.image ? [{ ...sample, id: answer.image.id }] : []))
  for (const classLabel of wasteClasses) {
    const ids = queue.filter((image) => image.classLabel === classLabel).map(({ id }) => id)
    if (ids.length === 0) continue
    await client.ask(LabelManyDocument, { ids, classLabel })
    say(`${ids.length} labelled “${classLabel}”${classLabel === newClass ? ', a class that did not exist before' : ''}`)
  }
  const others = queue.filter((image) => image.classLabel === null)
  for (const { id } of others) await client.ask(RejectDocument, { id })
  say(`${others.length} rejected: no waste`)
}

async function summary(client: Client, server: Server, folder: string): Promise<void> {
  const { servingModel, trashCounts, reviewQueue } = await client.ask(DashboardDocument, {})
  heading(`The loop is closed, in ${clock(secondsSinceStart())}`)
  say(
    `serving  ${servingModel?.run.name} (trained on ${servingModel?.run.datasetVersion.name}: ${servingModel?.classLabels.join(', ')})`,
  )
  say(`counted  ${trashCounts.map(({ classLabel, count }) => `${count} ${classLabel}`).join(', ')}`)
  say(`queue    ${reviewQueue.totalCount} photos wait for the operator`)
  say(`files    ${folder}`)
  process.stdout.write(
    `\nThe server goes on running: ${server.address} (GraphiQL: ${server.address}/graphql)\nStop it with: kill ${server.pid}\n`,
  )
}

const folder = path.resolve('data', 'demo', new Date().toISOString().slice(0, 19).replaceAll(':', '-'))
await mkdir(folder, { recursive: true })
heading('Starting a server of its own')
const server = await startServer(folder)
say(`it answers at ${server.address}`)
const client = new Client(server.address)
// Ctrl+C ends the demo, and the `exit` of the demo its server.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))
try {
  await loop(client, folder)
  await summary(client, server, folder)
  server.leave()
} catch (error) {
  process.stderr.write(
    `\nThe demo did not come to its end. ${error instanceof Error ? error.message : String(error)}\nThe server's log: ${server.log}\n`,
  )
  process.exitCode = 1
} finally {
  await client.close()
}
