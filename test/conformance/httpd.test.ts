import { conformanceOf } from './harness/suite.ts'

conformanceOf('httpd')
