import type { FeatureName } from '../../model/features/index.ts'
import type { FeatureReasons } from '../engine.ts'

/** What of the model this engine carries. */
export const CARRIED: ReadonlySet<FeatureName> = new Set<FeatureName>([
  'Gateway.spec.listeners.protocol=HTTPS',
  'Gateway.spec.listeners.tls.certificateRefs',
  'Gateway.spec.listeners.tls.minVersion',
  'Gateway.spec.listeners.tls.http2',
  'Gateway.spec.listeners.tls.clientCertificates',
  'Gateway.spec.clientAddress.trustedProxies',
  'Gateway.spec.clientAddress.proxyProtocol',
  'Gateway.spec.limits.headerBytes',
  'Gateway.spec.limits.bodyBytes',
  'Gateway.spec.limits.idle',
  'Gateway.spec.concurrency.workers',
  'HTTPRoute.spec.rules.matches.path.type=RegularExpression',
  'HTTPRoute.spec.rules.matches.method',
  'HTTPRoute.spec.rules.matches.headers',
  'HTTPRoute.spec.rules.matches.headers.type=RegularExpression',
  'HTTPRoute.spec.rules.matches.queryParams',
  'HTTPRoute.spec.rules.matches.queryParams.type=RegularExpression',
  'HTTPRoute.spec.rules.filters.requestHeaderModifier',
  'HTTPRoute.spec.rules.filters.responseHeaderModifier',
  'HTTPRoute.spec.rules.filters.requestRedirect',
  'HTTPRoute.spec.rules.filters.urlRewrite.hostname',
  'HTTPRoute.spec.rules.filters.urlRewrite.path',
  'HTTPRoute.spec.rules.filters.access.allow',
  'HTTPRoute.spec.rules.filters.access.basicAuth',
  'HTTPRoute.spec.rules.filters.cache',
  'HTTPRoute.spec.rules.filters.expires',
  'HTTPRoute.spec.rules.filters.compress',
  'HTTPRoute.spec.rules.static',
  'HTTPRoute.spec.rules.fastcgi',
  'HTTPRoute.spec.rules.cgi',
  'HTTPRoute.spec.rules.timeouts.request',
  'HTTPRoute.spec.rules.timeouts.backendRequest',
  'Service.spec.balance.algorithm=roundRobin',
  'Service.spec.balance.algorithm=random',
  'Service.spec.balance.algorithm=leastRequest',
  'Service.spec.balance.algorithm=consistentHash',
  'Service.spec.balance.hashOn=sourceIP',
  'Service.spec.balance.hashOn=header',
  'Service.spec.balance.hashOn=cookie',
  'Service.spec.balance.hashOn=path',
  'Service.spec.sessionPersistence.cookie.mode=Insert',
  'Service.spec.sessionPersistence.cookie.mode=Application',
  'Service.spec.sessionPersistence.type=SourceIP',
  'Service.spec.slowStart',
  'Service.spec.healthCheck.http',
  'Service.spec.healthCheck.tcp',
  'Service.spec.tls',
  'Service.spec.tls.clientCertificateRef',
])

/** Why not, and what to do instead. */
export const REASONS: FeatureReasons = {
  'Service.spec.balance.algorithm=peakEWMA': 'httpd does not measure latency: use leastRequest',
  'Service.spec.balance.algorithm=powerOfTwoChoices':
    'httpd does not compare two endpoints drawn by chance: use leastRequest',
  'Service.spec.connections.max':
    'httpd has a limit for each of its processes alone, and as many processes as its load asks for: limit connections at the endpoint',
  'Service.spec.connections.queue':
    'httpd lets requests wait in each of its processes alone, in no queue that could be bounded: limit them at the endpoint',
  'HTTPRoute.spec.rules.filters.requestMirror':
    'httpd sends a request to one endpoint alone, and none of its modules sends a copy: use nginx for mirrors',
  'HTTPRoute.spec.rules.retry':
    'httpd can send nothing again but a GET without a body, and its balancer cannot be told to leave out the endpoint that failed, so that a status might be asked for there again. It does by itself: another endpoint is tried where a connection could not be opened, and a GET that broke off is sent up to three times more. Leave it out, or use haproxy or nginx',
  'HTTPRoute.spec.rules.filters.rateLimit':
    'httpd limits bytes, not requests (mod_ratelimit); modules from elsewhere that count requests do so in each process alone, or take another limit at a restart only: use haproxy or nginx, or one of them in front',
  'Service.spec.outlierDetection':
    'httpd leaves an endpoint out at its first failure or not at all (failonstatus): it counts no failures in a row, and knows no share of the pool that has to stay. Use healthCheck',
  'Service.spec.tls.serverName':
    'httpd asks an endpoint for the name that the client asked for (that is its SNI, and what a certificate is held to), and for no other: leave it out, with a CA that signs for these endpoints alone, or use haproxy or nginx',
  'Service.spec.healthCheck.zookeeper':
    'httpd speaks HTTP only: use haproxy or nginx for an ensemble',
  'Gateway.spec.listeners.protocol=TCP': 'httpd speaks HTTP only: use haproxy or nginx for TCP',
  'Gateway.spec.listeners.protocol=TLS': 'httpd speaks HTTP only: use haproxy or nginx for TCP',
}
