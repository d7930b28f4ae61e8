import { type SecretVersions, secretName } from '../../model/resources/desired-state.ts'
import type { ResourceMap } from '../../model/resources/resource.ts'
import type { SecretBytes } from '../../model/secrets/secret-bytes.ts'
import type { KeyRing } from './key-ring.ts'
import type { SecretStore } from './secret-store.ts'

export interface SecretsToPut {
  /** By name. */
  readonly bytes: ReadonlyMap<string, SecretBytes>
  readonly keys: KeyRing
}

/**
 * The version of each Secret of a desired state: of those whose bytes are put in, the one that holds
 * them, written first where `mode` says so; of the others the base's.
 */
export async function pinSecrets(
  store: SecretStore,
  resources: ResourceMap,
  base: SecretVersions,
  put: SecretsToPut | undefined,
  mode: 'write' | 'plan',
): Promise<SecretVersions> {
  const pins = new Map<string, number>()
  for (const key of resources.keys()) {
    const name = secretName(key)
    if (name === undefined) continue
    const pinned = base.get(name)
    const bytes = put?.bytes.get(name)
    if (put === undefined || bytes === undefined) {
      if (pinned !== undefined) pins.set(name, pinned)
    } else if (mode === 'write') {
      pins.set(name, await store.write(name, bytes, pinned, put.keys))
    } else {
      pins.set(name, (await store.find(name, bytes, pinned, put.keys)).version)
    }
  }
  return pins
}
