import { expect, it } from 'vitest'
import { scanDirectives } from '../../../src/engines/nginx/native/scan.ts'
import { nativeConfiguration } from '../../../src/engines/nginx/native.ts'

const host = (loadsStream = true) => ({
  loadsStream,
  modulePath: (name: string) => `/usr/lib/nginx/modules/${name}`,
  textsOf: (pattern: string) =>
    pattern === '/etc/nginx/modules-enabled/*.conf'
      ? [
          'load_module modules/ndk_http_module.so;\n',
          '# ours\nload_module modules/ngx_stream_module.so;\n',
        ]
      : [],
})
const configured = (text: string, loadsStream?: boolean) =>
  nativeConfiguration(text, '/logs/error.log', host(loadsStream))

it('finds the directives of the outermost level, in nginx’s reading', () => {
  const text = `# http { in a comment
user "www data"; http { server { set $a "}"; set $b '\\'}'; # }
  location ~ \\} { } return 200 \${a}; } }
stream{}
pid '/x;y';`
  const found = scanDirectives(text).map(({ words, start, end, blockStart }) => [
    ...words,
    text.slice(start, end).length,
    blockStart === undefined ? undefined : text[blockStart - 1],
  ])
  expect(found.map(([name]) => name)).toEqual(['user', 'http', 'stream', 'pid'])
  expect(found[0]).toEqual(['user', 'www data', 16, undefined])
  expect(found[1]?.at(-1)).toBe('{')
  expect(found[3]).toEqual(['pid', '/x;y', 11, undefined])
})

it('leaves a text as it is, line by line, but for what nginx takes once', () => {
  expect(
    configured(`user nginx;
pid /run/nginx.pid;
daemon
  on;
include /etc/nginx/modules-enabled/*.conf;
events { }
http {
  server { listen 80; }
}
`),
  ).toBe(
    [
      '',
      '',
      '',
      '',
      'load_module /usr/lib/nginx/modules/ndk_http_module.so;  ',
      'events { }',
      'http { include zoogate-control.conf;',
      '  server { listen 80; }',
      '}',
      'error_log /logs/error.log;',
      '',
    ].join('\n'),
  )
})

it('brings a server of its own where there is no http', () => {
  expect(configured('events {}\nstream { }\n')).toBe(
    'events {}\nstream { }\nerror_log /logs/error.log;\nhttp {\n  include zoogate-control.conf;\n}\n',
  )
})

it('makes modules known by whole paths, the one that the command line loads left out', () => {
  const text = 'load_module modules/ngx_stream_module.so;\nload_module /a/b.so;\nhttp {}\n'
  expect(configured(text)).toContain('\nload_module /a/b.so;\n')
  expect(configured(text)).not.toContain('stream')
  expect(configured(text, false)).toContain(
    'load_module /usr/lib/nginx/modules/ngx_stream_module.so;',
  )
})

it('leaves what is none of nginx’s to its checker', () => {
  for (const text of ['}', 'http {', 'a "b', '{;}', '\\'])
    expect(configured(text)).toContain(text[0])
})
