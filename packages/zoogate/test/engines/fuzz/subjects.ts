import { builtin } from '../../../src/engines/builtin/index.ts'
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
  {
    name: 'builtin',
    engine: builtin,
    read: (files) => inAnyOrder([...files].map(([name, text]) => inOrder(name, readJson(text)))),
  },
  { name: 'haproxy', engine: haproxy, read: readHaproxy },
  { name: 'httpd', engine: httpd, read: readHttpd },
  { name: 'nginx', engine: nginx, read: readNginx },
  { name: 'nginx-lua', engine: nginxWithLua(), read: readNginx },
]
