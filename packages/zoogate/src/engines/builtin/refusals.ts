import { sessionCookie } from '../../model/view/session-cookie.ts'
import type { ServicePool, View } from '../../model/view/view.ts'
import type { EngineRefusal } from '../engine.ts'
import { featureRefusals } from '../feature-refusals.ts'
import { routeRefusals } from '../route-refusals.ts'
import { endpointRefusals } from '../shared/endpoint-refusals.ts'
import { gather } from '../shared/gather.ts'
import { isHeaderValue } from '../shared/grammar.ts'
import { CARRIED, REASONS } from './features.ts'

/** It becomes a file's name. */
const SERVICE_NAME = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/
const CHECK_PATH = /^\/[\x21-\x7e]{0,1023}$/
const LISTENER_NAME_CHARACTERS_MAX = 256
const METHOD = /^[A-Z]{1,32}$/
/** A token of RFC 9110. */
const COOKIE_NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}$/

/** What the builtin engine cannot carry of a view, by field. */
export function refusals(view: View): readonly EngineRefusal[] {
  return [
    ...featureRefusals(view, 'builtin', CARRIED, REASONS),
    ...routeRefusals(view),
    ...[...view.services.values()].flatMap(serviceRefusals),
    ...listenerRefusals(view),
    ...matchRefusals(view),
  ]
}

function serviceRefusals(pool: ServicePool): readonly EngineRefusal[] {
  const { name } = pool
  return gather(`Service/${name}`, (refuse) => {
    if (!SERVICE_NAME.test(name)) refuse(['services', name], 'must be named by a-z, 0-9 and -')
    const cookie = sessionCookie(pool)
    if (cookie !== undefined && !COOKIE_NAME.test(cookie)) {
      refuse(['services', name, 'sessionPersistence', 'sessionName'], 'must be a cookie name')
    }
    const probe = pool.healthCheck?.probe
    if (probe?.type === 'http' && !CHECK_PATH.test(probe.path)) {
      const field = ['services', name, 'healthCheck', 'probe', 'path']
      refuse(field, 'must begin with "/" and be of printable ASCII without spaces')
    }
    endpointRefusals(pool, refuse)
  })
}

function listenerRefusals({ gateway, listeners }: View): readonly EngineRefusal[] {
  return gather(`Gateway/${gateway}`, (refuse) => {
    listeners.forEach(({ name }, index) => {
      if (name !== '' && name.length <= LISTENER_NAME_CHARACTERS_MAX) return
      const message = `must have from 1 to ${LISTENER_NAME_CHARACTERS_MAX} characters`
      refuse(['listeners', index, 'name'], message)
    })
  })
}

function matchRefusals({ routes }: View): readonly EngineRefusal[] {
  return routes.flatMap(({ id, method, path, headers }, index) =>
    gather(`HTTPRoute/${id.split('.', 1)[0]}`, (refuse) => {
      if (method !== undefined && !METHOD.test(method)) {
        refuse(['routes', index, 'method'], 'must be a method in upper case letters')
      }
      headers.forEach(({ value }, at) => {
        if (value === '' || isHeaderValue(value)) return
        const field = ['routes', index, 'headers', at, 'value']
        refuse(field, 'must be printable, without space at its ends')
      })
      if (path.type === 'RegularExpression') return
      if (path.value.startsWith('/') && decodes(path.value)) return
      refuse(['routes', index, 'path', 'value'], 'must begin with "/" and decode to UTF-8 text')
    }),
  )
}

function decodes(path: string): boolean {
  try {
    decodeURIComponent(path)
    return true
  } catch {
    return false
  }
}
