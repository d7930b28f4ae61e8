import { FEATURES, type FeatureName } from '../model/features/index.ts'
import type { Engine } from './engine.ts'
import { engines as known } from './index.ts'

/** Which engines carry a field, or something of it. */
export interface Carriers {
  /** What of it: a value (`RegularExpression`) or a field below (`key=header`). Absent: the field itself. */
  readonly part?: string
  readonly engines: readonly string[]
  readonly others: readonly string[]
}

/**
 * Which engines carry a field of a resource: by the feature of its name, else by that of the nearest
 * field above it; a field that no feature speaks of is carried by all. Then its values and the fields
 * below it that have features of their own. Pure.
 * @param field `HTTPRoute.spec.rules.filters`
 */
export function carriedBy(
  field: string,
  engines: Iterable<Pick<Engine, 'name' | 'features'>> = known.values(),
): readonly Carriers[] {
  const all = [...engines]
  const features = FEATURES.map(({ name }) => name)
  const own = nearestFeature(field, features)
  const below = features.filter((name) => isBelow(name, field))
  return [
    carriers(all, own),
    ...below.map((name) => ({ part: name.slice(field.length + 1), ...carriers(all, name) })),
  ]
}

function isBelow(name: string, field: string): boolean {
  return name.startsWith(`${field}.`) || name.startsWith(`${field}=`)
}

/** Fields that stand or fall with a feature of another name. */
const SAME_AS: Readonly<Record<string, FeatureName>> = {
  'Gateway.spec.listeners.tls': 'Gateway.spec.listeners.protocol=HTTPS',
  'HTTPRoute.spec.rules.filters.access.deny': 'HTTPRoute.spec.rules.filters.access.allow',
  TCPRoute: 'TCPRoute.spec.rules.backendRefs',
}

function nearestFeature(field: string, features: readonly FeatureName[]): FeatureName | undefined {
  const found = SAME_AS[field] ?? features.find((name) => name === field)
  if (found !== undefined || !field.includes('.')) return found
  return nearestFeature(field.slice(0, field.lastIndexOf('.')), features)
}

function carriers(
  engines: readonly Pick<Engine, 'name' | 'features'>[],
  feature: FeatureName | undefined,
): Carriers {
  const carry = ({ features }: Pick<Engine, 'features'>) =>
    feature === undefined || features.has(feature)
  return {
    engines: engines.filter(carry).map(({ name }) => name),
    others: engines.filter((engine) => !carry(engine)).map(({ name }) => name),
  }
}
