import { DEMO_DEFAULTS } from '../model/resources/demo.ts'
import { type ResourceMap, resourcesOf } from '../model/resources/resource.ts'

export interface DemoInstance {
  /** `shop-1`: the instance's id, and what it answers with. */
  readonly id: string
  readonly service: string
}

/** The sample instances that a desired state asks for. Pure. */
export function demoInstances(resources: ResourceMap): readonly DemoInstance[] {
  return resourcesOf(resources, 'Demo').flatMap(({ metadata, spec }) =>
    Array.from({ length: spec.instances ?? DEMO_DEFAULTS.instances }, (_, index) => ({
      id: `${metadata.name}-${index + 1}`,
      service: spec.service,
    })),
  )
}
