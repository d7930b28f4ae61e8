import { cp, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createAuthority } from '../../../../test/support/certificates.ts'
import type { NativeEngine } from './texts.ts'

/** Where a configuration lies, and what it listens on. */
interface ExistingPlace {
  readonly folder: string
  /** The sites, over HTTP; the same over TLS; and what tells of the balancer itself. */
  readonly ports: { readonly http: number; readonly tls: number; readonly status: number }
  /** Of a program that the sites go to, beside the service `shop`. */
  readonly legacyPort: number
}

export interface Existing {
  /** The main file, which its owner names to `zoogate import`. */
  readonly file: string
  /** Where its owner then puts the endpoints: what is there, and what comes in its place. */
  readonly endpoints: readonly [former: string, loop: string]
  /** A slip of the pen in the template, and what the engine's checker says of it. */
  readonly slip: readonly [former: string, wrong: string, words: RegExp]
  /** What tells of the balancer itself, below the port for it. */
  readonly statusPath: string
}

/** A configuration as a host has had it for years, by engine: made in a folder of its own. */
export const EXISTING: Readonly<Record<NativeEngine, (place: ExistingPlace) => Promise<Existing>>> =
  { haproxy, nginx, httpd }

/** Three backends, a page of statistics, ACLs, TLS, rate limits by a stick table, maps and pages for errors. */
async function haproxy({ folder, ports, legacyPort }: ExistingPlace): Promise<Existing> {
  const { cert, key } = await certificate(folder)
  await writeFile(join(folder, 'site.pem'), cert + key)
  await writeFile(join(folder, 'hosts.map'), 'old.example.com legacy\n')
  const debian = await readFile('/etc/haproxy/haproxy.cfg', 'utf8')
  // Another HAProxy of this host may have these two.
  const text = debian.replace(/^\s*stats (socket|timeout).*\n/gm, '')
  const file = join(folder, 'haproxy.cfg')
  await writeFile(
    file,
    `${text}
frontend web
    bind 127.0.0.1:${ports.http}
    bind 127.0.0.1:${ports.tls} ssl crt ${join(folder, 'site.pem')} alpn h2,http/1.1
    option forwardfor
    acl is_static path_beg /static/ /favicon.ico
    acl is_admin path_beg -i /admin
    acl local src 127.0.0.0/8
    stick-table type ip size 10k expire 30s store http_req_rate(10s)
    http-request track-sc0 src
    http-request deny deny_status 429 if { sc_http_req_rate(0) gt 100000 }
    http-request deny deny_status 403 if is_admin !{ hdr(x-token) -m str "a b" }
    http-request set-header X-Forwarded-Proto https if { ssl_fc }
    http-response set-header X-Served-By "%[srv_name]"
    use_backend %[req.hdr(host),lower,map(${join(folder, 'hosts.map')})] if { req.hdr(host),lower,map(${join(folder, 'hosts.map')}) -m found }
    use_backend static if is_static
    default_backend shop

backend shop
    balance leastconn
    option httpchk GET /
    default-server inter 500ms fall 2 rise 1
    server old 127.0.0.1:${legacyPort} check

backend static
    http-request return status 200 content-type text/plain string static

backend legacy
    balance source
    hash-type consistent
    cookie SRV insert indirect nocache
    server l1 127.0.0.1:${legacyPort} cookie l1 maxconn 50

listen stats
    bind 127.0.0.1:${ports.status}
    stats enable
    stats uri /status
    stats refresh 10s
`,
  )
  return {
    file,
    endpoints: [
      `    server old 127.0.0.1:${legacyPort} check\n`,
      `{%- for endpoint in services.shop.endpoints %}
    server {{ endpoint.name }} {{ endpoint.authority }} weight {{ endpoint.weight }} check
{%- endfor %}
`,
    ],
    slip: ['balance leastconn', 'balance leastcon', /leastcon/],
    statusPath: '/status',
  }
}

