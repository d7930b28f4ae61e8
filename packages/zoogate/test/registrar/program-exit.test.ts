import { describe, expect, it } from 'vitest'
import { describeExit, exitCodeOf, startFailure } from '../../src/registrar/program-exit.ts'

describe('a program that ended', () => {
  it('gives the exit code that a shell would', () => {
    expect(exitCodeOf({ code: 0, signal: undefined })).toBe(0)
    expect(exitCodeOf({ code: 7, signal: undefined })).toBe(7)
    expect(exitCodeOf({ code: undefined, signal: 'SIGKILL' })).toBe(137)
    expect(exitCodeOf({ code: undefined, signal: 'SIGTERM' })).toBe(143)
    const absent = Object.assign(new Error('spawn x ENOENT'), { code: 'ENOENT' })
    expect(exitCodeOf(startFailure(absent))).toBe(127)
    expect(exitCodeOf(startFailure(Object.assign(new Error('x'), { code: 'EACCES' })))).toBe(126)
  })

  it('is described in words', () => {
    expect(describeExit({ code: 1, signal: undefined })).toBe('ended with code 1')
    expect(describeExit({ code: undefined, signal: 'SIGKILL' })).toBe('was killed by SIGKILL')
    expect(describeExit(startFailure(new Error('spawn x ENOENT')))).toBe(
      'could not be started: spawn x ENOENT',
    )
  })
})
