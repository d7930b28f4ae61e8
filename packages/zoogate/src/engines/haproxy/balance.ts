import type { HashOn, ServicePool } from '../../model/view.ts'
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
      return ['hash', `req.fhdr(${quoteArgument(hashOn.name)})`]
    case 'cookie':
      return ['hash', `req.cook(${quoteArgument(hashOn.name)})`]
    case 'path':
      return ['hash', `var(${PATH})`]
    default:
      return ['source']
  }
}
