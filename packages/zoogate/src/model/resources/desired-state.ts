import type { ResourceMap } from './resource.ts'

/** By the name of a Secret: the version of its bytes. */
export type SecretVersions = ReadonlyMap<string, number>

export const NO_SECRETS: SecretVersions = new Map()

/** All that a revision holds: what people wrote, and which version of each Secret's bytes goes with it. */
export interface DesiredState {
  readonly resources: ResourceMap
  readonly secrets: SecretVersions
}

/** The Secret's name, where the key of a resource is one's: `shop` of `Secret/shop`. */
export function secretName(key: string): string | undefined {
  return key.startsWith('Secret/') ? key.slice('Secret/'.length) : undefined
}

export const NOTHING_DESIRED: DesiredState = { resources: new Map(), secrets: NO_SECRETS }
