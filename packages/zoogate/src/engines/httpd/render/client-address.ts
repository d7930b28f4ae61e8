import type { View } from '../../../model/view/view.ts'
import { type Directive, directive } from './directive.ts'
import type { ControlAddress } from './files.ts'
import { httpdNetworks } from './networks.ts'
import { condition } from './request-checks.ts'

/** Set where the peer of a connection is a proxy that is believed. */
export const TRUSTED = 'zoogate_trusted'
/** What X-Forwarded-For was before mod_remoteip took from it. Of ours: a client's own is written over. */
const SAID = 'X-Zoogate-Said'

/** Makes `REMOTE_ADDR` the client's, for whoever looks at it later. */
export function believedAddress(view: View, control: ControlAddress): readonly Directive[] {
  if (view.clientAddress?.proxyProtocol === true) {
    // Who is not to say who he is: the agent, which comes from the control listener's own address.
    return [directive('RemoteIPProxyProtocolExceptions', control.address)]
  }
  const networks = trustedProxies(view)
  if (networks.length === 0) return []
  return [
    directive('RequestHeader', 'set', SAID, 'expr=%{req_novary:X-Forwarded-For}', 'early'),
    directive('RemoteIPHeader', 'X-Forwarded-For'),
    // Of one of these httpd believes private addresses too.
    ...networks.map((network) => directive('RemoteIPInternalProxy', network)),
    ...networks.map((network) =>
      directive('SetEnvIfExpr', `%{CONN_REMOTE_ADDR} -ipmatch '${network}'`, TRUSTED),
    ),
  ]
}

/** Holds where a proxy that is believed says that the client speaks this scheme. Undefined: none is. */
export function saysScheme(view: View, scheme: string): readonly Directive[] | undefined {
  if (view.clientAddress?.proxyProtocol === true || trustedProxies(view).length === 0) return
  return [
    condition(`%{ENV:${TRUSTED}}`, '!^$'),
    condition('%{HTTP:X-Forwarded-Proto}', `^${scheme}$`),
  ]
}

/** Of a listener: every connection begins with a PROXY protocol header. */
export function proxyProtocol({ clientAddress }: View): readonly Directive[] {
  return clientAddress?.proxyProtocol === true ? [directive('RemoteIPProxyProtocol', 'On')] : []
}

/**
 * Who asks, and by which way, for the endpoint. A client's own words are replaced; those of a proxy
 * that is believed are added to.
 */
export function forwardingHeaders(view: View): readonly Directive[] {
  const isBelieving = view.clientAddress?.proxyProtocol !== true && trustedProxies(view).length > 0
  const peer = isBelieving ? '%{CONN_REMOTE_ADDR}' : '%{REMOTE_ADDR}'
  const own = `for=${peer};proto=%{REQUEST_SCHEME}`
  const ownV6 = `for="[${peer}]";proto=%{REQUEST_SCHEME}`
  const isV6 = `${peer} =~ /:/`
  if (!isBelieving) {
    return [
      set('X-Forwarded-For', `expr=${peer}`),
      set('X-Forwarded-Proto', 'expr=%{REQUEST_SCHEME}'),
      directive('RequestHeader', 'unset', 'X-Forwarded-Host'),
      setAuthority('-n %{ENV:zoogate_authority}'),
      set('Forwarded', `expr=${own}`),
      set('Forwarded', `expr=${ownV6}`, isV6),
    ]
  }
  const said = (header: string) => `-n %{ENV:${TRUSTED}} && -n %{req_novary:${header}}`
  const isUnsaid = (header: string) => `-z %{ENV:${TRUSTED}} || -z %{req_novary:${header}}`
  return [
    set('X-Forwarded-For', `expr=%{req_novary:${SAID}}, ${peer}`, said(SAID)),
    set('X-Forwarded-For', `expr=${peer}`, isUnsaid(SAID)),
    directive('RequestHeader', 'unset', SAID),
    set(
      'X-Forwarded-Proto',
      'expr=%{REQUEST_SCHEME}',
      `-z %{ENV:${TRUSTED}} || ! (%{req_novary:X-Forwarded-Proto} =~ /^https?$/)`,
    ),
    directive('RequestHeader', 'unset', 'X-Forwarded-Host', `expr=-z %{ENV:${TRUSTED}}`),
    setAuthority(`-n %{ENV:zoogate_authority} && -z %{req_novary:X-Forwarded-Host}`),
    directive('RequestHeader', 'unset', 'Forwarded', `expr=-z %{ENV:${TRUSTED}}`),
    directive('RequestHeader', 'append', 'Forwarded', `expr=${own}`, `expr=! (${isV6})`),
    directive('RequestHeader', 'append', 'Forwarded', `expr=${ownV6}`, `expr=${isV6}`),
  ]
}

function trustedProxies({ clientAddress }: View): readonly string[] {
  return httpdNetworks(clientAddress?.trustedProxies ?? [])
}

function set(header: string, value: string, when?: string): Directive {
  const condition = when === undefined ? [] : [`expr=${when}`]
  return directive('RequestHeader', 'set', header, value, ...condition)
}

/** Before it could be read, in a request that is refused, there is none. */
function setAuthority(when: string): Directive {
  return set('X-Forwarded-Host', '%{zoogate_authority}e', when)
}
