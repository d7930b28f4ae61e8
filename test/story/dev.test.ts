import { spawnSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../support/folder.ts'
import { freePort } from '../support/free-port.ts'
import { pidsIn } from '../support/pids-in.ts'
import { type Program, startProgram } from '../support/program.ts'
import { waitFor } from '../support/wait-for.ts'

const ZOOGATE = fileURLToPath(new URL('../../packages/zoogate/bin/zoogate.mjs', import.meta.url))

interface Folder {
  readonly path: string
  readonly port: number
  readonly zookeeperPort: number
}

/** A folder with a desired state: one Gateway of the builtin engine, so that it runs everywhere. */
async function folderWithShop(path: string): Promise<Folder> {
  const folder = { path, port: await freePort(), zookeeperPort: await freePort() }
  await writeFile(join(path, 'shop.yaml'), shopYaml({ port: folder.port }))
  return folder
}

function shopYaml({ port, instances = 2 }: { port: number; instances?: number }): string {
  return `apiVersion: zoogate/v1
kind: Gateway
metadata: { name: edge }
spec: { engine: builtin, listeners: [{ name: http, address: 127.0.0.1, port: ${port} }] }
---
apiVersion: zoogate/v1
kind: Service
metadata: { name: shop }
---
apiVersion: zoogate/v1
kind: HTTPRoute
metadata: { name: shop }
spec: { parentRefs: [{ name: edge }], rules: [{ backendRefs: [{ name: shop }] }] }
---
apiVersion: zoogate/v1
kind: Demo
metadata: { name: shop }
spec: { service: shop, instances: ${instances} }
`
}

function startDev(folder: Folder, ready?: RegExp): Promise<Program> {
  const port = ['--port', String(folder.zookeeperPort)]
  return startProgram(process.execPath, [ZOOGATE, 'dev', 'shop.yaml', ...port], {
    cwd: folder.path,
    ...(ready === undefined ? {} : { ready, readyTimeoutMs: 60_000 }),
  })
}

const answer = async (port: number) => (await fetch(`http://127.0.0.1:${port}/`)).text()

async function answers(port: number, wanted: number): Promise<void> {
  await waitFor(
    `${wanted} instances to answer`,
    async () => {
      const seen = new Set<string>()
      for (let i = 0; i < wanted * 4; i++) seen.add(await answer(port).catch(() => 'none'))
      return seen.size === wanted && !seen.has('none')
    },
    { timeoutMs: 30_000, everyMs: 100 },
  )
}

test('from start to Ctrl-C: answers, follows the file, refuses mistakes, leaves nothing behind', async () => {
  await using temporary = await temporaryFolder()
  const folder = await folderWithShop(temporary.path)
  await using dev = await startDev(folder, /ready: http/)
  await answers(folder.port, 2)

  const file = join(folder.path, 'shop.yaml')
  await writeFile(file, shopYaml({ port: folder.port }).replace('backendRefs', 'backendRef'))
  await waitFor('the mistake to be told', () => /shop\.yaml:\d+:\d+.*backendRef/.test(dev.output()))
  await answers(folder.port, 2)

  const moved = await freePort()
  await writeFile(file, shopYaml({ port: moved, instances: 3 }))
  await answers(moved, 3)
  await waitFor('the former port to be closed', () =>
    answer(folder.port).then(
      () => false,
      () => true,
    ),
  )

  dev.kill('SIGINT')
  expect(await dev.exited).toBe(0)
  expect(dev.output()).toMatch(/stopping …[\s\S]*stopped\n$/)
  expect(pidsIn(folder.path)).toEqual([])
})

test('a rollback is told, and live until a file is saved', async () => {
  await using temporary = await temporaryFolder()
  const folder = await folderWithShop(temporary.path)
  await using dev = await startDev(folder, /ready: http/)
  const file = join(folder.path, 'shop.yaml')
  await writeFile(file, shopYaml({ port: folder.port, instances: 1 }))
  await answers(folder.port, 1)
  const rollback = spawnSync(process.execPath, [ZOOGATE, 'rollback'], { cwd: folder.path })
  expect(rollback.status).toBe(0)
  await answers(folder.port, 2)
  expect(dev.output()).toContain('revision 3: rollback to revision 1')
  await writeFile(file, shopYaml({ port: folder.port, instances: 3 }))
  await answers(folder.port, 3)
})

test('after kill -9 the next run takes over what was left, and ends it', async () => {
  await using temporary = await temporaryFolder()
  const folder = await folderWithShop(temporary.path)
  const killed = await startDev(folder, /ready: http/)
  killed.kill('SIGKILL')
  await killed.exited
  await using dev = await startDev(folder, /ready: http/)
  await answers(folder.port, 2)
  expect(await dev.stop({ graceMs: 20_000 })).toBe(0)
  expect(pidsIn(folder.path)).toEqual([])
})

test('a second dev in one folder is refused, and the first goes on', async () => {
  await using temporary = await temporaryFolder()
  const folder = await folderWithShop(temporary.path)
  await using dev = await startDev(folder, /ready: http/)
  const second = await startDev(folder)
  expect(await second.exited).toBe(1)
  expect(second.output()).toBe(
    `error: process ${dev.pid} runs in this folder (${folder.path}/.zoogate/dev.lock)\n`,
  )
  await answers(folder.port, 2)
})
