/** What the proxy has done since it started. Whole numbers that only grow, but for `active*`. */
export interface Counters {
  requests: number
  /** Responses by the first digit of their status. */
  status1xx: number
  status2xx: number
  status3xx: number
  status4xx: number
  status5xx: number
  retries: number
  /** Requests that never were answered, because the client left or the endpoint broke off. */
  clientAborts: number
  truncated: number
  /** Requests refused as ambiguous. */
  refused: number
  upgrades: number
  /** Client connections closed at once because there were too many. */
  connectionsRefused: number
  activeRequests: number
  activeConnections: number
}

export function newCounters(): Counters {
  return {
    requests: 0,
    status1xx: 0,
    status2xx: 0,
    status3xx: 0,
    status4xx: 0,
    status5xx: 0,
    retries: 0,
    clientAborts: 0,
    truncated: 0,
    refused: 0,
    upgrades: 0,
    connectionsRefused: 0,
    activeRequests: 0,
    activeConnections: 0,
  }
}

export function countStatus(counters: Counters, status: number): void {
  if (status < 200) counters.status1xx++
  else if (status < 300) counters.status2xx++
  else if (status < 400) counters.status3xx++
  else if (status < 500) counters.status4xx++
  else counters.status5xx++
}
