// Fails when package-lock.json would not install everywhere: an optional (per-platform) package that
// another entry names is missing from it, which `npm install` forgives and `npm ci` does not; a
// package's engines refuse the oldest Node that we support; or an entry keeps a download address.
import { readFileSync } from 'node:fs'

const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'))
const present = new Set(Object.keys(packages).map((path) => path.replace(/^.*node_modules\//, '')))
const problems = []
for (const [path, entry] of Object.entries(packages)) {
  for (const name of Object.keys(entry.optionalDependencies ?? {})) {
    if (!present.has(name)) problems.push(`${path || '<root>'} names ${name}, which the lock lacks`)
  }
  const node = entry.engines?.node
  if (node !== undefined && !entry.optional && /^>=\s*2[1-9]/.test(node)) {
    problems.push(`${path} needs node ${node}`)
  }
  if (/^https?:/.test(entry.resolved ?? '')) problems.push(`${path} keeps a download address`)
}
for (const problem of problems) console.error(`package-lock.json: ${problem}`)
process.exitCode = problems.length === 0 ? 0 : 1
