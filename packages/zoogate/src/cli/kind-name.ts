import { isKind, KINDS, type Kind } from '../model/resources/resource.ts'
import { didYouMean } from '../model/values/nearest-name.ts'
import { usageError } from './cli-error.ts'
import { printable } from './table.ts'

const SHORT_KINDS: Readonly<Record<string, Kind>> = {
  gw: 'Gateway',
  svc: 'Service',
  route: 'HTTPRoute',
}

/**
 * The kind that somebody means: `service`, `Services` and `svc` are all understood.
 * @throws CliError where it is none
 */
export function kindNamed(written: string): Kind {
  const singular = written.toLowerCase().replace(/s$/, '')
  const kind = SHORT_KINDS[singular] ?? KINDS.find((known) => known.toLowerCase() === singular)
  if (isKind(kind)) return kind
  const hint = didYouMean(written, KINDS)
  throw usageError(`"${printable(written)}" is no kind: ${KINDS.join(', ')}${hint}`)
}
