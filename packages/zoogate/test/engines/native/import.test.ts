import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { literalTemplate } from '../../../src/engines/native/native-import.ts'
import { renderTemplate } from '../../../src/engines/native/template.ts'
import { engineOf, nativeImports } from '../../../src/engines/native-imports.ts'

const from = {
  folder: '/etc/web',
  neighbour: (name: string) =>
    name === 'envvars'
      ? 'export APACHE_RUN_USER=www-data\nexport APACHE_LOG_DIR=/var/log/apache2$SUFFIX\nexport APACHE_RUN_DIR=/x\nexport LANG=C\nexport APACHE_ODD="$(id)"\n'
      : undefined,
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
    ])
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
    fc.string({ unit: 'binary', maxLength: 5 }),
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      const text = pieces.join('')
      expect(renderTemplate(literalTemplate(text), new Map())).toBe(text)
    }),
    { numRuns: 500 },
  )
})
