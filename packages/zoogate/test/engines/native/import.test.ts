import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { anyText } from '../../../../../test/support/any-text.ts'
import { literalTemplate } from '../../../src/engines/native/native-import.ts'
import { renderTemplate } from '../../../src/engines/native/template.ts'
import { engineOf, nativeImports } from '../../../src/engines/native-imports.ts'

const file = (path: string, text: string) => ({ path, text })
const INCLUDED: Readonly<Record<string, readonly { path: string; text: string }[]>> = {
  '/etc/web/conf.d/*.conf': [file('/etc/web/conf.d/a.conf', 'gzip on;\n')],
  '/etc/web/sites/*': [
    file('/etc/web/sites/a', 'server { listen 81; include snippets/tls.conf; }'),
    file('/etc/web/sites/b', 'server { listen 82; }\n'),
  ],
  '/etc/web/snippets/tls.conf': [file('/etc/web/snippets/tls.conf', 'ssl_certificate a.pem;\n')],
  '/etc/web/circle': [file('/etc/web/circle', 'include circle;\n')],
  '/etc/web/ports.conf': [
    file(
      '/etc/web/ports.conf',
      'Listen 8080\n<IfModule ssl_module>\nListen 443\n</IfModule>\n<IfModule !mod_ssl.c>\nListen 8081\n</IfModule>\n',
    ),
  ],
}

const from = {
  folder: '/etc/web',
  neighbour: (name: string) =>
    name === 'envvars'
      ? 'export APACHE_RUN_USER=www-data\nexport APACHE_LOG_DIR=/var/log/apache2$SUFFIX\nexport APACHE_RUN_DIR=/x\nexport LANG=C\nexport APACHE_ODD="$(id)"\n'
      : undefined,
  included: (pattern: string) => INCLUDED[pattern] ?? [],
}

const HAPROXY = `global
  lua-load own.lua
defaults
  mode tcp
frontend a # comment
  bind :80,10.0.0.1:8080 # :81
  bind [::]:443 ssl crt /etc/ssl/a.pem
  bind unix@/run/x.sock
listen b
  mode http
  bind *:8443 ssl crt "/etc/ssl/b c.pem"
  errorfile 503 /etc/haproxy/503.http
  use_backend %[req.hdr(host),map(/etc/haproxy/hosts.map,none)]
`

const NGINX = `user www-data;
include mime.types;
events { worker_connections 768; }
http {
  root html;
  server { listen 80; listen [::]:80; listen 443 ssl; ssl_certificate "a b.pem"; }
  server { listen 127.0.0.1:8080 default_server; listen unix:/run/x.sock; }
}
stream { server { listen 2181; proxy_pass 127.0.0.1:1; } }
`

const HTTPD = `Listen 80
Listen [::1]:443 https
# Listen 81
IncludeOptional sites-enabled/*.conf
ErrorLog \${APACHE_LOG_DIR}/error.log
<VirtualHost *:80>
  SSLCertificateFile \\
    "/etc/ssl/a b.pem"
</VirtualHost>
`

