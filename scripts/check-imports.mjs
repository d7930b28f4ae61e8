// The arrows between packages, and between the folders of packages/zoogate, only point down, and an
// engine knows nothing of the others. This reads every import of the sources and fails on one that
// points up, sideways or past an index.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'

/** What each package may import of ours. */
const PACKAGES = {
  zookeeper: [],
  'zookeeper-server': ['zookeeper'],
  balancer: ['zookeeper'],
  proxy: ['balancer'],
  zoogate: ['zookeeper', 'zookeeper-server', 'balancer', 'proxy'],
}

/** What each folder of a package may import of that package's other folders. */
const FOLDERS = {
  zookeeper: {
    protocol: [],
    diagnostics: ['protocol'],
    sasl: ['protocol'],
    connection: ['protocol', 'diagnostics'],
    session: ['protocol', 'diagnostics', 'sasl', 'connection'],
    client: ['protocol', 'diagnostics', 'sasl', 'connection', 'session'],
    recipes: ['protocol', 'connection', 'session', 'client'],
  },
  zoogate: {
    package: [],
    model: [],
    store: ['model'],
    engines: ['package', 'model'],
    supervisor: ['package', 'model', 'engines'],
    agent: ['model', 'store', 'engines', 'supervisor'],
    registrar: ['model'],
    desired: ['model', 'store', 'engines'],
    dev: ['package', 'model', 'store', 'engines', 'supervisor', 'desired'],
    cli: [
      'package',
      'model',
      'store',
      'engines',
      'supervisor',
      'agent',
      'registrar',
      'desired',
      'dev',
    ],
  },
}

/** What each folder within one of these may import of its siblings. */
const WITHIN = {
  'zoogate/model': {
    values: [],
    resources: ['values'],
    view: ['values', 'resources'],
    features: ['view'],
    'effective-endpoints': ['values', 'resources', 'view'],
    references: ['values', 'resources', 'view'],
    schema: ['values', 'resources'],
    secrets: ['resources', 'view', 'schema'],
    checks: ['values', 'resources', 'view', 'references', 'schema', 'secrets'],
  },
  ...Object.fromEntries(
    ['haproxy', 'nginx', 'httpd'].map((engine) => [
      `zoogate/engines/${engine}`,
      {
        render: [],
        refusals: ['render'],
        program: ['render'],
        control: ['render', 'program'],
        validate: ['render', 'program', 'control'],
        lua: ['render', 'control'],
        native: ['render', 'program', 'control', 'validate', 'lua'],
      },
    ]),
  ),
}

/** Folders below `engines` that are no engine: what several of them have in common. */
const COMMON = ['inherit', 'native', 'shared']

const IMPORT = /^\s*(?:import|export)\b[^'"]*?from\s+'([^']+)'|\bimport\('([^']+)'\)/gms
const problems = []

for (const [name, allowed] of Object.entries(PACKAGES)) {
  const source = resolve('packages', name, 'src')
  const folders = FOLDERS[name] ?? {}
  for (const file of filesBelow(source)) {
    const from = folderOf(source, file)
    for (const match of readFileSync(file, 'utf8').matchAll(IMPORT)) {
      const target = match[1] ?? match[2]
      const problem = target.startsWith('.')
        ? (checkFolder(source, folders, from, resolve(dirname(file), target)) ??
          checkEngine(join(source, 'engines'), file, resolve(dirname(file), target)) ??
          checkWithin(file, resolve(dirname(file), target)))
        : checkPackage(allowed, target)
      if (problem !== undefined)
        problems.push(`${relative('.', file)}: imports ${target}: ${problem}`)
    }
  }
}

for (const problem of problems) console.error(problem)
process.exitCode = problems.length === 0 ? 0 : 1

function checkPackage(allowed, target) {
  const ours = /^@zoogate\/([a-z-]+)/.exec(target)?.[1]
  if (ours === undefined || allowed.includes(ours)) return undefined
  return `this package may import ${allowed.join(', ') || 'nothing of ours'}`
}

function checkFolder(source, folders, from, target) {
  if (relative(source, target).startsWith('..')) return 'reaches out of its package'
  const to = folderOf(source, target)
  if (to === from || folders[from] === undefined || folders[to] === undefined) return undefined
  if (folders[from].includes(to)) return undefined
  return `${from}/ may import ${folders[from].join('/, ') || 'no other folder'}/`
}

/** Between the folders below `engines`: to itself, and to what is common. */
function checkEngine(engines, file, target) {
  if ([file, target].some((path) => relative(engines, path).startsWith('..'))) return undefined
  const [from, to] = [folderOf(engines, file), folderOf(engines, target)]
  if (from === '' || to === '' || to === from || COMMON.includes(to)) return undefined
  return `engines/${from}/ may import of other engines' folders only ${COMMON.join('/, ')}/`
}

function checkWithin(file, target) {
  for (const [place, folders] of Object.entries(WITHIN)) {
    const [name, ...path] = place.split('/')
    const source = resolve('packages', name, 'src', ...path)
    if ([file, target].some((each) => relative(source, each).startsWith('..'))) continue
    const problem = checkFolder(source, folders, folderOf(source, file), target)
    if (problem !== undefined) return problem
  }
  return undefined
}

/** The first folder below the package's src; '' for files that lie in src itself. */
function folderOf(source, file) {
  const [first, ...rest] = relative(source, file).split('/')
  return rest.length === 0 ? '' : first
}

function filesBelow(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
}
