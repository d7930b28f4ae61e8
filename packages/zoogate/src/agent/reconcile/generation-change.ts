import type { ListenPlace } from '../../engines/engine.ts'
import type { View } from '../../model/view/view.ts'
import type { BoundsCheck } from '../bounds/bounds-check.ts'
import { descriptorShortage } from '../descriptor-budget.ts'
import { newListeners, trialBind } from '../trial-bind.ts'
import { observeSoon, startOn } from './engine-start.ts'
import { unlessAborted } from './letting-go.ts'
import type { Holding, NodeEngine, Served } from './node-engine.ts'
import { encodeView, VIEW_FILE } from './view-file.ts'

export interface GenerationChange {
  readonly view: View
  /** What the engine holds now, running or not. */
  readonly served: Served | undefined
  readonly running: boolean
  /** Milliseconds, from a clock that does not jump. */
  readonly nowMs: () => number
  /** Refuses where a text listens that the host does not allow. Undefined: it allows everything. */
  readonly checkBounds: BoundsCheck | undefined
}

/** Where the time of a change goes. */
export interface StepTimes {
  readonly renderMs: number
  /** Onto the disk, synced. */
  readonly writeMs: number
  /** The engine's own checker. */
  readonly validateMs: number
  /** From the switch until the engine is seen to serve it. */
  readonly applyMs: number
}

/**
 * Brings a view to the engine by a new generation: written and synced aside, checked by the engine's
 * own checker, new listeners bound on trial; only then `current` is switched and the engine told. It
 * is done when the engine is seen to serve it. If it is not, the former generation is put back (F4).
 * Each step is in the journal before it is taken (F9). When the agent lets go in the middle, all is
 * left as it is: the next agent goes by the journal and by what the engine serves.
 * @throws EngineError, AgentError: the former state serves
 */
export async function changeGeneration(
  node: NodeEngine,
  change: GenerationChange,
): Promise<Holding & { readonly times: StepTimes }> {
  const { view, running, nowMs } = change
  const { journal, generations, lettingGo, log } = node
  const { good, newest } = journal.entry
  const former = await generations.currentId()
  const to = String(Math.max(newest, Number((await generations.list()).at(-1) ?? 0)) + 1)
  const kept = good === undefined ? {} : { good }
  await journal.write({ v: 1, ...kept, newest: Number(to), change: { to, step: 'write' } })
  let prepared: Omit<StepTimes, 'applyMs'>
  try {
    prepared = await prepare(node, to, change)
  } catch (error) {
    lettingGo.throwIfAborted()
    await generations.remove(to)
    await journal.write({ v: 1, ...kept, newest: Number(to) })
    throw error
  }
  lettingGo.throwIfAborted()
  await journal.write({ v: 1, ...kept, newest: Number(to), change: { to, step: 'switch' } })
  await generations.switchTo(to)
  let runs = running
  const switchedMs = nowMs()
  try {
    if (running) await node.control.reload(to)
    else runs = await startOn(node, to)
  } catch (error) {
    lettingGo.throwIfAborted()
    log.warn({ err: error, generation: to, former }, 'the engine refused a generation')
    await putBack(node, former)
    throw error
  }
  const times = { ...prepared, applyMs: Math.round(nowMs() - switchedMs) }
  await journal.write({ v: 1, good: to, newest: Number(to) })
  await generations.prune(new Set([to, ...(former === undefined ? [] : [former])]))
  return { served: { generation: to, view }, running: runs, times }
}

/** All that can be known to be wrong before anything is touched. */
async function prepare(
  node: NodeEngine,
  to: string,
  { view, served, running, nowMs, checkBounds }: GenerationChange,
): Promise<Omit<StepTimes, 'applyMs'>> {
  const { engine, generations, lettingGo, paths, log } = node
  const startedMs = nowMs()
  const files = engine.render(view, { paths, generation: to })
  const renderedMs = nowMs()
  await generations.write(to, new Map([...files, [VIEW_FILE, encodeView(view)]]))
  const writtenMs = nowMs()
  await unlessAborted(lettingGo, () => engine.validate(generations.path(to), paths))
  const validatedMs = nowMs()
  const listens =
    view.native === undefined ? [] : await unlessAborted(lettingGo, () => listensOf(node, to))
  if (listens.length > 0) await checkBounds?.(view, listens)
  // What an engine holds of which nothing is known cannot be told from what others hold.
  if (served !== undefined || !running) {
    const holds = running || engine.program(paths).listeners === 'inherit'
    const held = holds && served !== undefined ? await heldBy(node, served) : []
    if (held !== undefined)
      await trialBind([...view.listeners, ...newListeners(listens, view.listeners)], held)
  }
  // How many connections a native configuration takes is its own affair.
  const connections = view.native === undefined ? view.concurrency.maxConnections : 0
  const shortage = descriptorShortage(connections)
  if (shortage !== undefined) log.warn(shortage)
  return {
    renderMs: Math.round(renderedMs - startedMs),
    writeMs: Math.round(writtenMs - renderedMs),
    validateMs: Math.round(validatedMs - writtenMs),
  }
}

/** In the folder of a native generation: where it listens, as the engine has read it. What the text includes may be another by now. */
const LISTENS_FILE = 'listens.json'

async function listensOf(node: NodeEngine, generation: string): Promise<readonly ListenPlace[]> {
  const { engine, generations, paths } = node
  const listens = (await engine.listens?.(generations.path(generation), paths)) ?? []
  await generations.update(generation, new Map([[LISTENS_FILE, JSON.stringify(listens)]]))
  return listens
}

/** The places that the running engine has. Undefined: nobody knows them all. */
async function heldBy(
  { generations }: NodeEngine,
  { generation, view }: Served,
): Promise<readonly ListenPlace[] | undefined> {
  if (view.native === undefined) return view.listeners
  const text = await generations.read(generation, LISTENS_FILE)
  // Of an older zoogate.
  if (text === undefined) return undefined
  return [...view.listeners, ...(JSON.parse(text) as readonly ListenPlace[])]
}

/**
 * Makes the engine serve the former generation, where it does not do so anyway. Where that fails too
 * there is nothing better to do here: the reconciler looks again, from what the engine has.
 */
async function putBack(node: NodeEngine, former: string | undefined): Promise<void> {
  const { journal, generations, control, host, lettingGo, log } = node
  const { good, newest } = journal.entry
  try {
    if (former === undefined) await generations.unlinkCurrent()
    else {
      await generations.switchTo(former)
      const { running } = await host.process.status()
      // One that ended at the reload, as httpd does, may be just starting again, on either of the two.
      const seen = running ? await observeSoon(node) : undefined
      if (seen === undefined) await startOn(node, former)
      else if (seen.generation !== former) await control.reload(former)
    }
    await journal.write({ v: 1, ...(good === undefined ? {} : { good }), newest })
  } catch (error) {
    lettingGo.throwIfAborted()
    // A full disk, say. What the engine refused first is what people have to hear of.
    log.error({ err: error, generation: former }, 'the former generation could not be put back')
  }
}