/** Debian's own file, with sites, snippets and upstreams in files that name each other as they do there. */
async function nginx({ folder, ports, legacyPort }: ExistingPlace): Promise<Existing> {
  const { cert, key } = await certificate(folder)
  await writeFile(join(folder, 'site.crt'), cert)
  await writeFile(join(folder, 'site.key'), key)
  for (const each of ['conf.d', 'sites-enabled', 'sites-available', 'snippets']) {
    await mkdir(join(folder, each))
  }
  const debian = await readFile('/etc/nginx/nginx.conf', 'utf8')
  const file = join(folder, 'nginx.conf')
  await writeFile(
    file,
    debian
      .replaceAll(/\/etc\/nginx\/(conf\.d|sites-enabled)/g, `${folder}/$1`)
      .replaceAll('/var/log/nginx/', `${folder}/`)
      .replace(
        /^http \{/m,
        `http {
\tupstream shop {
\t\tzone shop 64k;
\t\tkeepalive 16;
\t\tserver 127.0.0.1:${legacyPort};
\t}`,
      ),
  )
  await writeFile(
    join(folder, 'conf.d/maps.conf'),
    'map $http_upgrade $connection_upgrade { default upgrade; "" ""; }\n',
  )
  await writeFile(
    join(folder, 'snippets/tls.conf'),
    'ssl_certificate site.crt;\nssl_certificate_key site.key;\n',
  )
  await writeFile(
    join(folder, 'snippets/proxy.conf'),
    `proxy_http_version 1.1;
proxy_set_header Host $host;
proxy_set_header Upgrade $http_upgrade;
proxy_set_header Connection $connection_upgrade;
proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
`,
  )
  const shop = `server {
  listen 127.0.0.1:${ports.http} default_server;
  listen 127.0.0.1:${ports.tls} ssl http2;
  server_name shop.example.com *.shop.example.com;
  include snippets/tls.conf;
  location /admin { if ($http_x_token != "a b") { return 403; } include snippets/proxy.conf; proxy_pass http://shop; }
  location /static/ { return 200 static; }
  location / { include snippets/proxy.conf; proxy_pass http://shop; }
}
`
  await writeFile(join(folder, 'sites-available/shop'), shop)
  await symlink('../sites-available/shop', join(folder, 'sites-enabled/shop'))
  await writeFile(
    join(folder, 'sites-enabled/legacy'),
    `server {
  listen 127.0.0.1:${ports.http};
  server_name old.example.com;
  location / { include snippets/proxy.conf; proxy_pass http://127.0.0.1:${legacyPort}; }
}
server {
  listen 127.0.0.1:${ports.status};
  location = /status { stub_status; }
}
`,
  )
  return {
    file,
    endpoints: [
      `\t\tserver 127.0.0.1:${legacyPort};\n`,
      `{%- for endpoint in services.shop.endpoints %}
\t\tserver {{ endpoint.authority }} weight={{ endpoint.weight }};
{%- else %}
\t\tserver 127.0.0.1:9 down;
{%- endfor %}
`,
    ],
    slip: ['keepalive 16;', 'keepaliv 16;', /unknown directive "keepaliv"/],
    statusPath: '/status',
  }
}

/** Debian's layout as it is, with modules and sites enabled as `a2enmod` and `a2ensite` do. */
async function httpd({ folder, ports, legacyPort }: ExistingPlace): Promise<Existing> {
  const { cert, key } = await certificate(folder)
  await writeFile(join(folder, 'site.crt'), cert)
  await writeFile(join(folder, 'site.key'), key)
  await cp('/etc/apache2', folder, { recursive: true, verbatimSymlinks: true })
  const modules = ['proxy', 'proxy_http', 'proxy_balancer', 'lbmethod_byrequests', 'slotmem_shm']
  for (const name of [...modules, 'ssl', 'socache_shmcb', 'headers', 'rewrite', 'proxy_wstunnel']) {
    for (const end of ['load', 'conf']) await enable(folder, 'mods', `${name}.${end}`)
  }
  for (const site of await readdir(join(folder, 'sites-enabled'))) {
    await writeFile(join(folder, 'sites-enabled', site), '')
  }
  await writeFile(
    join(folder, 'ports.conf'),
    `Listen 127.0.0.1:${ports.http}
Listen 127.0.0.1:${ports.status}
<IfModule ssl_module>
  Listen 127.0.0.1:${ports.tls} https
</IfModule>
<IfModule mod_gnutls.c>
  Listen 1
</IfModule>
`,
  )
  const envvars = await readFile(join(folder, 'envvars'), 'utf8')
  await writeFile(join(folder, 'envvars'), envvars.replace('/var/log/apache2', folder))
  const rules = `  ServerName shop.example.com
  <Location /admin>
    Require expr %{HTTP:x-token} == 'a b'
  </Location>
  RewriteEngine On
  RewriteRule ^/static/ - [R=204,L]
  RequestHeader set X-Forwarded-Proto expr=%{REQUEST_SCHEME}
  ProxyPreserveHost On
  ProxyPass /static/ !
  ProxyPass / balancer://shop/ stickysession=ROUTEID
`
  await writeFile(
    join(folder, 'sites-available/shop.conf'),
    `<VirtualHost *:${ports.http}>
${rules}</VirtualHost>
<VirtualHost *:${ports.tls}>
  SSLEngine on
  SSLCertificateFile site.crt
  SSLCertificateKeyFile \${SRV_ROOT}/site.key
${rules}</VirtualHost>
<VirtualHost *:${ports.http}>
  ServerName old.example.com
  ProxyPass / http://127.0.0.1:${legacyPort}/
</VirtualHost>
<VirtualHost *:${ports.status}>
  <Location /status>
    SetHandler balancer-manager
    Require local
  </Location>
</VirtualHost>
`,
  )
  await enable(folder, 'sites', 'shop.conf')
  const file = join(folder, 'apache2.conf')
  const debian = await readFile(file, 'utf8')
  const balancer = `Define SRV_ROOT ${folder}
<Proxy balancer://shop>
  BalancerMember http://127.0.0.1:${legacyPort}
  ProxySet lbmethod=byrequests
</Proxy>
`
  await writeFile(
    file,
    debian.replace('IncludeOptional sites-enabled', `${balancer}IncludeOptional sites-enabled`),
  )
  return {
    file,
    endpoints: [
      `  BalancerMember http://127.0.0.1:${legacyPort}\n`,
      `{%- for endpoint in services.shop.endpoints %}
  BalancerMember http://{{ endpoint.authority }} route={{ endpoint.name }} loadfactor={{ endpoint.weight }}
{%- endfor %}
`,
    ],
    slip: ['ProxySet lbmethod', 'ProxySett lbmethod', /Invalid command 'ProxySett'/],
    statusPath: '/status',
  }
}

async function enable(folder: string, kind: 'mods' | 'sites', name: string): Promise<void> {
  const available = await readdir(join(folder, `${kind}-available`))
  if (!available.includes(name)) return
  await symlink(`../${kind}-available/${name}`, join(folder, `${kind}-enabled`, name))
}

async function certificate(folder: string) {
  const authority = await createAuthority(folder, 'own')
  return authority.issue({ commonName: 'shop.example.com' })
}
