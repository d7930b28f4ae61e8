import { access, readFile, readlink } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Endpoint, View } from '../../model/view/view.ts'
import type { EnginePaths } from '../engine.ts'

/**
 * Beside a native configuration lies what endpoints it was made of: nobody but its author knows where
 * in the engine they are, so that what a generation was given is what an engine that serves it has.
 */
export const GIVEN_FILE = 'native.json'

export interface GivenEndpoints {
  readonly generation: string
  /** The template. Absent: an older zoogate's. */
  readonly template?: string
  readonly services: ReadonlyMap<string, readonly Endpoint[]>
}

export function printGiven({ native, services }: View, generation: string): string {
  const given = [...services.values()].map(({ name, endpoints }) => [name, endpoints])
  return `${JSON.stringify({ v: 1, generation, template: native?.text, services: given })}\n`
}

/** Whether a generation is one of a native configuration. */
export function isNative(generationFolder: string): Promise<boolean> {
  return access(join(generationFolder, GIVEN_FILE)).then(
    () => true,
    () => false,
  )
}

/** The id of the generation that the link names. Undefined: it names none. */
export async function currentGeneration({
  current,
}: Pick<EnginePaths, 'current'>): Promise<string | undefined> {
  const target = await readlink(current).catch(() => undefined)
  return target === undefined ? undefined : basename(target)
}

/** Of the current generation; undefined where it is no native configuration. */
export async function readGiven({ current }: EnginePaths): Promise<GivenEndpoints | undefined> {
  const text = await readFile(join(current, GIVEN_FILE), 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  // Written by ourselves, from a view that was checked, and synced before the link named it.
  const { generation, template, services } = JSON.parse(text) as {
    readonly generation: string
    readonly template?: string
    readonly services: readonly (readonly [string, readonly Endpoint[]])[]
  }
  const known = template === undefined ? {} : { template }
  return { generation, ...known, services: new Map(services) }
}
