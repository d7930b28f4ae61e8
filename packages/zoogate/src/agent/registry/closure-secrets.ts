import { type SecretVersions, secretName } from '../../model/resources/desired-state.ts'
import type { ResourceMap } from '../../model/resources/resource.ts'
import type { Secret } from '../../model/view/view.ts'
import type { KeyRing } from '../../store/secrets/key-ring.ts'
import type { Store } from '../../store/store.ts'
import { StoreError } from '../../store/store-error.ts'
import { mapBounded } from '../../store/znodes.ts'

const REQUESTS_AT_ONCE = 16

/** By name. */
export type Secrets = ReadonlyMap<string, Secret>

/**
 * The bytes of the Secrets among these resources, of the versions that their revision pins.
 * @throws StoreError `STORE_NO_KEY`, `STORE_CORRUPT`
 */
export async function readSecrets(
  store: Pick<Store, 'readSecret'>,
  closure: ResourceMap,
  versions: SecretVersions,
  keys: () => Promise<KeyRing>,
): Promise<Secrets> {
  const names = [...closure.keys()].flatMap((key) => secretName(key) ?? [])
  if (names.length === 0) return new Map()
  const ring = await keys()
  const secrets = await mapBounded(names, REQUESTS_AT_ONCE, async (name) => {
    const version = versions.get(name)
    if (version !== undefined) return store.readSecret(name, version, ring)
    throw new StoreError('STORE_CORRUPT', `Secret/${name} was applied without its bytes`)
  })
  return new Map(secrets.map((secret) => [secret.name, secret]))
}
