import { ZOOKEEPER_SERVING } from '@zoogate/balancer/health'
import type { ServicePool } from '../../../model/view/view.ts'
import type { Directive } from './directive.ts'

/**
 * The endpoint's address and port as a Host header has them: IPv6 in brackets. It is a log-format
 * string, evaluated for each check.
 */
const CHECK_HOST = String.raw`%[bc_dst,regsub("^(.*:.*)$","[\\1]")]:%[bc_dst_port]`

/** How endpoints are asked. When, is on their lines. */
export function healthCheck({ healthCheck: check }: ServicePool): readonly Directive[] {
  if (check === undefined) return []
  const { probe, timeoutMs } = check
  const timeout = ['timeout', 'check', `${timeoutMs}ms`]
  switch (probe.type) {
    // Without an option a check only connects.
    case 'tcp':
      return [timeout]
    case 'zookeeper':
      return [
        ['option', 'tcp-check'],
        ['tcp-check', 'connect'],
        ['tcp-check', 'send', String.raw`srvr\n`],
        ['tcp-check', 'expect', 'rstring', ZOOKEEPER_SERVING],
        timeout,
      ]
    case 'http': {
      const { path, statusFrom, statusTo } = probe
      return [
        ['option', 'httpchk'],
        [
          ...['http-check', 'send', 'meth', 'GET', 'uri', path],
          ...['ver', 'HTTP/1.1', 'hdr', 'Host', CHECK_HOST],
        ],
        ['http-check', 'expect', 'status', `${statusFrom}-${statusTo}`],
        timeout,
      ]
    }
  }
}
