import { PRIVATE_FOLDER } from '../../engines/engine.ts'
import type { Endpoint, ServicePool, View } from '../../model/view/view.ts'
import type { Generations } from '../disk/generations.ts'
import { seal, unseal } from '../disk/sealed-file.ts'
import type { Served } from './node-engine.ts'

/** Beside what the engine reads in a generation lies the view that it was rendered from, secrets included. */
export const VIEW_FILE = `${PRIVATE_FOLDER}/view.sealed`

type StoredView = Omit<View, 'services'> & { readonly services: readonly ServicePool[] }

export function encodeView(view: View): string {
  const stored: StoredView = { ...view, services: [...view.services.values()] }
  return seal(`${JSON.stringify({ v: 1, view: stored })}\n`)
}

/**
 * After live changes a service's endpoints lie beside the view, in a file of their own that counts more:
 * so one endpoint's change does not write the whole table again.
 */
export function endpointsFile(service: string): string {
  return `${PRIVATE_FOLDER}/endpoints/${service}.sealed`
}

export function encodeEndpoints(endpoints: readonly Endpoint[]): string {
  return seal(`${JSON.stringify({ v: 1, endpoints })}\n`)
}

/**
 * What a generation holds, live changes included. Undefined where the view is torn, or another
 * version's. What is whole was written by this file's own functions.
 */
export async function readView(generations: Generations, id: string): Promise<View | undefined> {
  const file = contentOf(await generations.read(id, VIEW_FILE)) as
    | { readonly v: number; readonly view: StoredView }
    | undefined
  if (file?.v !== 1) return undefined
  const { services, ...rest } = file.view
  const pools = services.map(async (pool): Promise<[string, ServicePool]> => {
    const changed = contentOf(await generations.read(id, endpointsFile(pool.name))) as
      | { readonly v: number; readonly endpoints: readonly Endpoint[] }
      | undefined
    return [pool.name, changed?.v === 1 ? { ...pool, endpoints: changed.endpoints } : pool]
  })
  return { ...rest, services: new Map(await Promise.all(pools)) }
}

function contentOf(file: string | undefined): unknown {
  const text = file === undefined ? undefined : unseal(file)
  return text === undefined ? undefined : JSON.parse(text)
}

/** The view with other endpoints for the services that are named; pools that stay are the same objects. */
export function withEndpoints(
  view: View,
  endpointsOf: (service: string) => ServicePool['endpoints'] | undefined,
): View {
  const services = [...view.services].map(([name, pool]): [string, ServicePool] => {
    const endpoints = endpointsOf(name)
    const stays = endpoints === undefined || endpoints === pool.endpoints
    return [name, stays ? pool : { ...pool, endpoints }]
  })
  return { ...view, services: new Map(services) }
}

/** The same, by an engine that may show other bytes than these secrets': whatever they are, they differ. */
export function withUnknownSecrets({ generation, view }: Served): Served {
  if (view.secrets === undefined) return { generation, view }
  const secrets = view.secrets.map((secret) => ({ ...secret, version: 'unknown' }))
  return { generation, view: { ...view, secrets } }
}
