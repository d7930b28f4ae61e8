import { expect, test } from 'vitest'
import { complaints } from '../../../src/engines/httpd/control/complaints.ts'
import { detection } from '../../../src/engines/httpd/detect.ts'

const says = (output: string) => ({ outcome: 'passed' as const, output })

test('httpd is usable from 2.4.60 on, with its modules', () => {
  expect(detection(says('Server version: Apache/2.4.71 (Debian)'), () => true)).toEqual({
    installed: true,
    version: '2.4.71',
  })
})

test('what is wrong is said, with the package that brings it', () => {
  expect(detection({ outcome: 'missing', output: '' }, () => true)).toMatchObject({
    installed: false,
    problem: expect.stringContaining('apt-get install apache2'),
  })
  expect(detection(says('Apache/2.4.59'), () => true).problem).toContain('older than 2.4.60')
  expect(detection(says('Apache/2.4.71'), (name) => name !== 'lua').problem).toBe(
    'httpd lacks mod_lua: apt-get install apache2-bin',
  )
  expect(detection(says('what?'), () => true).problem).toContain('what?')
})

test('complaints are told once, without time, process and folder', () => {
  const line = '[Sat Nov 28 15:17:46 2026] [core:warn] [pid 1:tid 1] AH1: no matter'
  const error = '[Sat Nov 28 15:17:46 2026] [mime:error] [pid 1:tid 1] (2)No such file: /x/7/a.conf'
  expect(complaints(`${line}\n${error}\n${error}\nSyntax OK\nAH00526: /x/7/b`, '/x/7')).toEqual([
    '(2)No such file: a.conf',
    'AH00526: b',
  ])
})
