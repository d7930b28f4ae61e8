import { dirname, resolve } from 'node:path'
import type { SourcedResource } from '../model/checks/parse.ts'
import { formatFieldPath } from '../model/field-path.ts'
import type { Issue } from '../model/issue.ts'
import { NATIVE_BYTES_MAX } from '../model/resources/gateway-native.ts'
import { nativeText } from '../model/resources/native-text.ts'
import { readSmall } from './read-small.ts'

export interface LoadedNative {
  /** The same resources, with the text in place of the file's name. */
  readonly sources: ReadonlyMap<string, SourcedResource>
  readonly issues: readonly Issue[]
  /** What was read, or would have been: absolute paths. */
  readonly files: readonly string[]
}

const FIELD = ['spec', 'native', 'file'] as const

/** Reads the files of native configurations: a revision has the texts. */
export async function loadNative(
  sources: ReadonlyMap<string, SourcedResource>,
): Promise<LoadedNative> {
  const loaded = new Map(sources)
  const issues: Issue[] = []
  const files: string[] = []
  for (const [key, source] of sources) {
    const { resource } = source
    if (resource.kind !== 'Gateway' || resource.spec.native?.file === undefined) continue
    const { file, ...native } = resource.spec.native
    const path = resolve(dirname(source.position([]).file), file)
    files.push(path)
    const read = await readText(path)
    if ('problem' in read) {
      const message = read.problem
      const field = formatFieldPath(FIELD)
      issues.push({ ...source.position(FIELD), resource: key, field, message })
      continue
    }
    const spec = { ...resource.spec, native: { ...native, text: read.text } }
    loaded.set(key, { ...source, resource: { ...resource, spec } })
  }
  return { sources: loaded, issues, files }
}

async function readText(path: string) {
  const read = await readSmall(path, NATIVE_BYTES_MAX)
  if ('problem' in read) return read
  const text = nativeText(read.bytes)
  return 'problem' in text ? { problem: `${path} ${text.problem}` } : text
}
