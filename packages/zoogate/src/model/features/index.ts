import type { Feature } from './feature.ts'
import { GATEWAY_FEATURES } from './gateway-features.ts'
import { ROUTE_FEATURES } from './route-features.ts'
import { SERVICE_FEATURES } from './service-features.ts'

export type { Feature } from './feature.ts'

const ALL = [...GATEWAY_FEATURES, ...ROUTE_FEATURES, ...SERVICE_FEATURES] as const

export type FeatureName = (typeof ALL)[number]['name']

/** All that the model can say and that is not in every engine from the start. */
export const FEATURES: readonly (Feature & { readonly name: FeatureName })[] = ALL
