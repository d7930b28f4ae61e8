import type { Listener } from '../../model/view/view.ts'
import type { IncludedFile } from './included-files.ts'

/** What a configuration of somebody's names outside of itself. */
export interface Referred {
  /** From 1. */
  readonly line: number
  /** The directive or keyword: `include`, `crt`. */
  readonly name: string
  readonly path: string
}

export type ImportedListener = Pick<Listener, 'name' | 'address' | 'port' | 'protocol'>

export interface ImportedText {
  /** The same configuration, for another place: what depended on its own is written out. */
  readonly text: string
  /** Where it listens, as far as it and what it includes say so. */
  readonly listeners: readonly ImportedListener[]
  readonly refers: readonly Referred[]
  /** What was changed, and what its owner has to look at. */
  readonly notes: readonly string[]
}

/** The place that a configuration is taken from. */
export interface ImportedFrom {
  /** Absolute. */
  readonly folder: string
  /** The text of a file of that folder; undefined where it is not there. */
  readonly neighbour: (name: string) => string | undefined
  /** The files that an absolute pattern of an `include` names, as far as they can be read. */
  readonly included: (pattern: string) => readonly IncludedFile[]
}

/** How an engine's configurations are taken in. Pure. */
export interface NativeImport {
  /** How much a text looks like one of this engine's: 0 is not at all. */
  likeness(text: string): number
  read(text: string, from: ImportedFrom): ImportedText
}

/** Files that include each other in a circle are the engine's to complain of. */
export const INCLUDES_DEEP_MAX = 10

/** A template that makes exactly this text. */
export function literalTemplate(text: string): string {
  return text.replace(/\{[{%]/g, (opening) => `{% raw %}${opening}{% endraw %}`)
}

/** How often a pattern with the flag `g` is found. */
export function countOf(text: string, pattern: RegExp): number {
  return [...text.matchAll(pattern)].length
}

const NAME_CHARACTERS_MAX = 63

/** The listeners that fit a Gateway: each place once, with names that are the listener's and unique. */
export function distinctListeners(
  found: readonly Omit<ImportedListener, 'name'>[],
): readonly ImportedListener[] {
  const listeners: ImportedListener[] = []
  const names = new Set<string>()
  for (const listener of found) {
    const { address, port, protocol } = listener
    const overlaps = (other: ImportedListener) =>
      other.port === port && (other.address === address || [other.address, address].includes('*'))
    if (listeners.some(overlaps) || port < 1 || port > 65_535) continue
    const plain = `${protocol.toLowerCase()}-${port}`
    const own = `${plain}-${address.replace(/[^0-9a-f]+/g, '-')}`.slice(0, NAME_CHARACTERS_MAX)
    const name = names.has(plain) ? own.replace(/-+$/, '') : plain
    names.add(name)
    listeners.push({ ...listener, name })
  }
  return listeners.slice(0, LISTENERS_MAX)
}

/** Of a Gateway. */
const LISTENERS_MAX = 64