describe('import', () => {
  it('tells whose a configuration is', () => {
    expect([HAPROXY, NGINX, HTTPD].map(engineOf)).toEqual(['haproxy', 'nginx', 'httpd'])
    for (const text of ['', 'root:x:0:0::/root:/bin/sh\n', '{"a": 1}']) {
      expect(engineOf(text)).toBeUndefined()
    }
  })

  it('finds where HAProxy listens, and what it reads', () => {
    const { text, listeners, refers, notes } = nativeImports.haproxy.read(HAPROXY, from)
    expect(text).toBe(HAPROXY)
    expect(listeners).toEqual([
      { name: 'tcp-80', address: '*', port: 80, protocol: 'TCP' },
      { name: 'tcp-8080', address: '10.0.0.1', port: 8080, protocol: 'TCP' },
      { name: 'tls-443', address: '*', port: 443, protocol: 'TLS' },
      { name: 'https-8443', address: '*', port: 8443, protocol: 'HTTPS' },
    ])
    expect(refers.map(({ line, name, path }) => `${line} ${name} ${path}`)).toEqual([
      '2 lua-load own.lua',
      '7 crt /etc/ssl/a.pem',
      '11 crt /etc/ssl/b c.pem',
      '12 errorfile /etc/haproxy/503.http',
      '13 map /etc/haproxy/hosts.map',
    ])
    expect(notes).toEqual([
      'line 2: own.lua is looked for where HAProxy is started: write the whole path',
      expect.stringContaining('idle-close-on-response'),
    ])
    const drained = `${HAPROXY}defaults\n  option idle-close-on-response\n`
    expect(nativeImports.haproxy.read(drained, from).notes.length).toBe(1)
  })

  it('writes out what nginx looks for beside its configuration', () => {
    const { text, listeners, refers, notes } = nativeImports.nginx.read(NGINX, from)
    expect(text).toBe(
      NGINX.replace('mime.types', '/etc/web/mime.types').replace('"a b.pem"', '"/etc/web/a b.pem"'),
    )
    expect(listeners.map(({ name, address, protocol }) => [name, address, protocol])).toEqual([
      ['http-80', '*', 'HTTP'],
      ['https-443', '*', 'HTTPS'],
      ['http-8080', '127.0.0.1', 'HTTP'],
      ['tcp-2181', '*', 'TCP'],
    ])
    expect(refers.map(({ path }) => path)).toEqual(['/etc/web/mime.types', '/etc/web/a b.pem'])
    expect(notes.join('\n')).toContain('line 5: root html is looked for in the folder')
  })

  it('takes in what nginx includes where it names files beside the configuration, and leaves the rest', () => {
    const text =
      'http {\n  include /etc/web/conf.d/*.conf;\n  include sites/*;\n  access_log off; }\n'
    const { text: imported, listeners, notes } = nativeImports.nginx.read(text, from)
    expect(imported).toBe(`http {
  include /etc/web/conf.d/*.conf;
  # /etc/web/sites/a
server { listen 81; # /etc/web/snippets/tls.conf
ssl_certificate /etc/web/a.pem;
 }
# /etc/web/sites/b
server { listen 82; }

  access_log off; }
`)
    expect(listeners.map(({ port }) => port)).toEqual([81, 82])
    expect(notes).toContain(
      'line 3: /etc/web/sites/a is taken in, for what it names beside nginx.conf',
    )
    expect(nativeImports.nginx.read('include circle;', from).text).toContain('include')
  })

  it('finds where httpd listens in what it includes, by what is loaded', () => {
    const ports = (text: string) =>
      nativeImports.httpd.read(text, from).listeners.map(({ port }) => port)
    expect(ports('Include ports.conf\n')).toEqual([8080, 8081])
    expect(ports('LoadModule ssl_module a.so\nInclude ports.conf\n')).toEqual([8080, 443])
  })

  it('brings what apache2ctl has from the environment, but for what each node has for itself', () => {
    const { text, listeners, refers } = nativeImports.httpd.read(HTTPD, from)
    const before =
      'ServerRoot /etc/web\nDefine APACHE_RUN_USER www-data\nDefine APACHE_LOG_DIR /var/log/apache2\n'
    expect(text).toBe(before + HTTPD)
    expect(listeners.map(({ name, address }) => [name, address])).toEqual([
      ['http-80', '*'],
      ['https-443', '::1'],
    ])
    expect(refers.map(({ line, path }) => [line, path])).toEqual([
      [4, 'sites-enabled/*.conf'],
      [7, '/etc/ssl/a b.pem'],
    ])
    const rooted = `ServerRoot /srv\n${HTTPD}`
    expect(nativeImports.httpd.read(rooted, from).text).not.toContain('/etc/web')
  })
})

test('a template of any text makes that text', () => {
  const piece = fc.oneof(
    fc.constantFrom('{', '}', '%', '{{', '{%', '%}', '-', ' raw ', 'endraw', '{% endraw %}', '\n'),
    anyText({ maxLength: 5 }),
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      const text = pieces.join('')
      expect(renderTemplate(literalTemplate(text), new Map())).toBe(text)
    }),
    { numRuns: 500 },
  )
})
