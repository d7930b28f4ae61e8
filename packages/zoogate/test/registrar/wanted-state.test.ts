import { describe, expect, it } from 'vitest'
import { wantedState } from '../../src/registrar/wanted-state.ts'

describe('wantedState', () => {
  const table = [
    ['running', true, false, 'up'],
    ['running', false, false, 'down'],
    ['running', true, true, 'draining'],
    ['running', false, true, 'down'],
    ['ended', true, false, 'down'],
    ['ended', false, false, 'down'],
    ['ended', true, true, 'down'],
    ['ended', false, true, 'down'],
    ['elsewhere', true, false, 'up'],
    ['elsewhere', false, false, 'down'],
    ['elsewhere', true, true, 'draining'],
    ['elsewhere', false, true, 'down'],
  ] as const

  it.each(table)('program %s, passing %s, leaving %s: %s', (program, passing, leaving, state) => {
    expect(wantedState({ program, passing, leaving })).toBe(state)
  })
})
