/** What a Service has where it says nothing. Apart from the schema, for commands that need no schema. */
export const SERVICE_DEFAULTS = {
  format: 'zoogate',
  algorithm: 'roundRobin',
  sessionType: 'Cookie',
  sessionName: 'zoogate',
  weight: 1,
  healthPath: '/',
  healthStatus: '200-399',
  interval: '2s',
  timeout: '1s',
  rise: 2,
  fall: 3,
  maxLost: '50%',
  window: '10s',
  /** Where there is a health check; without one nothing tells a lost instance from a dead one: 0. */
  linger: '5s',
  holdFor: '15m',
  connectTimeout: '1s',
} as const
