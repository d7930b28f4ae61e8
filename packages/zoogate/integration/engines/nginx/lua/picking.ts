import { mkdir, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { temporaryFolder } from '../../../../../../test/support/folder.ts'
import { freePort } from '../../../../../../test/support/free-port.ts'
import { startProgram } from '../../../../../../test/support/program.ts'
import { printRow } from '../../../../src/engines/nginx/lua/endpoint-rows.ts'
import { DEBIAN_LUA } from '../../../../src/engines/nginx/lua/lua-module.ts'
import {
  block,
  directive,
  printDirectives,
} from '../../../../src/engines/nginx/render/directive.ts'
import type { Algorithm, Endpoint } from '../../../../src/model/view/view.ts'

const SOURCES = fileURLToPath(new URL('../../../../lua', import.meta.url))
const SCRIPT = fileURLToPath(new URL('pick.lua', import.meta.url))

interface Picks {
  /** Of each pick, in order. */
  readonly ids: readonly string[]
  /** Of the worker's processor, for one pick. */
  readonly cpuMicroseconds: number
}

interface PickOptions {
  readonly algorithm: Algorithm
  readonly count: number
  readonly slowStartMs?: number
  /** How long after the last change they are made. Default: 0 */
  readonly laterMs?: number
}

/** The algorithms of the Lua balancer in a real nginx, without endpoints that would answer. */
export interface Picking extends AsyncDisposable {
  /** @param steps changes of the pool, one after the other: rows and ids, see {@link put}, {@link remove} */
  pick(steps: readonly (readonly string[])[], options: PickOptions): Promise<Picks>
}

/** A change: this endpoint comes, or is now so. */
export function put(endpoint: Endpoint, sinceMs?: number): string {
  return `+${printRow(endpoint)}${sinceMs === undefined ? '' : ` ${sinceMs}`}`
}

export function remove(id: string): string {
  return `-${id}`
}

export async function startPicking(): Promise<Picking> {
  const folder = await temporaryFolder()
  const port = await freePort()
  const temporary = join(folder.path, 'temporary')
  await mkdir(temporary)
  const { modules, libraries } = DEBIAN_LUA
  const configuration = [
    ...modules.map((file) => directive('load_module', file)),
    directive('worker_processes', 1),
    directive('daemon', 'off'),
    directive('pid', join(folder.path, 'nginx.pid')),
    block('events', []),
    block('http', [
      ...['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((purpose) =>
        directive(`${purpose}_temp_path`, temporary),
      ),
      directive('access_log', 'off'),
      directive('lua_package_path', `${SOURCES}/?.lua;${libraries.join(';')};;`),
      ...['endpoints', 'load', 'outliers', 'sessions'].map((name) =>
        directive('lua_shared_dict', `zoogate_${name}`, '8m'),
      ),
      block('server', [
        directive('listen', `127.0.0.1:${port}`),
        directive('client_max_body_size', '64m'),
        directive('client_body_buffer_size', '64m'),
        block(['location', '=', '/pick'], [directive('content_by_lua_file', SCRIPT)]),
        block(['location', '=', '/ready'], [directive('return', 200)]),
      ]),
    ]),
  ]
  await writeFile(join(folder.path, 'nginx.conf'), printDirectives(configuration))
  const log = join(folder.path, 'error.log')
  const args = ['-p', folder.path, '-c', 'nginx.conf', '-e', log]
  const program = await startProgram('nginx', args, {
    ready: async () => (await ask(port, '/ready', '')) === '',
  })
  return {
    async pick(steps, { algorithm, count, slowStartMs, laterMs = 0 }) {
      const slow = slowStartMs === undefined ? '' : `&slow=${slowStartMs}`
      const path = `/pick?algorithm=${algorithm}&count=${count}&later=${laterMs}${slow}`
      const body = steps.map((lines) => lines.map((line) => `${line}\n`).join('')).join('\n')
      const [seconds, ...ids] = (await ask(port, path, `${body}\n`)).trimEnd().split('\n')
      return { ids, cpuMicroseconds: (Number(seconds) * 1_000_000) / count }
    },
    async [Symbol.asyncDispose]() {
      await program.stop()
      await folder[Symbol.asyncDispose]()
    },
  }
}

function ask(port: number, path: string, body: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const asking = request({ port, path, method: 'POST', agent: false }, (answer) => {
      let text = ''
      answer.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk
      })
      answer.on('end', () => {
        if (answer.statusCode === 200) resolve(text)
        else reject(new Error(`nginx answered ${answer.statusCode}: ${text}`))
      })
    })
    asking.on('error', reject)
    asking.end(body)
  })
}
