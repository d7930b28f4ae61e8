import { builtin } from '../../../src/engines/builtin/index.ts'
import type { Engine } from '../../../src/engines/engine.ts'
import { haproxy } from '../../../src/engines/haproxy/index.ts'
import { httpd } from '../../../src/engines/httpd/index.ts'
import { nginx, nginxWithLua } from '../../../src/engines/nginx/index.ts'
import type { Subject } from './judge.ts'
import { readHaproxy } from './readers/haproxy.ts'
import { readHttpd } from './readers/httpd.ts'
import { readNginx } from './readers/nginx.ts'
import { readJson } from './readers/plain.ts'
import { inAnyOrder, inOrder } from './readers/reading.ts'

/** Every engine, in each way in which it is rendered for. */
export const SUBJECTS: readonly Subject[] = [
  subject('builtin', builtin, (files) =>
    inAnyOrder([...files].map(([name, text]) => inOrder(name, readJson(text)))),
  ),
  subject('haproxy', haproxy, readHaproxy),
  subject('httpd', httpd, readHttpd),
  subject('nginx', nginx, readNginx),
  subject('nginx-lua', nginxWithLua(), readNginx),
]

function subject(name: string, engine: Engine, read: Subject['read']): Subject {
  return { name, engine, features: engine.features, read }
}
