import { stringify } from 'yaml'
import type { Resource } from '../model/resource.ts'

/** The order in which people read a resource; fields below stay in the store's, which is sorted. */
const FIRST_FIELDS = ['apiVersion', 'kind', 'metadata', 'spec'] as const

/** A resource as YAML that `apply` takes; the empty text for none. */
export function toYaml(resource: Resource | undefined): string {
  if (resource === undefined) return ''
  const ordered = FIRST_FIELDS.map((field) => [field, resource[field]] as const)
  const written = Object.fromEntries(ordered.filter(([, value]) => value !== undefined))
  return stringify(written, { lineWidth: 0, version: '1.2' })
}
