import { expect, test } from 'vitest'
import { detection } from '../../../src/engines/nginx/detect.ts'

const built = (version: string) =>
  `nginx version: nginx/${version}\nconfigure arguments: --with-threads --with-http_stub_status_module`

test('a version that is new enough', () => {
  expect(detection({ outcome: 'passed', output: built('1.22.1') })).toEqual({
    installed: true,
    version: '1.22.1',
  })
})

test.each([
  ['nginx/1.18.0', 'nginx 1.18.0 is older than 1.19.5: apt-get install nginx'],
  ['nginx/1.19.4', 'nginx 1.19.4 is older than 1.19.5: apt-get install nginx'],
  ['who knows', 'nginx -V does not tell a version: who knows'],
])('%s has a problem', (output, problem) => {
  expect(detection({ outcome: 'passed', output }).problem).toBe(problem)
})

test.each(['1.19.5', '1.20.0', '2.0', '1.22'])('%s has none', (version) => {
  expect(detection({ outcome: 'passed', output: built(version) })).toEqual({
    installed: true,
    version,
  })
})

test('an nginx without the counters of connections', () => {
  const output = 'nginx version: nginx/1.22.1\nconfigure arguments: --with-threads'
  expect(detection({ outcome: 'passed', output }).problem).toBe(
    'nginx 1.22.1 was built without http_stub_status_module: apt-get install nginx',
  )
})

test('no nginx', () => {
  expect(detection({ outcome: 'missing', output: 'spawn nginx ENOENT' })).toEqual({
    installed: false,
    problem: 'nginx is not installed: apt-get install nginx',
  })
})
