import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Engine, EnginePaths } from '../../../packages/zoogate/src/engines/engine.ts'
import type { View } from '../../../packages/zoogate/src/model/view/view.ts'
import { fullView } from '../../../packages/zoogate/test/engines/fuzz/full-view.ts'
import type { Case } from '../../../packages/zoogate/test/engines/fuzz/fuzz.ts'
import {
  leavesOf,
  replaced,
  type TextField,
} from '../../../packages/zoogate/test/engines/fuzz/text-fields.ts'
import { createAuthority } from '../../support/certificates.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { freePort } from '../../support/free-port.ts'

/** So many of each thing, so that there is a place for each of 500 values. */
const COPIES = 20

/** Fields whose values say what a host has: here they have what this one has. */
const OF_THE_HOST: readonly TextField[] = [
  'listeners[].address',
  'secrets[]<TLS>.chainPem',
  'secrets[]<TLS>.keyPem',
  'secrets[]<CA>.certificatesPem',
]

export interface CheckedFile {
  /** How many values are in it. */
  readonly values: number
  /** The engine's own words. Absent: it takes the file. */
  readonly complaint?: string
}

/** Puts texts that are carried into one configuration together, and has the engine's own checker read it. */
export async function checkFile(engine: Engine, cases: readonly Case[]): Promise<CheckedFile> {
  await using folder = await temporaryFolder()
  const ports = await Promise.all(Array.from({ length: 4 * COPIES }, freePort))
  const view = fullView(engine, { copies: COPIES, port: () => ports.pop() ?? 0 })
  const base = await ofThisHost(view, folder.path)
  const texts = placesFor(view, cases)
  const { view: filled, values } = fill(engine, view, base, texts)
  const ready = await withFolders(filled, folder.path)
  const path = (name: string) => join(folder.path, name)
  const paths: EnginePaths = {
    folder: folder.path,
    current: path('current'),
    logs: path('logs'),
    run: path('run'),
  }
  for (const name of [paths.logs, paths.run]) await mkdir(name)
  for (const [name, text] of engine.render(ready, { paths, generation: '1' })) {
    await mkdir(dirname(join(paths.current, name)), { recursive: true })
    await writeFile(join(paths.current, name), text)
  }
  try {
    await engine.validate(paths.current, paths)
    return { values }
  } catch (error) {
    return { values, complaint: String(error).slice(0, 2_000) }
  }
}

/** Each text gets one of the innocent ones of its field for its place. */
function placesFor(view: View, cases: readonly Case[]): readonly (readonly [string, string])[] {
  const free = new Map<TextField, string[]>()
  for (const { field, text } of leavesOf(view)) {
    if (!OF_THE_HOST.includes(field)) free.set(field, [...(free.get(field) ?? []), text])
  }
  const taken = new Set<string>()
  return cases.flatMap(({ leaf, text }): [string, string][] => {
    const places = [...new Set(free.get(leaf.field) ?? [])].filter((place) => !taken.has(place))
    const [place] = places
    if (place === undefined || taken.has(text)) return []
    taken.add(place)
    taken.add(text)
    return [[place, text]]
  })
}

/** As many of them as go together: names are names of one thing each. */
function fill(
  engine: Engine,
  view: View,
  base: ReadonlyMap<string, string>,
  texts: readonly (readonly [string, string])[],
): { readonly view: View; readonly values: number } {
  let kept = new Map(base)
  const take = (some: readonly (readonly [string, string])[]) => {
    const next = new Map([...kept, ...some])
    if (engine.refusals(replaced(view, next)).length > 0) return false
    kept = next
    return true
  }
  const takeParts = (some: readonly (readonly [string, string])[]) => {
    if (some.length === 0 || take(some) || some.length === 1) return
    const half = Math.ceil(some.length / 2)
    takeParts(some.slice(0, half))
    takeParts(some.slice(half))
  }
  takeParts(texts)
  return { view: replaced(view, kept), values: kept.size - base.size }
}

async function ofThisHost(view: View, folder: string): Promise<ReadonlyMap<string, string>> {
  const authority = await createAuthority(folder, 'authority')
  const { cert, key } = await authority.issue({ commonName: 'shop.test' })
  const values: Partial<Record<TextField, string>> = {
    'listeners[].address': '127.0.0.1',
    'secrets[]<TLS>.chainPem': cert,
    'secrets[]<TLS>.keyPem': key,
    'secrets[]<CA>.certificatesPem': authority.cert,
  }
  return new Map(
    leavesOf(view).flatMap(({ field, text }) => {
      const value = values[field]
      return value === undefined ? [] : [[text, value] as const]
    }),
  )
}

/** Roots of files have to be there: they lie below the folder. */
async function withFolders(view: View, folder: string): Promise<View> {
  const routes = view.routes.map((route) =>
    route.answer?.type === 'static' || route.answer?.type === 'cgi'
      ? { ...route, answer: { ...route.answer, root: join(folder, 'roots') + route.answer.root } }
      : route,
  )
  for (const { answer } of routes) {
    if (answer !== undefined && 'root' in answer && answer.type !== 'fastcgi') {
      await mkdir(answer.root, { recursive: true })
    }
  }
  return { ...view, routes }
}
