import { PRIVATE_FOLDER } from '../../engines/engine.ts'
import type { ServicePool, View } from '../../model/view.ts'
import { seal, unseal } from '../disk/sealed-file.ts'

/** Beside what the engine reads in a generation lies the view that it was rendered from, secrets included. */
export const VIEW_FILE = `${PRIVATE_FOLDER}/view.sealed`

type StoredView = Omit<View, 'services'> & { readonly services: readonly ServicePool[] }

export function encodeView(view: View): string {
  const stored: StoredView = { ...view, services: [...view.services.values()] }
  return seal(`${JSON.stringify({ v: 1, view: stored })}\n`)
}

/** Undefined where it is torn, or another version's. What is whole was written by {@link encodeView}. */
export function decodeView(content: string | undefined): View | undefined {
  const text = content === undefined ? undefined : unseal(content)
  if (text === undefined) return undefined
  const file = JSON.parse(text) as { v: number; view: StoredView }
  if (file.v !== 1) return undefined
  const { services, ...rest } = file.view
  return { ...rest, services: new Map(services.map((pool) => [pool.name, pool])) }
}

/** The view with other endpoints for the services that are named. */
export function withEndpoints(
  view: View,
  endpointsOf: (service: string) => ServicePool['endpoints'] | undefined,
): View {
  const services = [...view.services].map(([name, pool]): [string, ServicePool] => {
    const endpoints = endpointsOf(name)
    return [name, endpoints === undefined ? pool : { ...pool, endpoints }]
  })
  return { ...view, services: new Map(services) }
}
