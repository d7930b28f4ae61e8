import type { ServicePool } from './view.ts'

/** The cookie that keeps a client on its endpoint; undefined where none does. */
export function sessionCookie({ sessionPersistence }: ServicePool): string | undefined {
  return sessionPersistence?.type === 'Cookie' ? sessionPersistence.sessionName : undefined
}
