import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../../../test/support/folder.ts'
import { waitFor } from '../../../../test/support/wait-for.ts'
import { ChildSupervisor } from '../../src/registrar/child-supervisor.ts'
import type { ProgramExit } from '../../src/registrar/program-exit.ts'

function supervise(script: string, restart: boolean) {
  const pids: number[] = []
  const exits: ProgramExit[] = []
  const supervisor = new ChildSupervisor({
    command: '/bin/sh',
    args: ['-c', script],
    env: process.env,
    restart,
    onStarted: (pid) => pids.push(pid),
    onEnded: (exit) => exits.push(exit),
    log: () => {},
  })
  supervisor.start()
  return { supervisor, pids, exits }
}

const isAlive = (pid: number) => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

describe('ChildSupervisor', () => {
  it('starts the program again until it is stopped', async () => {
    const { supervisor, pids, exits } = supervise('exit 3', true)
    await waitFor('two restarts', () => pids.length >= 3)
    await supervisor.stop(5_000)
    const count = pids.length
    expect(exits[0]).toEqual({ code: 3, signal: undefined })
    expect(exits).toHaveLength(count)
  })

  it('stops a program that will not listen by force', async () => {
    await using folder = await temporaryFolder()
    const file = join(folder.path, 'ready')
    const { supervisor } = supervise(
      `trap '' TERM; echo y > ${file}; while :; do sleep 1; done`,
      true,
    )
    await waitFor('the trap', () => readFile(file, 'utf8'))
    expect(await supervisor.stop(100)).toEqual({ code: undefined, signal: 'SIGKILL' })
  })

  it('ends what the program started with the program', async () => {
    await using folder = await temporaryFolder()
    const file = join(folder.path, 'pid')
    const { supervisor, pids } = supervise(`sleep 600 & echo $! > ${file}; wait`, false)
    const pid = Number(await waitFor('the child', () => readFile(file, 'utf8')))
    process.kill(pids[0] ?? 0, 'SIGKILL')
    expect(await supervisor.done).toEqual({ code: undefined, signal: 'SIGKILL' })
    await waitFor('the child of the program to end', () => !isAlive(pid))
  })
})
