import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { unifiedDiff } from '../../../src/model/values/unified-diff.ts'

const names = { before: 'a', after: 'b' }
const text = (lines: readonly string[]) => lines.map((line) => `${line}\n`).join('')

/** What a patch program does: walks along the text before, and takes the hunks' word. */
function patched(before: readonly string[], diff: string): readonly string[] {
  const result: string[] = []
  let at = 0
  for (const line of diff.split('\n').slice(2)) {
    const start = /^@@ -(\d+),(\d+) \+\d+,\d+ @@$/.exec(line)
    if (start !== null) {
      const first = Number(start[1]) - (start[2] === '0' ? 0 : 1)
      while (at < first) result.push(before[at++] ?? '')
    } else if (line.startsWith('+')) result.push(line.slice(1))
    else {
      expect(before[at]).toBe(line.slice(1))
      if (line.startsWith(' ')) result.push(line.slice(1))
      at++
    }
  }
  return [...result, ...before.slice(at)]
}

describe('unifiedDiff', () => {
  it('writes what diff -u writes', () => {
    const before = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '10', '11', '12']
    const after = ['1', '2', '3', '4', 'five', '6', '7', '8', '9', '10', '11', '12', '13']
    expect(unifiedDiff(text(before), text(after), names)).toBe(
      [
        '--- a',
        '+++ b',
        ...['@@ -2,7 +2,7 @@', ' 2', ' 3', ' 4', '-5', '+five', ' 6', ' 7', ' 8'],
        ...['@@ -10,3 +10,4 @@', ' 10', ' 11', ' 12', '+13'],
      ].join('\n'),
    )
  })

  it('is empty for equal texts, and whole for new ones', () => {
    expect(unifiedDiff('x\n', 'x\n', names)).toBe('')
    expect(unifiedDiff('', 'x\n', names)).toBe('--- a\n+++ b\n@@ -0,0 +1,1 @@\n+x')
    expect(unifiedDiff('x\n', '', names)).toBe('--- a\n+++ b\n@@ -1,1 +0,0 @@\n-x')
  })

  it('takes the text before to the text after', () => {
    const lines = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 30 })
    fc.assert(
      fc.property(lines, lines, (before, after) => {
        const diff = unifiedDiff(text(before), text(after), names)
        expect(diff === '' ? before : patched(before, diff)).toEqual(after)
      }),
    )
  })

  it('stays within its memory on texts that have nothing in common', () => {
    const before = Array.from({ length: 5000 }, (_, index) => `a${index}`)
    const after = Array.from({ length: 5000 }, (_, index) => `b${index}`)
    expect(patched(before, unifiedDiff(text(before), text(after), names))).toEqual(after)
  })
})
