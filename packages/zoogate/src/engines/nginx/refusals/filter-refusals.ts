import { HOP_BY_HOP_HEADERS } from '@zoogate/proxy/request-rules'
import type { Route } from '../../../model/view/view.ts'
import { checkAccess, checkAges, checkRewrite, isMediaType } from '../../shared/filter-refusals.ts'
import type { Refuse } from '../../shared/gather.ts'
import { isWhole } from '../../shared/grammar.ts'
import { checkHeaders } from '../../shared/header-refusals.ts'
import { KINDS } from '../render/compress.ts'
import { fitsWord } from '../render/directive.ts'
import { leakRate } from '../render/rate-limit.ts'
import { RETRIED_CODES } from '../render/retry.ts'

/** nginx frames what it sends itself. */
const FRAMING: readonly string[] = [...HOP_BY_HOP_HEADERS, 'content-length', 'expect']
/** nginx writes these into every response, whatever else is said. */
const WRITTEN: readonly string[] = ['server', 'date', 'accept-ranges']

const METHOD = /^[A-Z]{1,32}$/
const COUNTED_HEADER = /^[A-Za-z0-9-]{1,128}$/

/** What nginx cannot carry of a route's filters. */
export function checkFilters(route: Route, refuse: Refuse): void {
  checkRequestHeaders(route, refuse)
  checkResponseHeaders(route, refuse)
  checkRewrite(route, refuse)
  checkMirrors(route, refuse)
  checkAccess(route, refuse)
  checkRealm(route, refuse)
  checkRateLimit(route, refuse)
  checkRetry(route, refuse)
  checkAges(route, refuse)
  route.compress?.types.forEach((type, index) => {
    const [kind = '', rest] = type.split('/')
    if (!isMediaType(type)) refuse(['compress', 'types', index], 'must be a media type')
    else if (rest === '*' && !KINDS.includes(kind)) {
      refuse(
        ['compress', 'types', index],
        `nginx has no wildcard: name the types, or one of ${KINDS.map((each) => `${each}/*`).join(', ')}`,
      )
    }
  })
}

function checkRequestHeaders({ requestHeaders }: Route, refuse: Refuse): void {
  checkHeaders(requestHeaders, 'requestHeaders', refuse, {
    fits: fitsWord,
    problemOf: (name) =>
      FRAMING.includes(name) ? 'is of the connection, which nginx speaks for' : undefined,
  })
}

function checkResponseHeaders({ responseHeaders, answer, access, expires }: Route, refuse: Refuse) {
  checkHeaders(responseHeaders, 'responseHeaders', refuse, {
    fits: fitsWord,
    problemOf: (name) => {
      if (FRAMING.includes(name) && name !== 'proxy-authenticate') {
        return 'is of the connection, which nginx speaks for'
      }
      if (WRITTEN.includes(name)) return 'is written by nginx itself'
      if (answer?.type === 'redirect' && ['location', 'content-type'].includes(name)) {
        return 'is what a redirect has of its own'
      }
      if (access?.basicAuth !== undefined && name === 'www-authenticate') {
        return 'is what asks for a user'
      }
      if (expires !== undefined && ['cache-control', 'expires'].includes(name)) {
        return 'is what expires writes'
      }
      return undefined
    },
  })
}

function checkMirrors({ mirrors = [] }: Route, refuse: Refuse): void {
  mirrors.forEach(({ percent }, index) => {
    if (!(percent >= 0 && percent <= 100)) {
      refuse(['mirrors', index, 'percent'], 'must be from 0 to 100')
    }
  })
}

function checkRealm({ access }: Route, refuse: Refuse): void {
  if (access?.basicAuth?.realm === 'off') {
    refuse(['access', 'basicAuth', 'realm'], 'nginx takes "off" for no authentication at all')
  }
}

function checkRateLimit({ rateLimit }: Route, refuse: Refuse): void {
  if (rateLimit === undefined) return
  const { requests, perMs, key } = rateLimit
  if (!isWhole(requests, 1, 1_000_000) || !isWhole(perMs, 1, 86_400_000)) {
    refuse(['rateLimit'], 'must be from 1 to 1000000 requests in a time of up to a day')
  } else if (leakRate(rateLimit) === undefined) {
    refuse(['rateLimit'], 'nginx counts no less than one request a minute: shorten the time')
  }
  if (key.type === 'header' && !COUNTED_HEADER.test(key.name)) {
    refuse(['rateLimit', 'key', 'name'], 'must be of letters, digits and "-"')
  }
}

function checkRetry({ retry }: Route, refuse: Refuse): void {
  if (retry === undefined) return
  if (!isWhole(retry.attempts, 0, 100)) {
    refuse(['retry', 'attempts'], 'must be a whole number from 0 to 100')
  }
  retry.codes.forEach((code, index) => {
    if (!RETRIED_CODES.includes(code)) {
      refuse(
        ['retry', 'codes', index],
        `nginx takes none but ${RETRIED_CODES.join(', ')} for a failure`,
      )
    }
  })
  retry.methods.forEach((method, index) => {
    if (!METHOD.test(method)) {
      refuse(['retry', 'methods', index], 'must be a method in upper case letters')
    }
  })
}
