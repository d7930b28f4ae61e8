import { type ResourceMap, resourceOf } from '../../model/resources/resource.ts'
import { buildView, fixedEndpoints, type ZnodeText } from '../../model/view/builder.ts'
import {
  absentService,
  type ServiceSettings,
  serviceSettings,
} from '../../model/view/service-settings.ts'
import type { Endpoint, EngineName, View } from '../../model/view/view.ts'
import { withEndpoints } from '../reconcile/view-file.ts'
import { type ViewVersion, versionOf } from '../reconcile/view-version.ts'
import type { Secrets } from '../registry/closure-secrets.ts'

/** A revision as far as one Gateway is concerned: its structure, built once, and its services. */
export class Candidate {
  readonly revision: number
  readonly resources: ResourceMap
  readonly secrets: Secrets
  readonly znodeText: ZnodeText | undefined
  readonly engine: EngineName
  readonly services: readonly ServiceSettings[]
  readonly #settings: ReadonlyMap<string, ServiceSettings>
  /** The last that was built: pools whose endpoints are the same are the same objects in the next. */
  #view: View

  /** @throws Error where the resources hold no such Gateway */
  constructor(
    gateway: string,
    revision: number,
    resources: ResourceMap,
    secrets: Secrets = new Map(),
    znodeText?: ZnodeText,
  ) {
    const resource = resourceOf(resources, 'Gateway', gateway)
    const structure = buildView(
      gateway,
      revision,
      resources,
      fixedEndpoints(resources),
      (name) => secrets.get(name),
      znodeText,
    )
    if (resource === undefined || structure === undefined) {
      throw new Error(`revision ${revision} has no Gateway ${gateway}`)
    }
    this.revision = revision
    this.resources = resources
    this.secrets = secrets
    this.znodeText = znodeText
    this.engine = resource.spec.engine
    this.#view = structure
    this.services = [...structure.services.keys()].map((name) =>
      serviceSettings(resourceOf(resources, 'Service', name) ?? absentService(name)),
    )
    this.#settings = new Map(this.services.map((service) => [service.name, service]))
  }

  /** What tells it from all others. */
  get version(): ViewVersion {
    return versionOf(this.#view)
  }

  view(endpointsOf: (service: ServiceSettings) => readonly Endpoint[]): View {
    this.#view = withEndpoints(this.#view, (name) => {
      const service = this.#settings.get(name)
      return service === undefined ? [] : endpointsOf(service)
    })
    return this.#view
  }
}

/** Services of one key share their registrations, in whatever revision they are. */
export function poolKey({ name, source }: ServiceSettings): string {
  return source.type === 'static' ? `${name} static` : `${name} ${source.path ?? ''}`
}
