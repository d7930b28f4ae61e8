import { stringify } from 'yaml'
import { orderFields } from '../model/order-fields.ts'
import type { Resource } from '../model/resource.ts'

/** A resource as YAML that `apply` takes; the empty text for none. */
export function toYaml(resource: Resource | undefined): string {
  if (resource === undefined) return ''
  return stringify(orderFields(resource), { lineWidth: 0, version: '1.2' })
}
