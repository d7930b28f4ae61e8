import { mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../../../test/support/folder.ts'
import { freePort } from '../../../../test/support/free-port.ts'
import { startProgram } from '../../../../test/support/program.ts'
import { waitFor } from '../../../../test/support/wait-for.ts'
import type { EnginePaths, EngineProgram } from '../../src/engines/engine.ts'
import { AttachedProcess, SupervisedProcess } from '../../src/supervisor/index.ts'
import { isRunning, processIdentity } from '../../src/supervisor/process-identity.ts'
import { controlSocketPath } from '../../src/supervisor/supervisor-files.ts'

/**
 * An engine as HAProxy and nginx are: a master that starts a worker, which listens. When the master
 * is killed the worker stays, with the port, and ends at the stop signal.
 */
const ENGINE = `
  const { fork } = require('node:child_process')
  const http = require('node:http')
  if (process.argv[2] === 'worker') {
    const server = http.createServer((_, res) => res.end(String(process.ppid)))
    server.listen(Number(process.argv[3]), '127.0.0.1')
    server.on('error', () => process.exit(1))
    process.on('SIGUSR1', () => process.exit(0))
    process.on('disconnect', () => {})
  } else {
    console.log('started ' + process.pid)
    const worker = fork(__filename, ['worker', process.argv[2]])
    worker.on('exit', (code) => process.exit(code ?? 1))
    process.on('SIGUSR1', () => worker.kill('SIGUSR1'))
    process.on('SIGHUP', () => console.log('reloaded'))
  }
`

async function setup() {
  const folder = await temporaryFolder()
  const paths: EnginePaths = {
    folder: folder.path,
    current: join(folder.path, 'current'),
    logs: join(folder.path, 'logs'),
    run: join(folder.path, 'run'),
  }
  await mkdir(join(folder.path, '1'))
  await symlink(join(folder.path, '1'), paths.current)
  const script = join(folder.path, 'engine.cjs')
  await writeFile(script, ENGINE)
  const port = await freePort()
  const program: EngineProgram = {
    command: process.execPath,
    args: [script, String(port)],
    stopSignal: 'SIGUSR1',
    stopTimeoutMs: 5_000,
    listeners: 'own',
  }
  const supervised = new SupervisedProcess(paths, program)
  const ask = () =>
    fetch(`http://127.0.0.1:${port}/`)
      .then((response) => response.text())
      .catch(() => undefined)
  return {
    paths,
    program,
    supervised,
    ask,
    /** Waits until the engine serves, and gives its pid. */
    served: async () => {
      await supervised.ensure()
      return waitFor('the engine to serve', async () => {
        const { pid } = await supervised.status()
        return pid !== undefined && (await ask()) === String(pid) ? pid : undefined
      })
    },
    supervisorPid: async () => {
      const text = await readFile(join(paths.folder, 'supervisor.lock'), 'utf8')
      return Number(/"pid":(\d+)/.exec(text)?.[1])
    },
    async [Symbol.asyncDispose]() {
      await supervised.shutdown()
      await folder[Symbol.asyncDispose]()
    },
  }
}

describe('an engine that binds for itself', () => {
  it('is started again after its master was killed, past the workers left behind', async () => {
    await using node = await setup()
    const pid = await node.served()
    process.kill(pid, 'SIGKILL')
    const next = await waitFor('another engine', async () => {
      const answer = await node.ask()
      return answer !== undefined && answer !== '1' && answer !== String(pid) ? answer : undefined
    })
    const status = await node.supervised.status()
    expect(String(status.pid)).toBe(next)
    expect(status.restarts).toBeGreaterThan(0)
  })

  it('leaves no workers behind that end at another signal than their master', async () => {
    await using node = await setup()
    const pid = await node.served()
    const text = await readFile(join(node.paths.folder, 'engine.cjs'), 'utf8')
    const deaf = text.replace(
      "process.on('SIGUSR1', () => process.exit(0))",
      "process.on('SIGUSR1', () => {})",
    )
    await writeFile(join(node.paths.folder, 'engine.cjs'), deaf)
    await node.supervised.stop()
    await node.supervised.update({ ...node.program, orphansSignal: 'SIGTERM', stopTimeoutMs: 200 })
    await node.supervised.start()
    const next = await node.served()
    expect(next).not.toBe(pid)
    process.kill(next, 'SIGKILL')
    await waitFor('another engine', async () => {
      const answer = await node.ask()
      return answer !== undefined && answer !== '1' && answer !== String(next)
    })
  })

  it('is kept, not doubled, by the next supervisor, and watched by it', async () => {
    await using node = await setup()
    const pid = await node.served()
    const before = await node.supervised.status()
    const supervisor = await node.supervisorPid()
    process.kill(supervisor, 'SIGKILL')
    await waitFor('the supervisor to be gone', () => processIdentity(supervisor) === undefined)
    expect(await node.ask()).toBe(String(pid))
    // The first to ask starts the next one.
    expect((await node.supervised.status()).startId).toBe(before.startId)
    expect(await node.supervisorPid()).not.toBe(supervisor)
    process.kill(pid, 'SIGKILL')
    await waitFor('another engine', async () => {
      const now = await node.supervised.status()
      return now.pid !== undefined && now.pid !== pid && (await node.ask()) === String(now.pid)
    })
  })

  it('gets signals, writes its log, stops gracefully and starts with another program', async () => {
    await using node = await setup()
    const pid = await node.served()
    await node.supervised.signal('SIGHUP')
    const log = () => readFile(join(node.paths.logs, 'engine.log'), 'utf8')
    await waitFor('the engine to say so', async () => (await log()).includes('reloaded'))
    expect((await node.supervised.stop()).running).toBe(false)
    expect(processIdentity(pid)).toBeUndefined()
    await expect(node.supervised.signal('SIGHUP')).rejects.toMatchObject({
      code: 'SUPERVISOR_NOT_RUNNING',
    })
    await expect(node.supervised.call('reload', {})).rejects.toMatchObject({
      code: 'SUPERVISOR_NOT_RUNNING',
    })
    await node.supervised.update({ ...node.program, args: [...node.program.args, 'more'] })
    await node.supervised.start()
    const next = await node.served()
    expect(next).not.toBe(pid)
    expect(await readFile(`/proc/${next}/cmdline`, 'utf8')).toContain('more')
    await expect(node.supervised.call('reload', {})).rejects.toMatchObject({
      code: 'SUPERVISOR_UNSUPPORTED',
    })
  })

  it('answers only its owner, and survives what is no request', async () => {
    await using node = await setup()
    await node.served()
    const path = controlSocketPath(node.paths.run)
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    const socket = connect(path)
    let answers = ''
    socket.on('data', (chunk) => {
      answers += chunk
    })
    socket.write('nonsense\n{"id":1,"method":"nothing"}\n{"id":2,"method":"signal","params":{}}\n')
    socket.write('{"id":3,"method":"call","params":7}\n{"id":4,"method":"update"}\n')
    await waitFor('five answers', () => answers.split('\n').length === 6)
    expect(answers.match(/SUPERVISOR_BAD_REQUEST/g)).toHaveLength(5)
    socket.destroy()
    expect((await node.supervised.status()).running).toBe(true)
  })

  it('is not needed: a program that cannot start is tried again and reported', async () => {
    await using node = await setup()
    const missing = { ...node.program, command: '/nowhere/engine', args: [] }
    const supervised = new SupervisedProcess(node.paths, missing)
    await supervised.ensure()
    await waitFor('the reason', async () => {
      const { lastExit } = await supervised.status()
      return lastExit?.includes('/nowhere/engine')
    })
    await supervised.update(node.program)
    await node.served()
  })
})

describe('an engine that the host runs', () => {
  it('is found by its pid file, and signalled', async () => {
    await using folder = await temporaryFolder()
    const pidFile = join(folder.path, 'engine.pid')
    const attached = new AttachedProcess({ pidFile })
    expect(await attached.status()).toEqual({ running: false, restarts: 0 })
    const program = await startProgram('sleep', ['1000'])
    await using _ = program
    await writeFile(pidFile, `${program.pid}\n`)
    const status = await attached.status()
    expect(status).toMatchObject({ running: true, pid: program.pid })
    expect(status.startId).toMatch(new RegExp(`^${program.pid}-\\d+$`))
    await expect(attached.call('reload')).rejects.toMatchObject({
      code: 'SUPERVISOR_UNSUPPORTED',
    })
    await attached.signal('SIGTERM')
    expect(await program.exited).toBe('SIGTERM')
    expect((await attached.status()).running).toBe(false)
    await expect(attached.signal('SIGHUP')).rejects.toMatchObject({
      code: 'SUPERVISOR_NOT_RUNNING',
    })
  })

  it('is started and reloaded by the commands of the host', async () => {
    await using folder = await temporaryFolder()
    const pidFile = join(folder.path, 'engine.pid')
    const reloaded = join(folder.path, 'reloaded')
    const attached = new AttachedProcess({
      pidFile,
      startCommand: ['/bin/sh', '-c', `sleep 1000 >/dev/null 2>&1 & echo $! > ${pidFile}`],
      reloadCommand: ['/usr/bin/touch', reloaded],
    })
    const { pid } = await attached.start()
    const identity = pid === undefined ? undefined : processIdentity(pid)
    if (identity === undefined) throw new Error('nothing was started')
    await attached.signal('SIGHUP')
    expect((await stat(reloaded)).isFile()).toBe(true)
    expect(isRunning(identity)).toBe(true)
    await attached.signal('SIGKILL')
  })
})
