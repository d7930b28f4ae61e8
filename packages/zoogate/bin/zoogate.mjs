#!/usr/bin/env node
// The command line's door. It is a file of its own because npm links a program only where it is
// already there at install time, and in a fresh clone `programs` is built afterwards.
import { existsSync } from 'node:fs'

const main = new URL('../programs/zoogate.js', import.meta.url)
if (existsSync(main)) await import(main.href)
else {
  console.error('zoogate is not built yet: run `npm run build`, or `npm start`')
  process.exitCode = 1
}
