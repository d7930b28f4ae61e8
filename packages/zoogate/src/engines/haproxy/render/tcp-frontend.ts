import type { Listener, View } from '../../../model/view/view.ts'
import { binds } from './bind.ts'
import type { Section } from './directive.ts'
import { chooseByWeight } from './ejections.ts'
import type { HaproxyHost } from './host.ts'
import { frontendName } from './names.ts'

/** The frontend section of one listener of connections. */
export function tcpFrontendSection(view: View, listener: Listener, host: HaproxyHost): Section {
  const route = view.tcpRoutes?.find(({ listeners }) => listeners.includes(listener.name))
  const choice = chooseByWeight(view, route?.backends ?? [], {
    rules: ['tcp-request', 'content'],
    variant: { mode: 'tcp' },
    condition: [],
  })
  return {
    heading: ['frontend', frontendName(listener.name)],
    directives: [
      ['mode', 'tcp'],
      // HAProxy warns of what the defaults have for HTTP.
      ['no', 'option', 'idle-close-on-response'],
      ...binds(view, listener, host),
      ['maxconn', String(view.concurrency.maxConnections)],
      ...(choice === undefined
        ? [['tcp-request', 'connection', 'reject']]
        : [...choice.rules, ...choice.uses]),
    ],
  }
}
