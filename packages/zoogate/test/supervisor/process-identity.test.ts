import { describe, expect, it } from 'vitest'
import {
  identityFromStat,
  isRunning,
  processIdentity,
  startIdOf,
} from '../../src/supervisor/process-identity.ts'

const stat = (name: string, state: string) =>
  `7 (${name}) ${state} 1 7 7 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 123456 10 20 30`

describe('processIdentity', () => {
  it.each(['node', 'a b', ') R 1 2 3 (', '((', 'x) S 1'])('reads past the name %j', (name) => {
    expect(identityFromStat(7, stat(name, 'S'))).toEqual({ pid: 7, startTicks: '123456' })
  })

  it('takes a zombie for gone', () => {
    expect(identityFromStat(7, stat('node', 'Z'))).toBeUndefined()
    expect(identityFromStat(7, '')).toBeUndefined()
  })

  it('tells this process from another with its pid', () => {
    const self = processIdentity(process.pid)
    if (self === undefined) throw new Error('this process is gone')
    expect(isRunning(self)).toBe(true)
    expect(isRunning({ ...self, startTicks: '1' })).toBe(false)
    expect(startIdOf(self)).toBe(`${process.pid}-${self.startTicks}`)
    expect(processIdentity(4_194_305)).toBeUndefined()
  })
})
