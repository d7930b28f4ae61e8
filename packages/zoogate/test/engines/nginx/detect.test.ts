import { expect, test } from 'vitest'
import { detection } from '../../../src/engines/nginx/detect.ts'

test('a version that is new enough', () => {
  expect(detection({ outcome: 'passed', output: 'nginx version: nginx/1.22.1' })).toEqual({
    installed: true,
    version: '1.22.1',
  })
})

test.each([
  ['nginx/1.18.0', 'nginx 1.18.0 is older than 1.19.5: apt-get install nginx'],
  ['nginx/1.19.4', 'nginx 1.19.4 is older than 1.19.5: apt-get install nginx'],
  ['who knows', 'nginx -v does not tell a version: who knows'],
])('%s has a problem', (output, problem) => {
  expect(detection({ outcome: 'passed', output }).problem).toBe(problem)
})

test.each(['1.19.5', '1.20.0', '2.0', '1.22'])('%s has none', (version) => {
  const output = `nginx version: nginx/${version}`
  expect(detection({ outcome: 'passed', output })).toEqual({ installed: true, version })
})

test('no nginx', () => {
  expect(detection({ outcome: 'missing', output: 'spawn nginx ENOENT' })).toEqual({
    installed: false,
    problem: 'nginx is not installed: apt-get install nginx',
  })
})
