import { asZooKeeperError } from '../connection/call.ts'
import { InvalidOptionError } from '../errors/client-errors.ts'
import { CreateFlags, type CreateMode } from '../protocol/create-flags.ts'
import type { WatchListener } from '../session/watch-registry.ts'

// What the types promise, and JavaScript, a cast or a typing error may break: what would silently do something else is refused instead.

/** Any version will do: for `check` of a transaction, and whatever takes a `version`. */
export const ANY_VERSION = -1

const callOptions = ['signal', 'timeoutMs'] as const
const versionOptions: ReadonlySet<string> = new Set([...callOptions, 'version'])
const nodeOptions = ['acl', 'mode', 'ttlMs'] as const
const createOptions: ReadonlySet<string> = new Set([...callOptions, ...nodeOptions, 'parents'])
const partOptions: ReadonlySet<string> = new Set([...nodeOptions, 'version'])

/** Makes a call. What the making throws is what the promise rejects with: whoever awaits catches in one place. */
export function attempt<Result>(make: () => Promise<Result>): Promise<Result> {
  try {
    return make()
  } catch (error) {
    return Promise.reject(asZooKeeperError(error))
  }
}

/** Throws an `InvalidOptionError` for what is no object, such as a version that was given as it is. */
export function checkOptions(options: object, path?: string): void {
  if (typeof options === 'object' && options !== null) return
  throw new InvalidOptionError(`options must be an object, not ${shown(options)}`, { path })
}

/** Throws an `InvalidOptionError` for an option that `create` does not know: the znode would be another one than was meant. */
export function checkCreateOptions(options: object, path: string): void {
  checkKnown(options, createOptions, path)
}

/** As `checkCreateOptions`, for the options of one operation of a transaction, which has no limits of its own. */
export function checkPartOptions(options: object, path: string): void {
  checkKnown(options, partOptions, path)
}

/** The version to insist on. Throws an `InvalidOptionError` for what is none, and for options that hold anything else. */
export function versionOf(
  options: { readonly version?: number | undefined },
  path: string,
): number {
  checkKnown(options, versionOptions, path)
  return checkVersion(options.version, path)
}

/** The version to insist on, any where there is none. Throws an `InvalidOptionError` for what is no number of 32 bits. */
export function checkVersion(version: number | undefined, path: string): number {
  if (version === undefined) return ANY_VERSION
  if (typeof version === 'number' && (version | 0) === version) return version
  throw new InvalidOptionError(`version must be a whole number, not ${shown(version)}`, { path })
}

/** The listener, if there is one. Throws an `InvalidOptionError` for what cannot be called. */
export function watchOf(
  options: { readonly watch?: WatchListener | undefined },
  path: string,
): WatchListener | undefined {
  checkOptions(options, path)
  const { watch } = options
  if (watch === undefined || typeof watch === 'function') return watch
  throw new InvalidOptionError(`watch must be a function, not ${shown(watch)}`, { path })
}

/** The mode of a znode. Throws an `InvalidOptionError` that names those there are. */
export function modeOf(mode: CreateMode | undefined, path: string): CreateMode {
  return mode === undefined ? 'persistent' : oneOf(CreateFlags, 'mode', mode, path)
}

/** The name, where the table has it. Throws an `InvalidOptionError` that names those there are. */
export function oneOf<Name extends string>(
  table: Readonly<Record<Name, unknown>>,
  what: string,
  name: Name,
  path?: string,
): Name {
  if (Object.hasOwn(table, name)) return name
  const names = Object.keys(table).join(', ')
  throw new InvalidOptionError(`${what} must be one of ${names}, not ${shown(name)}`, { path })
}

/** Throws an `InvalidOptionError` for an object that holds anything that is not known: it would silently not count. */
function checkKnown(options: object, known: ReadonlySet<string>, path: string): void {
  checkOptions(options, path)
  for (const name in options) {
    if (known.has(name)) continue
    const names = [...known].sort().join(', ')
    throw new InvalidOptionError(`there is no option ${name}: there are ${names}`, { path })
  }
}

/** A value in a message: short, whatever it is. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 50))
  return typeof value === 'object' && value !== null ? 'an object' : String(value)
}
