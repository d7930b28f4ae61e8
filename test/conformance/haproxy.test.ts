import { conformanceOf } from './harness/suite.ts'

conformanceOf('haproxy')
