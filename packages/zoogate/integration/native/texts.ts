import type { EngineName } from '../../src/model/view/view.ts'

export type NativeEngine = Exclude<EngineName, 'builtin'>

/** A configuration as people have it, which answers on a port by a service `shop`. */
export const TEMPLATES: Readonly<
  Record<NativeEngine, (port: number, folder: string, path?: string) => string>
> = {
  haproxy: (port, _folder, path = '/') => `global
    daemon
    maxconn 200
defaults
    mode http
    timeout connect 1s
    timeout client 30s
    timeout server 30s
frontend mine
    bind 127.0.0.1:${port}
    http-request deny deny_status 404 unless { path_beg ${path} }
    default_backend shop
backend shop
{%- for endpoint in services.shop.endpoints %}
    server {{ endpoint.name }} {{ endpoint.authority }} weight {{ endpoint.weight }}
{%- endfor %}
`,
  nginx: (port, _folder, path = '/') => `user www-data;
pid /nowhere/nginx.pid;
worker_processes 1;
include /etc/nginx/modules-enabled/*.conf;
events { worker_connections 200; }
http { # a brace in a comment: {
  access_log off;
  upstream shop {
    zone shop 64k;
    {%- for endpoint in services.shop.endpoints %}
    server {{ endpoint.authority }} weight={{ endpoint.weight }};
    {%- else %}
    server 127.0.0.1:9 down;
    {%- endfor %}
  }
  server {
    listen 127.0.0.1:${port};
    location ~ "^${path}" { proxy_pass http://shop; }
    location = /none { return 404; }
  }
}
`,
  httpd: (port, folder, path = '/') => `ServerRoot "${folder}"
ServerName example.com
PidFile "${folder}/own.pid"
ErrorLog "${folder}/own-error.log"
LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so
LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
LoadModule proxy_module /usr/lib/apache2/modules/mod_proxy.so
LoadModule proxy_http_module /usr/lib/apache2/modules/mod_proxy_http.so
LoadModule slotmem_shm_module /usr/lib/apache2/modules/mod_slotmem_shm.so
LoadModule proxy_balancer_module /usr/lib/apache2/modules/mod_proxy_balancer.so
LoadModule lbmethod_byrequests_module /usr/lib/apache2/modules/mod_lbmethod_byrequests.so
Listen 127.0.0.1:${port}
<VirtualHost 127.0.0.1:${port}>
  <Proxy "balancer://shop">
{%- for endpoint in services.shop.endpoints %}
    BalancerMember "http://{{ endpoint.authority }}" loadfactor={{ endpoint.weight }}
{%- endfor %}
  </Proxy>
  ProxyPass "${path}" "balancer://shop/"
</VirtualHost>
`,
}

/** A text that the engine's checker refuses, and what it says. */
export const BROKEN: Readonly<Record<NativeEngine, readonly [text: string, words: RegExp]>> = {
  haproxy: ['frontend f\n    bnid :80\n', /50-native\.cfg:2.*bnid/],
  nginx: ['events {}\nhttp {\n  srever { }\n}\n', /unknown directive "srever" in .*nginx\.conf:3/],
  httpd: ['Listen 127.0.0.1:1\nProxxyPass /\n', /native\.conf.*Proxxy|Proxxy/s],
}

/** A Gateway with native, and its Service. */
export function nativeYaml(engine: string, native: object, ports: readonly number[] = []): string {
  const listeners = ports.map((port, index) => ({ name: `l${index}`, port, address: '127.0.0.1' }))
  const spec = { engine, native, ...(ports.length === 0 ? {} : { listeners }) }
  return [
    { apiVersion: 'zoogate/v1', kind: 'Gateway', metadata: { name: 'edge' }, spec },
    {
      apiVersion: 'zoogate/v1',
      kind: 'Service',
      metadata: { name: 'shop' },
      spec: { protection: 'off' },
    },
  ]
    .map((resource) => JSON.stringify(resource))
    .join('\n---\n')
}
