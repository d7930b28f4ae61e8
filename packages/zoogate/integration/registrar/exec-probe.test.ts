import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../../../test/support/folder.ts'
import { waitFor } from '../../../../test/support/wait-for.ts'
import { execProbe } from '../../src/registrar/exec-probe.ts'

const isAlive = (pid: number) => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

describe('execProbe', () => {
  it('passes with exit code 0, and tells why it does not with another', async () => {
    expect(await execProbe('true', { timeoutMs: 5_000 })).toMatchObject({
      passed: true,
      detail: 'ended with 0',
    })
    expect(
      await execProbe('echo first >&2; echo disk full >&2; exit 3', { timeoutMs: 5_000 }),
    ).toMatchObject({ passed: false, detail: 'ended with 3: disk full' })
  })

  it('kills a command that hangs, with all that it started', async () => {
    await using folder = await temporaryFolder()
    const file = join(folder.path, 'pid')
    const result = await execProbe(`sleep 600 & echo $! > ${file}; wait`, { timeoutMs: 300 })
    expect(result).toMatchObject({ passed: false, detail: 'still running after 300 ms' })
    const pid = Number(await readFile(file, 'utf8'))
    await waitFor('the child of the command to end', () => !isAlive(pid))
  })

  it('can be aborted', async () => {
    const result = await execProbe('sleep 600', {
      timeoutMs: 60_000,
      signal: AbortSignal.timeout(20),
    })
    expect(result.passed).toBe(false)
  })
})
