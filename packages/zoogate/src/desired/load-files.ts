import { readdir, readFile, stat } from 'node:fs/promises'
import { extname, join } from 'node:path'
import type { Readable } from 'node:stream'
import {
  duplicateIssue,
  FILE_BYTES_MAX,
  parseResources,
  type SourcedResource,
} from '../model/checks/parse.ts'
import type { Issue } from '../model/issue.ts'
import { resourceKey } from '../model/resources/resource.ts'
import type { SecretBytes } from '../model/secrets/secret-bytes.ts'
import { invalidState, unreadable } from './desired-state-error.ts'
import { loadNative } from './load-native.ts'
import { loadSecrets } from './load-secrets.ts'

const EXTENSIONS = new Set(['.yaml', '.yml', '.json'])
const FILES_MAX = 1000

export interface LoadedFiles {
  /** By resource key. */
  readonly sources: ReadonlyMap<string, SourcedResource>
  readonly issues: readonly Issue[]
  /** By name, of the Secrets among them. */
  readonly secrets: ReadonlyMap<string, SecretBytes>
  /** Of the files that the Secrets name. */
  readonly secretWarnings: readonly Issue[]
  /** The files that Secrets and native configurations name: absolute paths. */
  readonly namedFiles: readonly string[]
}

/**
 * The resources of files; of a folder its `*.yaml`, `*.yml` and `*.json`, not those below; of `-`
 * what comes on standard input.
 * @throws DesiredStateError `DESIRED_UNREADABLE`
 */
export async function loadFiles(
  names: readonly string[],
  stdin: Readable = process.stdin,
): Promise<LoadedFiles> {
  const sources = new Map<string, SourcedResource>()
  const issues: Issue[] = []
  for (const name of await expand(names)) {
    const text = name === '-' ? await readStream(stdin) : await read(name)
    const parsed = parseResources(text, name === '-' ? '<stdin>' : name)
    issues.push(...parsed.issues)
    for (const source of parsed.resources) {
      const key = resourceKey(source.resource)
      const before = sources.get(key)
      if (before === undefined) sources.set(key, source)
      else issues.push(duplicateIssue(source, before))
    }
  }
  const secrets = await loadSecrets(sources, new Date())
  const native = await loadNative(sources)
  return {
    sources: native.sources,
    issues: [...issues, ...secrets.issues, ...native.issues],
    secrets: secrets.bytes,
    secretWarnings: secrets.warnings,
    namedFiles: [...secrets.files, ...native.files],
  }
}

/**
 * As {@link loadFiles}, where nothing is wrong in the files themselves.
 * @throws DesiredStateError with every issue
 */
export async function loadValidFiles(names: readonly string[]): Promise<LoadedFiles> {
  const loaded = await loadFiles(names)
  if (loaded.issues.length > 0) throw invalidState(loaded.issues)
  return loaded
}

async function expand(names: readonly string[]): Promise<readonly string[]> {
  const files: string[] = []
  for (const name of names) {
    if (name !== '-' && (await isFolder(name))) {
      const inside = (await readdir(name)).filter((file) => EXTENSIONS.has(extname(file))).sort()
      if (inside.length === 0) throw unreadable(`${name} holds no .yaml, .yml or .json file`)
      files.push(...inside.map((file) => join(name, file)))
    } else files.push(name)
  }
  if (files.length > FILES_MAX) throw unreadable(`${files.length} files, more than ${FILES_MAX}`)
  return files
}

async function isFolder(name: string): Promise<boolean> {
  try {
    return (await stat(name)).isDirectory()
  } catch (error) {
    throw withReason(name, error)
  }
}

async function read(name: string): Promise<string> {
  try {
    if ((await stat(name)).size > FILE_BYTES_MAX) {
      throw unreadable(`${name} is larger than ${FILE_BYTES_MAX} bytes`)
    }
    return await readFile(name, 'utf8')
  } catch (error) {
    throw withReason(name, error)
  }
}

async function readStream(stream: Readable): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of stream) {
    const part = Buffer.from(chunk)
    chunks.push(part)
    bytes += part.length
    if (bytes > FILE_BYTES_MAX) throw unreadable(`<stdin> is larger than ${FILE_BYTES_MAX} bytes`)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function withReason(name: string, error: unknown): Error {
  if (!(error instanceof Error) || !('code' in error)) {
    return error instanceof Error ? error : new Error(String(error))
  }
  const why =
    error.code === 'ENOENT'
      ? 'there is no such file'
      : error.code === 'EACCES'
        ? 'it may not be read'
        : error.message
  return unreadable(`${name}: ${why}`)
}
