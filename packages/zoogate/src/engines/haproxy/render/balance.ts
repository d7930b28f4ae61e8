import type { HashOn, Route, ServicePool, View } from '../../../model/view/view.ts'
import type { Directive } from './directive.ts'
import { quoteArgument } from './quoting.ts'
import { PATH } from './route-match.ts'
import type { Variant } from './variants.ts'

export function balance(
  { algorithm, hashOn }: ServicePool,
  { mode }: Pick<Variant, 'mode'>,
): readonly Directive[] {
  switch (algorithm) {
    case 'roundRobin':
      return [['balance', 'roundrobin']]
    case 'random':
      return [['balance', 'random(1)']]
    case 'powerOfTwoChoices':
      return [['balance', 'random(2)']]
    case 'leastRequest':
      return [['balance', 'leastconn']]
    case 'consistentHash':
      // Without the type the hash is map-based: every change would move most keys, and HAProxy
      // would refuse to add servers at run time. Given alone, the type includes `avalanche`.
      return [
        ['balance', ...hashed(mode === 'tcp' ? undefined : hashOn)],
        ['hash-type', 'consistent'],
      ]
    case 'peakEWMA':
      throw new RangeError('HAProxy has no peakEWMA: refusals() was not asked')
  }
}

/** Where there is nothing to hash, HAProxy takes turns. */
function hashed(hashOn: HashOn | undefined): Directive {
  switch (hashOn?.type) {
    case 'header':
    case 'cookie':
      return ['hash', `var(${keyVariable(hashOn)})`]
    case 'path':
      return ['hash', `var(${PATH})`]
    default:
      return ['source']
  }
}

/** A header or a cookie of the client's, which filters may change before a backend could read it. */
type WrittenKey = Extract<HashOn, { readonly name: string }>

/** Keeps what these routes' Services go by as the client sent it: before anything changes the request. */
export function keepKeys(view: View, routes: readonly Route[]): readonly Directive[] {
  const services = new Set(routes.flatMap(({ backends }) => backends.map(({ service }) => service)))
  const kept = new Map<string, string>()
  for (const service of services) {
    const pool = view.services.get(service)
    for (const key of pool === undefined ? [] : writtenKeys(pool)) {
      const fetch = key.type === 'header' ? 'req.fhdr' : 'req.cook'
      kept.set(keyVariable(key), `${fetch}(${quoteArgument(key.name)})`)
    }
  }
  return [...kept].map(([variable, fetch]) => ['http-request', `set-var(${variable})`, fetch])
}

function writtenKeys({
  algorithm,
  hashOn,
  sessionPersistence,
}: ServicePool): readonly WrittenKey[] {
  const isHashed = algorithm === 'consistentHash' && hashOn !== undefined && 'name' in hashOn
  const session = sessionPersistence?.type === 'Cookie' ? sessionPersistence.sessionName : undefined
  return [
    ...(isHashed ? [hashOn] : []),
    ...(session === undefined ? [] : [{ type: 'cookie', name: session } as const]),
  ]
}

/** Variables have letters, digits, `.` and `_`; `_` is written as a code too, so that no two names share one. */
export function keyVariable({ type, name }: WrittenKey): string {
  const word = type === 'header' ? name.toLowerCase() : name
  const encoded = word.replace(
    /[^A-Za-z0-9.]/g,
    (character) => `_${character.charCodeAt(0).toString(16)}`,
  )
  return `txn.zoogate_${type}.${encoded}`
}
