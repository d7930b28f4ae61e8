import type { EngineName } from '../model/view/view.ts'
import { builtin } from './builtin/index.ts'
import type { Engine } from './engine.ts'
import { haproxy } from './haproxy/index.ts'
import { httpd } from './httpd/index.ts'
import { luaIsAllowed, nginx, nginxWithLua } from './nginx/index.ts'

/**
 * Every engine that a Gateway can name. A further one is a folder and a line here. Each as it is where
 * nothing is missing: that is what `apply` goes by, wherever it runs. A node whose host lacks something
 * (`this-host.ts`) refuses what needs it, and says so in its report.
 */
export const engines: ReadonlyMap<EngineName, Engine> = new Map(
  [builtin, haproxy, httpd, luaIsAllowed(process.env) ? nginxWithLua() : nginx].map((engine) => [
    engine.name,
    engine,
  ]),
)
