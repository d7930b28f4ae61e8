import type { Route } from '../../model/view/view.ts'
import type { Refuse } from './gather.ts'
import { isHostname, isNetwork, isResourceName, isWhole } from './grammar.ts'
import { pathChangeProblem } from './path-change-problem.ts'

/** Without a quote and a backslash, which engines would send as they are. */
const REALM =
  /^[\x21\x23-\x5b\x5d-\x7e]([\x20\x21\x23-\x5b\x5d-\x7e]{0,126}[\x21\x23-\x5b\x5d-\x7e])?$/
const MEDIA_TYPE = /^[a-z0-9][a-z0-9.+-]*\/(\*|[a-z0-9][a-z0-9.+-]*)$/
const YEAR_MS = 366 * 24 * 3_600_000

/** `text/html`, or `text/*`. */
export function isMediaType(text: string): boolean {
  return MEDIA_TYPE.test(text)
}

export function checkRewrite({ rewrite, path }: Route, refuse: Refuse): void {
  if (rewrite === undefined) return
  if (rewrite.hostname !== undefined && !isHostname(rewrite.hostname)) {
    refuse(['rewrite', 'hostname'], 'must be a DNS name in lower case')
  }
  const problem = pathChangeProblem(rewrite.path, path)
  if (problem !== undefined) refuse(['rewrite', 'path'], problem)
}

export function checkAccess({ access }: Route, refuse: Refuse): void {
  for (const list of ['allow', 'deny'] as const) {
    access?.[list].forEach((network, index) => {
      if (!isNetwork(network)) refuse(['access', list, index], 'must be a network or an address')
    })
  }
  const { basicAuth } = access ?? {}
  if (basicAuth === undefined) return
  if (!REALM.test(basicAuth.realm)) {
    refuse(
      ['access', 'basicAuth', 'realm'],
      'must be printable ASCII without quotes and backslashes',
    )
  }
  if (!isResourceName(basicAuth.users)) {
    refuse(['access', 'basicAuth', 'users'], 'must be the name of a Secret')
  }
}

/** How long responses are kept, by the gateway or by clients. */
export function checkAges({ cache, expires }: Route, refuse: Refuse): void {
  for (const [name, ms] of [
    ['cache', cache?.maxAgeMs],
    ['expires', expires?.afterMs],
  ] as const) {
    if (ms !== undefined && !isWhole(ms, 1_000, YEAR_MS)) {
      refuse([name], 'must be from a second to a year')
    }
  }
}
