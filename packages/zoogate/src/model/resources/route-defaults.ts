/** What routes have where they say nothing. */
export const ROUTE_DEFAULTS = {
  weight: 1,
  pathType: 'PathPrefix',
  path: '/',
  valueType: 'Exact',
  statusCode: 302,
  mirrorPercent: 100,
  rateLimitPer: '1s',
  rateLimitKey: 'sourceIP',
  compressTypes: ['text/*', 'application/json', 'application/javascript', 'image/svg+xml'],
  staticIndex: ['index.html'],
  fastcgiIndex: 'index.php',
  retryAttempts: 1,
  /** The idempotent ones (RFC 9110 §9.2.2). */
  retryMethods: ['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE'],
} as const
