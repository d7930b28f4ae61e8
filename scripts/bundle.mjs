// Bundles each program of packages/zoogate, with all that it imports, into packages/zoogate/programs.
// A program of a thousand small modules takes a second of CPU to load, and its bundle a fifth of that:
// a command line is started often, and an engine's supervisor beside every engine. The modules are
// those that `tsc -b` has built.
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { rolldown } from 'rolldown'

const PACKAGE = resolve('packages/zoogate')
const PROGRAMS = join(PACKAGE, 'programs')
const dist = (path) => join(PACKAGE, 'dist', path)

const bundle = await rolldown({
  platform: 'node',
  input: {
    zoogate: dist('cli/main.js'),
    supervisor: dist('supervisor/main.js'),
    'builtin-worker': dist('engines/builtin/worker.js'),
    'demo-instance': dist('dev/demo-instance.js'),
  },
})
rmSync(PROGRAMS, { recursive: true, force: true })
const { output } = await bundle.write({ dir: PROGRAMS, format: 'esm', comments: { legal: true } })
await bundle.close()
const modules = output.flatMap((chunk) => (chunk.type === 'chunk' ? chunk.moduleIds : []))
writeFileSync(join(PROGRAMS, 'LICENSES.txt'), licences(modules))

/** Those of other people's packages in the bundles, which ask to be handed on with them. */
function licences(moduleIds) {
  const folders = new Set(moduleIds.filter(isForeign).map(packageFolder))
  return [...folders]
    .sort()
    .map((folder) => {
      const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json')))
      const text = ['LICENSE', 'LICENSE.md', 'license', 'LICENSE.txt']
        .map((file) => join(folder, file))
        .find((file) => existsSync(file))
      if (text === undefined) throw new Error(`${relative('.', folder)} has no licence file`)
      return `${name} ${version} (${license})\n\n${readFileSync(text, 'utf8').trim()}\n`
    })
    .join(`\n${'-'.repeat(78)}\n\n`)
}

function isForeign(moduleId) {
  return moduleId.includes('/node_modules/')
}

/** Up to the package.json with a version: some packages have others inside that only say `type`. */
function packageFolder(path) {
  const folder = dirname(path)
  const file = join(folder, 'package.json')
  return existsSync(file) && JSON.parse(readFileSync(file)).version ? folder : packageFolder(folder)
}
