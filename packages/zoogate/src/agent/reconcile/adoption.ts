import type { Observation } from '../../engines/engine.ts'
import type { View } from '../../model/view/view.ts'
import type { JournalEntry } from '../disk/journal.ts'
import { observeSoon, startOn } from './engine-start.ts'
import type { Holding, NodeEngine } from './node-engine.ts'
import { readView, withEndpoints } from './view-file.ts'

/**
 * Takes over what a former agent left (F6, F9). An engine that runs is asked what it serves, and is
 * not touched. One that does not run is started on the last generation that is known to be good,
 * before ZooKeeper is even looked for (F2). A change that was cut off in the middle is undone on
 * disk: what the engine serves decides, and what is wanted now is worked out anew from there.
 */
export async function adopt(node: NodeEngine): Promise<Holding> {
  const { generations, journal, host } = node
  await generations.open()
  const entry = await journal.load()
  const running = await host.runs()
  const observation = running ? await observeSoon(node) : undefined
  if (running && observation === undefined) return { served: undefined, running }
  const serving = observation?.generation ?? (await goodGeneration(node, entry))
  const known = serving !== undefined && (await generations.list()).includes(serving)
  if (!known) {
    // Switched to, but never seen to be served: no supervisor shall start it.
    if (!running && entry.change !== undefined) await generations.unlinkCurrent()
    return { served: undefined, running }
  }
  await settleOn(node, serving)
  const runs = running || (await startAgain(node, serving))
  const view = await readView(generations, serving)
  if (view === undefined || !(await isWhatWeWouldWrite(node, serving, view))) {
    return { served: undefined, running: runs }
  }
  const real = observation === undefined ? view : asObserved(view, observation)
  return { served: { generation: serving, view: real }, running: runs }
}

/** What `current` names, unless it was only just switched to and never seen to be served. */
async function goodGeneration(
  { generations }: NodeEngine,
  { good, change }: JournalEntry,
): Promise<string | undefined> {
  const current = await generations.currentId()
  return change?.step === 'switch' && change.to === current ? good : (current ?? good)
}

async function settleOn({ generations, journal, log }: NodeEngine, serving: string): Promise<void> {
  const { change, good, newest } = journal.entry
  const current = await generations.currentId()
  if (change !== undefined || serving !== current) {
    log.info({ serving, current, change }, 'a change was cut off: what the engine serves stands')
  }
  if (serving !== current) await generations.switchTo(serving)
  if (change !== undefined || good !== serving) await journal.write({ v: 1, good: serving, newest })
}

async function startAgain(node: NodeEngine, generation: string): Promise<boolean> {
  try {
    return await startOn(node, generation)
  } catch (error) {
    node.lettingGo.throwIfAborted()
    node.log.error({ err: error, generation }, 'the engine did not start on its last generation')
    return false
  }
}

/** What the engine really has, so that the first plan finds each difference. */
function asObserved(view: View, { services }: Observation): View {
  return withEndpoints(view, (service) =>
    (services.get(service) ?? [])
      .map(({ health: _, ...endpoint }) => endpoint)
      .sort((a, b) => (a.id < b.id ? -1 : 1)),
  )
}

/**
 * Another version of zoogate may render the same view in another way; then a reload is due. Files
 * that hold endpoints are left out: a live change may have come between them and the view. (None ever
 * comes to a native configuration.)
 */
async function isWhatWeWouldWrite(
  { engine, paths, generations, log }: NodeEngine,
  generation: string,
  view: View,
): Promise<boolean> {
  const files = engine.render(view, { paths, generation })
  const bare =
    view.native === undefined
      ? engine.render(
          withEndpoints(view, () => []),
          { paths, generation },
        )
      : files
  for (const [name, text] of files) {
    if (bare.get(name) !== text) continue
    if ((await generations.read(generation, name)) === text) continue
    log.info({ generation, file: name }, 'the generation is another version’s: it is rendered anew')
    return false
  }
  return true
}
