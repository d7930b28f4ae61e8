import { readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, isAbsolute, join } from 'node:path'
import { NATIVE_BYTES_MAX } from '../../model/resources/gateway-native.ts'

export interface IncludedFile {
  /** Absolute. */
  readonly path: string
  readonly text: string
}

const FILES_MAX = 200

/**
 * The files of this host that an absolute pattern of an `include` names, in their order: `*` and `?` in the
 * last part of the path, as distributions write them. One that cannot be read, or is too large to be
 * read by hand, is left out: the engine itself says what is wrong with it.
 */
export function includedFiles(pattern: string): readonly IncludedFile[] {
  const folder = dirname(pattern)
  if (!isAbsolute(pattern) || /[*?[]/.test(folder)) return []
  return namesOf(folder, basename(pattern))
    .slice(0, FILES_MAX)
    .flatMap((name) => fileAt(join(folder, name)))
}

function namesOf(folder: string, pattern: string): readonly string[] {
  if (!/[*?]/.test(pattern)) return [pattern]
  const parts = pattern.split(/([*?])/).map((part) => {
    if (part === '*') return '.*'
    return part === '?' ? '.' : part.replace(/[\\^$.|+()[\]{}]/g, '\\$&')
  })
  const matches = new RegExp(`^${parts.join('')}$`)
  try {
    return readdirSync(folder)
      .filter((name) => matches.test(name) && !name.startsWith('.'))
      .sort()
  } catch {
    return []
  }
}

function fileAt(path: string): readonly IncludedFile[] {
  try {
    const found = statSync(path)
    if (!found.isFile() || found.size > NATIVE_BYTES_MAX) return []
    return [{ path, text: readFileSync(path, 'utf8') }]
  } catch {
    return []
  }
}
