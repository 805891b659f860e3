import type { Verb } from './verb.js'
import { doctor } from './verbs/doctor.js'
import { events } from './verbs/events.js'
import { importVerb } from './verbs/import.js'
import { init } from './verbs/init.js'
import { inspect } from './verbs/inspect.js'
import { issue } from './verbs/issue.js'
import { list } from './verbs/list.js'
import { migrate } from './verbs/migrate.js'
import { prune } from './verbs/prune.js'
import { revoke } from './verbs/revoke.js'
import { rotate } from './verbs/rotate.js'
import { show } from './verbs/show.js'
import { update } from './verbs/update.js'
import { usage } from './verbs/usage.js'

/** In the order of the help. */
export const verbs: readonly Verb[] = [
  ...[issue, list, show, rotate, update, revoke],
  ...[events, usage, prune, inspect, importVerb, doctor, init, migrate],
]
