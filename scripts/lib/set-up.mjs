// Sets a fresh machine up: npm packages, and the engines from Debian's packages. It says what it is
// about to install before it does; ZOOGATE_SETUP=0 installs nothing. Only Node's own modules here:
// this runs before anything is installed.
import { spawn } from 'node:child_process'
import { accessSync, constants, existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { withoutStartingServices } from './policy-rc-d.mjs'

const NODE_MIN = [20, 19]

/** `proof` is a program on PATH, or a file, that shows the package to be there. */
const ENGINES = [
  { package: 'haproxy', proof: 'haproxy', why: 'engine haproxy' },
  { package: 'nginx', proof: 'nginx', why: 'engine nginx' },
]
const FOR_TESTS = [
  ...ENGINES,
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
  { package: 'iproute2', proof: 'ip', why: 'partitions in network namespaces' },
]

/** @param {'start' | 'test'} purpose */
export async function setUp(purpose) {
  checkNode()
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
  const { code, output } = await capture('npm', ['ci', '--no-audit', '--no-fund'])
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
  await withoutStartingServices(async () => {
    const env = { DEBIAN_FRONTEND: 'noninteractive' }
    await capture('apt-get', ['update'], env)
    const { code, output } = await capture(
      'apt-get',
      ['install', '-y', '--no-install-recommends', ...names],
      env,
    )
    if (code !== 0) {
      console.log(`apt-get could not install them; going on without:\n${tail(output)}`)
      return
    }
    // Nor shall they start at the next boot: these ports may be somebody else's.
    if (existsSync('/run/systemd/system')) {
      const services = names.filter((name) => ENGINES.some((engine) => engine.package === name))
      if (services.length > 0) await capture('systemctl', ['disable', '--quiet', ...services])
    }
  })
}

/** Runs a program; resolves with its exit code and what it printed. */
function capture(command, args, env = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    })
    let output = ''
    const keep = (chunk) => {
      output = (output + chunk).slice(-100_000)
    }
    child.stdout.setEncoding('utf8').on('data', keep)
    child.stderr.setEncoding('utf8').on('data', keep)
    child.once('error', (error) => resolve({ code: 127, output: error.message }))
    child.once('exit', (code) => resolve({ code: code ?? 128, output }))
  })
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
