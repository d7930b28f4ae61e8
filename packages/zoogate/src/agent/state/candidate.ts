import { type ResourceMap, resourceOf } from '../../model/resource.ts'
import {
  absentService,
  type ServiceSettings,
  serviceSettings,
} from '../../model/service-settings.ts'
import type { Endpoint, EngineName, View } from '../../model/view.ts'
import { buildStructure } from '../../model/view-builder.ts'
import { withEndpoints } from '../reconcile/view-file.ts'

/** A revision as far as one Gateway is concerned: its structure, built once, and its services. */
export class Candidate {
  readonly revision: number
  readonly resources: ResourceMap
  readonly engine: EngineName
  readonly services: readonly ServiceSettings[]
  readonly #structure: View

  /** @throws Error where the resources hold no such Gateway */
  constructor(gateway: string, revision: number, resources: ResourceMap) {
    const resource = resourceOf(resources, 'Gateway', gateway)
    const structure = buildStructure(gateway, revision, resources)
    if (resource === undefined || structure === undefined) {
      throw new Error(`revision ${revision} has no Gateway ${gateway}`)
    }
    this.revision = revision
    this.resources = resources
    this.engine = resource.spec.engine
    this.#structure = structure
    this.services = [...structure.services.keys()].map((name) =>
      serviceSettings(resourceOf(resources, 'Service', name) ?? absentService(name)),
    )
  }

  view(endpointsOf: (service: ServiceSettings) => readonly Endpoint[]): View {
    const settings = new Map(this.services.map((service) => [service.name, service]))
    return withEndpoints(this.#structure, (name) => {
      const service = settings.get(name)
      return service === undefined ? [] : endpointsOf(service)
    })
  }
}

/** Services of one key share their registrations, in whatever revision they are. */
export function poolKey({ name, source }: ServiceSettings): string {
  return source.type === 'static' ? `${name} static` : `${name} ${source.path ?? ''}`
}
