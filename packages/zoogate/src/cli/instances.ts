import { resourceOf, resourcesOf } from '../model/resources/resource.ts'
import type { Service } from '../model/resources/service.ts'
import { serviceSettings } from '../model/view/service-settings.ts'
import type { Store } from '../store/store.ts'
import { requireName } from './output.ts'

/** Where a Service's instances register themselves; undefined for a fixed pool. */
export function discoveryPathOf(store: Store, service: Service): string | undefined {
  const { name, source } = serviceSettings(service)
  return source.type === 'static' ? undefined : (source.path ?? store.paths.service(name))
}

/**
 * The Service of that name in the newest revision.
 * @throws CliError where there is none
 */
export async function requireService(store: Store, name: string): Promise<Service> {
  const resources = await store.readResources(await store.readHead())
  const service = resourceOf(resources, 'Service', name)
  if (service !== undefined) return service
  const known = resourcesOf(resources, 'Service').map(({ metadata }) => metadata.name)
  requireName('Service', name, known)
  throw new TypeError(`Service/${name} is there and not there`)
}

/**
 * Checks that a Service has such an instance: registered now, or one of its fixed endpoints.
 * @throws CliError where it has none
 */
export async function requireInstance(
  store: Store,
  service: Service,
  instance: string,
): Promise<void> {
  const path = discoveryPathOf(store, service)
  const { source } = serviceSettings(service)
  const ids =
    source.type === 'static'
      ? source.endpoints.map(({ id }) => id)
      : (await store.readRegistrations(path ?? '')).map(({ id }) => id)
  requireName(`instance of Service/${service.metadata.name}`, instance, ids)
}
