import { stringify } from 'yaml'
import type { Resource } from '../model/resources/resource.ts'
import { orderFields } from '../model/schema/order-fields.ts'

/** A resource as YAML that `apply` takes; the empty text for none. */
export function toYaml(resource: Resource | undefined): string {
  if (resource === undefined) return ''
  return stringify(orderFields(resource), { lineWidth: 0, version: '1.2' })
}
