// `npm run setup`: installs what `npm start` and `npm test` would, and nothing more.
import { setUp } from './lib/set-up.mjs'

await setUp('test')
