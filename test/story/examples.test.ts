import { spawnSync } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../support/folder.ts'
import { freePort } from '../support/free-port.ts'
import { startProgram } from '../support/program.ts'
import { missing } from '../support/requirements.ts'
import { waitFor } from '../support/wait-for.ts'

const path = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url))
const ZOOGATE = path('packages/zoogate/bin/zoogate.mjs')

test('shop.yaml, app.mjs and plain-app.mjs: every engine balances over all of them', async () => {
  await using folder = await temporaryFolder()
  const ports = {
    8080: await freePort(),
    8081: await freePort(),
    8082: await freePort(),
    8083: await freePort(),
  }
  let yaml = await readFile(path('examples/shop.yaml'), 'utf8')
  for (const [from, to] of Object.entries(ports)) {
    expect(yaml).toContain(`port: ${from}`)
    yaml = yaml.replace(`port: ${from}`, `port: ${to}`)
  }
  await writeFile(join(folder.path, 'shop.yaml'), yaml)
  const served = [
    ...(missing('haproxy') === undefined ? [ports[8080]] : []),
    ...(missing('nginx') === undefined ? [ports[8081]] : []),
    ports[8082],
    ...(missing('httpd') === undefined ? [ports[8083]] : []),
  ]
  const zookeeper = ['--port', String(await freePort())]
  await using dev = await startProgram(
    process.execPath,
    [ZOOGATE, 'dev', 'shop.yaml', ...zookeeper],
    { cwd: folder.path, ready: /ready: http/, readyTimeoutMs: 60_000 },
  )
  await using app = await startProgram(process.execPath, [path('examples/app.mjs')], {
    cwd: folder.path,
    ready: /serves on 127\.0\.0\.1:/,
  })
  const sidecarPort = String(await freePort())
  await using sidecar = await startProgram(
    process.execPath,
    [
      ...[ZOOGATE, 'register', '--service', 'shop', '--port', sidecarPort, '--drain', '200ms'],
      ...['--address', '127.0.0.1', '--health', 'http:/healthz'],
      ...['--', process.execPath, path('examples/plain-app.mjs')],
    ],
    { cwd: folder.path },
  )
  for (const port of served) {
    await waitFor(`all five instances to answer on ${port}`, () => allAnswer(port), {
      timeoutMs: 20_000,
      everyMs: 100,
    })
  }
  expect(await sidecar.stop({ graceMs: 10_000 }), sidecar.output()).toBe(0)
  expect(await app.stop({ graceMs: 10_000 })).toBe('SIGTERM')
  const status = spawnSync(process.execPath, [ZOOGATE, 'status', '--json'], { cwd: folder.path })
  const { services } = JSON.parse(status.stdout.toString())
  const ids = services[0].endpoints.map(({ id }: { id: string }) => id)
  expect(ids).toEqual(['shop-1', 'shop-2', 'shop-3'])
  expect(await dev.stop({ graceMs: 20_000 })).toBe(0)
})

async function allAnswer(port: number): Promise<boolean> {
  const seen = new Set<string>()
  for (let i = 0; i < 20; i++) {
    const response = await fetch(`http://127.0.0.1:${port}/`)
    if (response.status !== 200) return false
    seen.add((await response.text()).replace(/\d+\n$/, ''))
  }
  return ['shop-', 'app ', 'plain app '].every((kind) => seen.has(kind))
}
