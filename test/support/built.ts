import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { programFile } from '../../packages/zoogate/src/package/files.ts'

/** For `globalSetup`: tests that start our programs start what the sources say, not what they said before. */
export default function setup(): void {
  const program = programFile('zoogate')
  const builtAt = existsSync(program) ? statSync(program).mtimeMs : 0
  if (sources().every((file) => statSync(file).mtimeMs <= builtAt)) return
  execFileSync('npm', ['run', '--silent', 'build'], { stdio: 'inherit' })
}

function sources(): readonly string[] {
  return readdirSync('packages').flatMap((name) => {
    const folder = resolve('packages', name, 'src')
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    return files.filter((file) => file.endsWith('.ts')).map((file) => join(folder, file))
  })
}
