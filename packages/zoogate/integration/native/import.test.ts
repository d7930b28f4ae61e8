import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../../../test/support/folder.ts'
import { freePort } from '../../../../test/support/free-port.ts'
import { missing } from '../../../../test/support/requirements.ts'
import { loadFiles } from '../../src/desired/load-files.ts'
import type { EnginePaths } from '../../src/engines/engine.ts'
import { engines } from '../../src/engines/index.ts'
import { resourceOf } from '../../src/model/resources/resource.ts'
import { buildStructure } from '../../src/model/view/builder.ts'
import { startSite } from '../agent/support/site.ts'
import { runZoogate } from '../cli/run-zoogate.ts'

/** What Debian's packages bring. */
const DEBIAN = {
  haproxy: '/etc/haproxy/haproxy.cfg',
  nginx: '/etc/nginx/nginx.conf',
  httpd: '/etc/apache2/apache2.conf',
} as const

describe.each(['haproxy', 'nginx', 'httpd'] as const)('zoogate import for %s', (engine) => {
  it.skipIf(missing(engine) !== undefined)(
    'takes in what Debian has, and its checker has no objection',
    async () => {
      await using folder = await temporaryFolder()
      const cwd = folder.path
      const result = await runZoogate(['import', DEBIAN[engine], '--json'], { cwd })
      expect(result).toMatchObject({ code: 0, stderr: '' })
      const { files, ...told } = JSON.parse(result.stdout)
      expect(told).toMatchObject({ engine })
      const ports = told.listeners.map(({ port }: { readonly port: number }) => port)
      expect(ports).toEqual(engine === 'haproxy' ? [] : [80])
      expect(files.gateway).toBe('edge.yaml')

      const loaded = await loadFiles([join(cwd, files.gateway)])
      expect(loaded.issues).toEqual([])
      const resources = new Map([...loaded.sources].map(([key, { resource }]) => [key, resource]))
      const view = buildStructure('edge', 1, resources)
      const spec = resourceOf(resources, 'Gateway', 'edge')?.spec
      const of = engines.get(spec?.engine ?? 'builtin')
      if (view === undefined || of === undefined) throw new Error('no Gateway was written')
      expect(of.refusals(view)).toEqual([])
      const paths: EnginePaths = {
        folder: cwd,
        current: join(cwd, 'current'),
        logs: join(cwd, 'logs'),
        run: join(cwd, 'run'),
      }
      const generation = join(cwd, 'generations', '1')
      await mkdir(join(generation, 'runtime'), { recursive: true })
      for (const each of [paths.logs, paths.run]) await mkdir(each)
      for (const [name, text] of of.render(view, { paths, generation: '1' })) {
        await writeFile(join(generation, name), text)
      }
      await of.validate(generation, paths)
    },
  )
})

const PLAIN = (port: number, backend: number) => `# {{ not a variable }} {% nor a tag %}
global
  log-tag "{{x}}"
defaults
  mode http
  timeout connect 1s
  timeout client 5s
  timeout server 5s
listen mine
  bind 127.0.0.1:${port}
  server old 127.0.0.1:${backend}
`

it.skipIf(missing('haproxy') !== undefined)(
  'says what is wrong with a file, and writes over nothing',
  async () => {
    await using site = await startSite('haproxy')
    const cwd = site.folder
    const [a] = site.backends
    const port = await freePort()
    const text = PLAIN(site.port, a?.port ?? 0)
    await writeFile(join(cwd, 'haproxy.cfg'), text)
    const imported = await runZoogate(['import', 'haproxy.cfg'], { cwd })
    expect(imported).toMatchObject({ code: 0, stderr: '' })
    expect(await readFile(join(cwd, 'edge.yaml'), 'utf8')).toContain(`port: ${site.port}`)

    const again = await runZoogate(['import', 'haproxy.cfg', '--engine', 'haproxy'], { cwd })
    expect(again).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('edge.yaml is there already'),
    })
    await writeFile(join(cwd, 'other.txt'), 'nothing of the kind\n')
    const none = await runZoogate(['import', 'other.txt'], { cwd })
    expect(none.stderr).toContain('looks like no engine')

    const environment = { ZOOGATE_ZOOKEEPER: `127.0.0.1:${site.zookeeperPort}` }
    const apply = (file: string) => runZoogate(['apply', file], { cwd, environment })

    // The template's mistakes are told where it is written, before anything is applied.
    const wrong = (await readFile(join(cwd, 'edge.yaml'), 'utf8')).replace(
      'edge.haproxy.cfg.liquid',
      'wrong.liquid',
    )
    await writeFile(join(cwd, 'wrong.yaml'), wrong)
    expect((await apply('wrong.yaml')).stderr).toMatch(
      /wrong\.yaml:\d+:\d+ spec\.native\.file: .*wrong\.liquid: there is no such file/,
    )
    await writeFile(
      join(cwd, 'wrong.liquid'),
      `listen x\n  bind :${port}\n  server {{ services.shop.all[0].name }}\n`,
    )
    const refused = await apply('wrong.yaml')
    expect(refused).toMatchObject({ code: 2 })
    expect(refused.stderr).toMatch(
      /wrong\.yaml:\d+:\d+ spec\.native: the template: undefined variable: services\.shop, .*line:3/,
    )
  },
)
