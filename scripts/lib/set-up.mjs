// Sets a fresh machine up: npm packages, and the engines from Debian's packages. It says what it is
// about to install before it does; ZOOGATE_SETUP=0 installs nothing. Only Node's own modules here:
// this runs before anything is installed.
import { accessSync, constants, existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { removeStalePolicy, withoutStartingServices } from './policy-rc-d.mjs'
import { capture, exitCodeOf } from './run.mjs'

const NODE_MIN = [20, 19]

/** `proof` is a program on PATH, or a file, that shows the package to be there. */
const ENGINES = [
  { package: 'haproxy', proof: 'haproxy', why: 'engine haproxy' },
  { package: 'nginx', proof: 'nginx', why: 'engine nginx' },
  {
    package: 'libnginx-mod-stream',
    proof: '/usr/lib/nginx/modules/ngx_stream_module.so',
    why: 'TCP with nginx',
  },
  {
    package: 'libnginx-mod-http-lua',
    proof: '/usr/lib/nginx/modules/ngx_http_lua_module.so',
    why: 'changes without a reload with nginx',
  },
  { package: 'apache2', proof: 'apache2', why: 'engine httpd' },
]
const FOR_TESTS = [
  ...ENGINES,
  { package: 'php-fpm', proof: 'php-fpm8.2', why: 'FastCGI' },
  { package: 'fcgiwrap', proof: 'fcgiwrap', why: 'CGI with nginx' },
  { package: 'default-jre-headless', proof: 'java', why: 'Apache ZooKeeper' },
  { package: 'zookeeper', proof: '/usr/share/java/zookeeper.jar', why: 'Apache ZooKeeper' },
  { package: 'zookeeper-bin', proof: '/usr/lib/zookeeper/bin/cli_mt', why: 'its C client' },
  {
    package: 'python3-kazoo',
    proof: '/usr/lib/python3/dist-packages/kazoo',
    why: 'kazoo and its suite',
  },
  {
    package: 'python3-pytest',
    proof: '/usr/lib/python3/dist-packages/pytest',
    why: "kazoo's suite",
  },
  {
    package: 'python3-pytest-timeout',
    proof: '/usr/lib/python3/dist-packages/pytest_timeout.py',
    why: "kazoo's suite",
  },
  { package: 'python3-mock', proof: '/usr/lib/python3/dist-packages/mock', why: "kazoo's suite" },
  { package: 'openssl', proof: 'openssl', why: 'certificates of the TLS tests' },
  { package: 'iproute2', proof: 'ip', why: 'partitions in network namespaces' },
]

/** @param {'start' | 'test'} purpose */
export async function setUp(purpose) {
  checkNode()
  removeStalePolicy()
  const packages = (purpose === 'test' ? FOR_TESTS : ENGINES).filter(({ proof }) => !there(proof))
  const npm = npmIsStale()
  if (packages.length === 0 && !npm) return
  if (process.env.ZOOGATE_SETUP === '0') {
    if (npm)
      fail('the npm packages are not installed, and ZOOGATE_SETUP=0 installs nothing: run npm ci')
    for (const missing of packages) console.log(`Left out: ${describe(missing)}; ZOOGATE_SETUP=0.`)
    return
  }
  const obstacle = packages.length === 0 ? undefined : aptObstacle()
  if (npm) console.log('Will install: the npm packages of package-lock.json, into node_modules')
  for (const missing of packages) {
    console.log(
      obstacle === undefined
        ? `Will install: ${describe(missing)} (apt-get; its service is not started)`
        : `Left out: ${describe(missing)}; ${obstacle}`,
    )
  }
  if (npm) await installNpmPackages()
  if (packages.length > 0 && obstacle === undefined) await installDebianPackages(packages)
}

function describe(missing) {
  return `Debian package ${missing.package} (${missing.why})`
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major > NODE_MIN[0] || (major === NODE_MIN[0] && minor >= NODE_MIN[1])) return
  fail(`Node ${NODE_MIN.join('.')} or newer is needed; this is ${process.versions.node}`)
}

function npmIsStale() {
  const installed = 'node_modules/.package-lock.json'
  if (!existsSync(installed)) return true
  return (
    statSync('package-lock.json').mtimeMs > statSync(installed).mtimeMs && lockDiffers(installed)
  )
}

/** A fresh checkout of the same lock file is newer, and yet nothing is to be installed. */
function lockDiffers(installed) {
  const versions = (file) => {
    const { packages } = JSON.parse(readFileSync(file, 'utf8'))
    return Object.entries(packages)
      .filter(([path, entry]) => path.startsWith('node_modules/') && !entry.optional && !entry.link)
      .map(([path, entry]) => `${path}@${entry.version}`)
      .sort()
      .join('\n')
  }
  return versions('package-lock.json') !== versions(installed)
}

async function installNpmPackages() {
  console.log('Installing npm packages …')
  const { code, output, signalled } = await capture('npm', ['ci', '--no-audit', '--no-fund'])
  // npm writes its own record last: what was cut short is installed anew next time.
  if (signalled !== undefined) process.exit(code)
  if (code !== 0) fail(`npm ci failed:\n${tail(output)}`)
}

/** Why apt-get cannot install here, or undefined when it can. */
function aptObstacle() {
  if (!there('apt-get')) return 'there is no apt-get here'
  if (process.getuid?.() !== 0) return 'installing it needs root: apt-get install it yourself'
  return undefined
}

async function installDebianPackages(packages) {
  const names = packages.map((missing) => missing.package)
  console.log(`Installing ${names.join(' ')} …`)
  const env = { DEBIAN_FRONTEND: 'noninteractive' }
  const install = ['install', '-y', '--no-install-recommends']
  await aptStep(['update'], { env })
  // What takes long, and may be cut short at any moment, comes first.
  await aptStep([...install, '--download-only', ...names], { env })
  const { code, output, signalled } = await withoutStartingServices(() =>
    aptStep([...install, ...names], { env, shielded: true }),
  )
  if (code !== 0) {
    console.log(`apt-get could not install them; going on without:\n${tail(output)}`)
  } else if (existsSync('/run/systemd/system')) {
    // Nor shall they start at the next boot: these ports may be somebody else's.
    const services = names.filter((name) => ENGINES.some((engine) => engine.package === name))
    if (services.length > 0) await capture('systemctl', ['disable', '--quiet', ...services])
  }
  if (signalled !== undefined) process.exit(exitCodeOf(signalled))
}

/**
 * One call of apt-get. It waits a while for another one that holds its lock. Shielded, it unpacks to
 * the end before a signal ends us: a package that is half installed would be in everybody's way.
 */
async function aptStep(args, { env, shielded = false }) {
  const result = await capture('apt-get', ['-o', 'DPkg::Lock::Timeout=60', ...args], {
    env,
    shielded,
  })
  if (result.signalled !== undefined && !shielded) process.exit(result.code)
  return result
}

function tail(text) {
  return text.trim().split('\n').slice(-15).join('\n')
}

function there(proof) {
  const places = proof.startsWith('/')
    ? [proof]
    : [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/sbin'].map((dir) => join(dir, proof))
  return places.some((place) => {
    try {
      accessSync(place, constants.F_OK)
      return true
    } catch {
      return false
    }
  })
}

function fail(message) {
  console.error(`zoogate: ${message}`)
  process.exit(1)
}
