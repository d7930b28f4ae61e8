import { accessSync, constants } from 'node:fs'
import { join } from 'node:path'

const PROGRAMS = {
  haproxy: { program: 'haproxy', package: 'haproxy' },
  nginx: { program: 'nginx', package: 'nginx' },
  'nginx-lua': {
    file: '/usr/lib/nginx/modules/ngx_http_lua_module.so',
    program: 'nginx',
    package: 'libnginx-mod-http-lua',
  },
  httpd: { program: 'apache2', package: 'apache2' },
  zookeeper: { file: '/usr/share/java/zookeeper.jar', program: 'java', package: 'zookeeper' },
  kazoo: {
    file: '/usr/lib/python3/dist-packages/kazoo',
    program: 'python3',
    package: 'python3-kazoo',
  },
  cli_mt: { file: '/usr/lib/zookeeper/bin/cli_mt', package: 'zookeeper-bin' },
  openssl: { program: 'openssl', package: 'openssl' },
  ip: { program: 'ip', package: 'iproute2' },
  apt: { program: 'apt-get', package: 'apt' },
} as const satisfies Record<string, { program?: string; file?: string; package: string }>

export type Requirement = keyof typeof PROGRAMS

/**
 * Why tests that need this part cannot run here, or undefined when they can. In CI a missing part is
 * an error: a test that is skipped there would be a check that cannot fail.
 */
export function missing(name: Requirement): string | undefined {
  const wanted: { program?: string; file?: string; package: string } = PROGRAMS[name]
  const found =
    (wanted.program === undefined || onPath(wanted.program)) &&
    (wanted.file === undefined || exists(wanted.file))
  if (found) return undefined
  const reason = `${name} is not installed: apt-get install ${wanted.package}`
  if (process.env['CI'] !== undefined && process.env['CI'] !== 'false') throw new Error(reason)
  console.warn(`skipped: ${reason}`)
  return reason
}

function onPath(program: string): boolean {
  const folders = [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/sbin']
  return folders.some((folder) => exists(join(folder, program), constants.X_OK))
}

function exists(path: string, mode: number = constants.F_OK): boolean {
  try {
    accessSync(path, mode)
    return true
  } catch {
    return false
  }
}
