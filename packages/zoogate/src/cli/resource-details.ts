import { DEMO_DEFAULTS } from '../model/resources/demo.ts'
import type { Native } from '../model/resources/gateway-native.ts'
import type { HTTPRoute } from '../model/resources/http-route.ts'
import type { Resource } from '../model/resources/resource.ts'
import type { TCPRoute } from '../model/resources/tcp-route.ts'
import { listenersOf } from '../model/view/listeners.ts'
import { serviceSettings } from '../model/view/service-settings.ts'

/** A resource in a few words, for a table. */
export function resourceDetails(resource: Resource): string {
  switch (resource.kind) {
    case 'Gateway': {
      const listeners = listenersOf(resource).map(
        ({ name, address, port }) => `${name} ${address}:${port}`,
      )
      const { engine, native } = resource.spec
      return [engine, ...(native === undefined ? [] : [nativeWords(native)]), ...listeners].join(
        ', ',
      )
    }
    case 'Service': {
      const { pool, source } = serviceSettings(resource)
      const where =
        source.type === 'static'
          ? `${source.endpoints.length} fixed endpoints`
          : (source.path ?? 'discovered')
      return `${pool.algorithm}, ${where}`
    }
    case 'HTTPRoute': {
      const { hostnames, rules } = resource.spec
      const hosts = hostnames?.length ? hostnames.join(', ') : 'any host'
      return `${hosts} on ${parentsOf(resource)}, ${rules.length} rules`
    }
    case 'TCPRoute':
      return `connections on ${parentsOf(resource)}`
    case 'Secret':
      return `${resource.spec.type}, from ${Object.values(resource.spec.files).join(' and ')}`
    case 'Demo':
      return `${resource.spec.instances ?? DEMO_DEFAULTS.instances} instances of ${resource.spec.service}`
  }
}

function nativeWords({ znode, text = '' }: Native): string {
  return znode === undefined
    ? `native configuration of ${text.split('\n').length} lines`
    : `native configuration in the znode ${znode}`
}

function parentsOf({ spec }: HTTPRoute | TCPRoute): string {
  return spec.parentRefs
    .map(({ name, sectionName }) => (sectionName === undefined ? name : `${name}/${sectionName}`))
    .join(', ')
}
