/** What a Gateway has where it says nothing. */
export const GATEWAY_DEFAULTS = {
  listenAddress: '*',
  protocol: 'HTTP',
  tlsMinVersion: '1.2',
  http2: true,
  clientCertificates: 'Required',
  proxyProtocol: false,
  workers: 'auto',
  maxConnections: 20_000,
  keepAlive: '60s',
} as const
