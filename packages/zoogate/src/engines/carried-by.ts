import { FEATURES, type FeatureName } from '../model/features/index.ts'
import type { Engine } from './engine.ts'
import { engines as known } from './index.ts'

/** Which engines carry a field, or something of it. */
export interface Carriers {
  /** What of it: a value (`RegularExpression`) or a field below (`key=header`). Absent: the field itself. */
  readonly part?: string
  readonly engines: readonly string[]
  readonly others: readonly string[]
  /** What some of the engines need beside themselves, by name: a package. */
  readonly packages?: Readonly<Record<string, string>>
  /** Why some of the others do not, by name, and what to do instead. */
  readonly reasons?: Readonly<Record<string, string>>
}

type Carrier = Pick<Engine, 'name' | 'features' | 'reasons' | 'extra'>

/**
 * Which engines carry a field of a resource: by the feature of its name, else by that of the nearest
 * field above it; a field that no feature speaks of is carried by all. Then its values and the fields
 * below it that have features of their own. Pure.
 * @param field `HTTPRoute.spec.rules.filters`
 */
export function carriedBy(
  field: string,
  engines: Iterable<Carrier> = known.values(),
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

function carriers(engines: readonly Carrier[], feature: FeatureName | undefined): Carriers {
  if (feature === undefined) return { engines: engines.map(({ name }) => name), others: [] }
  const carrying = engines.filter(({ features }) => features.has(feature))
  const others = engines.filter(({ features }) => !features.has(feature))
  const packages = byName(carrying, ({ extra }) => {
    return extra?.features.has(feature) ? extra.package : undefined
  })
  const reasons = byName(others, (engine) => engine.reasons[feature])
  return {
    engines: carrying.map(({ name }) => name),
    others: others.map(({ name }) => name),
    ...(packages === undefined ? {} : { packages }),
    ...(reasons === undefined ? {} : { reasons }),
  }
}

/** What is said of engines, where something is. */
function byName(
  engines: readonly Carrier[],
  said: (engine: Carrier) => string | undefined,
): Readonly<Record<string, string>> | undefined {
  const found = engines.flatMap((engine) => {
    const words = said(engine)
    return words === undefined ? [] : [[engine.name, words]]
  })
  return found.length === 0 ? undefined : Object.fromEntries(found)
}
