import { execFileSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { temporaryFolder } from '../../../../test/support/folder.ts'
import { runZoogate } from './run-zoogate.ts'

it('gives bash a script that it completes commands and options by', async () => {
  await using folder = await temporaryFolder()
  const { code, stdout: script } = await runZoogate(['completion', 'bash'], { cwd: folder.path })
  expect(code).toBe(0)
  const complete = (...words: string[]) =>
    execFileSync(
      'bash',
      [
        '-c',
        `${script}\nCOMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _zoogate; echo "\${COMPREPLY[*]}"`,
        'bash',
        ...words,
      ],
      { encoding: 'utf8', cwd: folder.path },
    ).trim()
  expect(complete('zoogate', 'und')).toBe('undrain')
  expect(complete('zoogate', 'sup')).toBe('')
  expect(complete('zoogate', 'apply', '--pr')).toBe('--prune')
  expect(complete('zoogate', 'explain', 'Gateway.spec.lim')).toBe(
    'Gateway.spec.limits Gateway.spec.limits.headerBytes Gateway.spec.limits.bodyBytes Gateway.spec.limits.idle',
  )
  expect(complete('zoogate', 'get', 'HT')).toBe('HTTPRoute')
})
