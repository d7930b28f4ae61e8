import type { HashOn, ServicePool, SessionPersistence, View } from '../../../model/view/view.ts'
import { liveCertificates } from './live-certificates.ts'

/**
 * What the Lua is told of certificates, and of each service beside its endpoints: lines of words, see
 * `lua/zoogate/settings.lua`. No word has a space: names are tokens, by `refusals.ts`.
 */
export function serviceSettings(view: View, generation: string): string {
  const lines = [
    ['generation', generation],
    ...liveCertificates(view).map((name) => ['certificate', name]),
    ...[...view.services.values()].flatMap(serviceLines),
  ]
  return lines.map((words) => `${words.join(' ')}\n`).join('')
}

type Line = readonly (string | number)[]

function serviceLines(pool: ServicePool): readonly Line[] {
  const { name, algorithm, hashOn, sessionPersistence, connections, slowStartMs } = pool
  const outliers = pool.outlierDetection
  return [
    ['service', name, algorithm],
    ...(algorithm === 'consistentHash' && hashOn !== undefined ? [hashLine(hashOn)] : []),
    ...(sessionPersistence === undefined ? [] : [sessionLine(sessionPersistence)]),
    ...(connections.max === undefined ? [] : [['connections', connections.max]]),
    ...(slowStartMs === undefined || slowStartMs === 0 ? [] : [['slow', slowStartMs]]),
    ...(outliers === undefined
      ? []
      : [
          [
            'outliers',
            outliers.consecutive5xx,
            outliers.baseEjectionMs,
            outliers.maxEjectionPercent,
          ],
        ]),
  ]
}

function hashLine(hashOn: HashOn): Line {
  switch (hashOn.type) {
    case 'header':
      return ['hash', 'header', hashOn.name.toLowerCase().replaceAll('-', '_')]
    case 'cookie':
      return ['hash', 'cookie', hashOn.name]
    default:
      return ['hash', hashOn.type]
  }
}

function sessionLine(session: SessionPersistence): Line {
  if (session.type === 'SourceIP') return ['session', 'source']
  const mode = session.mode === 'Application' ? 'application' : 'insert'
  return ['session', mode, session.sessionName]
}
