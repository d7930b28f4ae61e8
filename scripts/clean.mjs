// `npm run clean`: removes what was built.
import { readdirSync, rmSync } from 'node:fs'

for (const name of readdirSync('packages')) {
  for (const folder of ['dist', 'programs']) {
    rmSync(`packages/${name}/${folder}`, { recursive: true, force: true })
  }
}
