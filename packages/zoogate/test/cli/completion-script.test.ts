import { describe, expect, it } from 'vitest'
import { completionScript, SHELLS } from '../../src/cli/completion-script.ts'

const commands = [
  { name: 'apply', summary: 'make it so', options: [{ long: '--prune', summary: "what's left" }] },
  { name: 'status', summary: 'show it', options: [] },
  { name: 'get', summary: 'show one', words: ['Gateway', 'Service'], options: [] },
]

describe('completionScript', () => {
  it('names every command and option in every shell', () => {
    for (const shell of SHELLS) {
      const script = completionScript(shell, commands)
      for (const word of ['apply', 'prune', 'status', 'Gateway Service'])
        expect(script).toContain(word)
    }
    expect(completionScript('fish', commands)).toContain("'what\\'s left'")
  })
})
